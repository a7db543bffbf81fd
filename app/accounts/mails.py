"""Letters about the safety of an account, to its owner, in their language."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account, Identity
from app.accounts.providers import label_of
from app.mail import service as mail


async def tell_linked(session: AsyncSession, account: Account, identity: Identity) -> None:
    """Tell the owner that a further sign-in opens their account."""
    await _tell(session, account, identity, "accounts/linked")


async def tell_unlinked(session: AsyncSession, account: Account, identity: Identity) -> None:
    """Tell the owner that a sign-in no longer opens their account."""
    await _tell(session, account, identity, "accounts/unlinked")


async def _tell(session: AsyncSession, account: Account, identity: Identity, letter: str) -> None:
    await mail.send(
        session,
        letter,
        to=account.email,
        locale=account.locale,
        key=f"{letter}:{identity.id}",
        account_id=account.id,
        name=account.display_name,
        provider=label_of(identity.provider),
        called=identity.email or identity.name,
    )
