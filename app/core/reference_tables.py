"""The keys of the vocabularies as tables, for foreign keys; filled by `portal reference load`."""

from collections.abc import Iterable, Iterator

import yaml
from sqlalchemy import Executable, Text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.core.config import DATA
from app.core.db import Base
from app.core.reference import Term, reference


class ProvinceRow(Base):
    __tablename__ = "provinces"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    name_vi: Mapped[str] = mapped_column(Text)


class TopicRow(Base):
    __tablename__ = "topics"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    name_vi: Mapped[str] = mapped_column(Text)


class PlatformRow(Base):
    __tablename__ = "platforms"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    name_vi: Mapped[str] = mapped_column(Text)


def _named(terms: Iterable[Term]) -> list[dict[str, str]]:
    return [{"key": term.key, "name_vi": term.name("vi")} for term in terms]


def statements() -> Iterator[Executable]:
    """What copies the keys from `data/` into their tables; safe to run again."""
    for table, values in _rows().items():
        statement = insert(table).values(values)
        yield statement.on_conflict_do_update(
            index_elements=["key"], set_={"name_vi": statement.excluded.name_vi}
        )


def _rows() -> dict[type[Base], list[dict[str, str]]]:
    platforms = yaml.safe_load((DATA / "platforms.yaml").read_text(encoding="utf-8"))
    return {
        ProvinceRow: _named(reference.provinces.values()),
        TopicRow: _named(reference.topics.values()),
        PlatformRow: [{"key": p["key"], "name_vi": p["name"]} for p in platforms],
    }


async def load(session: AsyncSession) -> int:
    """Bring the tables up to `data/`.

    Returns: how many keys there are. A key that left the files stays, since rows may hold on to it.
    """
    for statement in statements():
        await session.execute(statement)
    return sum(map(len, _rows().values()))
