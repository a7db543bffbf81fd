"""The way into the demonstration: who to be, what to try. Exists only there."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.applications.models import Application
from app.core.config import settings
from app.core.i18n import current_locale
from app.core.i18n import gettext as _
from app.demo import provider
from app.demo.people import PEOPLE
from app.demo.platforms.people import links
from app.demo.seed.cast import subjects
from app.mail.models import Mail
from app.members import queries as members
from app.members.models import Member
from app.web.deps import ReadSession
from app.web.pages import page

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Guide:
    """One person to be; `number` is "" for those who never were members, `letters` for staff."""

    name: str
    about: str
    letters: str  # the address at which the portal writes to them
    number: str


@router.get("/demo")
async def index(request: Request, session: ReadSession) -> Response:
    """Who to sign in as, and what to try."""
    asked_here = any(given.origin for given in settings().channel_providers)
    return page(
        request,
        "demo/index.html",
        groups=await _groups(session),
        figures=await _figures(session),
        links=links("tiktok") if asked_here else (),
    )


async def _groups(session: AsyncSession) -> list[tuple[str, list[Guide]]]:
    locale = current_locale()
    accounts = await subjects(session, provider.issuer())
    named = [accounts[person.sub] for person in PEOPLE if person.sub in accounts]
    known = await members.members_of(session, named)
    numbers = {
        sub: known[account_id].number for sub, account_id in accounts.items() if account_id in known
    }
    return [
        (
            names[locale],
            [
                Guide(
                    person.name,
                    person.about[locale],
                    person.email if person.role == "kol" else "",
                    numbers.get(person.sub, ""),
                )
                for person in PEOPLE
                if person.role in roles
            ],
        )
        for names, roles in provider.GROUPS
    ]


async def _figures(session: AsyncSession) -> list[tuple[int, str]]:
    counts = await session.execute(
        select(
            *(
                select(func.count()).select_from(table).scalar_subquery()
                for table in (Member, Application, Mail)
            )
        )
    )
    return list(
        zip(
            counts.one(),
            (_("people who are or were members"), _("applications"), _("letters")),
            strict=True,
        )
    )
