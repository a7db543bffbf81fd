"""The keys of the vocabularies as tables, for foreign keys; filled by `portal reference load`."""

from collections.abc import Iterable

import yaml
from sqlalchemy import Text
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


async def load(session: AsyncSession) -> int:
    """Copy the keys from `data/` into their tables; safe to run again.

    Returns: how many keys there are. A key that left the files stays, since rows may hold on to it.
    """
    platforms = yaml.safe_load((DATA / "platforms.yaml").read_text(encoding="utf-8"))
    rows: dict[type[Base], list[dict[str, str]]] = {
        ProvinceRow: [
            {"key": p.key, "name_vi": p.name("vi")} for p in reference.provinces.values()
        ],
        TopicRow: [{"key": t.key, "name_vi": t.name("vi")} for t in reference.topics.values()],
        PlatformRow: [{"key": p["key"], "name_vi": p["name"]} for p in platforms],
    }
    for table, values in rows.items():
        statement = insert(table).values(values)
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=["key"], set_={"name_vi": statement.excluded.name_vi}
            )
        )
    return sum(map(len, rows.values()))
