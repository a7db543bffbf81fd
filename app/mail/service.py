"""Letters are written in the transaction of their cause; the worker carries them out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock, i18n, jobs
from app.core.config import settings
from app.core.crypto import uuid7
from app.mail import delivery
from app.mail.models import Mail, MailState
from app.web.pages import environment


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as its reader will see it."""

    subject: str
    body: str


def compose(template: str, locale: str, context: Mapping[str, Any]) -> Letter:
    """Write the letter `templates/mail/<template>.txt` in `locale`.

    The template has two blocks, `subject` and `body`; previews use this too.
    """
    locale = i18n.known(locale)
    with i18n.use_locale(locale):
        found = environment().get_template(f"mail/{template}.txt")
        base = settings().base_url
        given = {"link": lambda path: f"{base}/{locale}{path}", "locale": locale, **context}
        parts = found.new_context(given)
        subject = "".join(found.blocks["subject"](parts)).strip()
        return Letter(" ".join(subject.split()), found.render(given).strip() + "\n")


async def send(
    session: AsyncSession,
    template: str,
    *,
    to: str,
    locale: str,
    key: str,
    account_id: UUID | None = None,
    **context: Any,
) -> None:
    """Queue one letter as part of `session`'s transaction.

    Args:
        template: the name below `templates/mail/`, without `.txt`.
        to: the reader's address; nothing is sent when it is empty.
        locale: the reader's language; Vietnamese when the portal does not speak it.
        key: names the cause; a second letter of the same key is not written.
    """
    if not to:
        return
    letter = compose(template, locale, context)
    statement = insert(Mail).values(
        id=uuid7(),
        created_at=clock.now(),
        key=key,
        account_id=account_id,
        to_address=to,
        locale=i18n.known(locale),
        subject=letter.subject,
        body=letter.body,
        state=MailState.QUEUED,
        tries=0,
    )
    mail_id = await session.scalar(
        statement.on_conflict_do_nothing(index_elements=["key"]).returning(Mail.id)
    )
    if mail_id is not None:
        await jobs.defer(session, delivery.deliver, key=f"mail:{mail_id}", mail_id=str(mail_id))
