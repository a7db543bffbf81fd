"""Accounts and staff roles: what changes them."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import policy
from app.accounts.models import Account, Identity, Role, StaffRole
from app.accounts.providers.base import Claims
from app.accounts.queries import Person
from app.audit import service as audit
from app.core import clock, i18n, locks
from app.core.errors import Conflict, Missing, NotAllowed, Refused
from app.core.i18n import gettext as _
from app.core.viewer import Viewer


async def enter(session: AsyncSession, by: Viewer, provider: str, claims: Claims) -> Account:
    """The account that this identity opens; a new one at the first time.

    An equal e-mail address joins nothing (design §2). Two first sign-ins at once make one account.
    """
    await locks.hold(session, f"identity:{claims.issuer}:{claims.subject}")
    identity = await _identity(session, claims)
    if identity is not None:
        identity.last_used_at = clock.now()
        identity.name, identity.email = claims.name or identity.name, claims.email or identity.email
        return await session.get_one(Account, identity.account_id)
    account = Account(
        display_name=(claims.name or claims.email.partition("@")[0] or _("New member"))[:200],
        email=claims.email[:320],
        locale=i18n.current_locale(),
    )
    session.add(account)
    await session.flush()
    session.add(_new_identity(account.id, provider, claims))
    await audit.record(session, "account.created", account.id, by, provider=provider)
    return account


async def _identity(session: AsyncSession, claims: Claims) -> Identity | None:
    found: Identity | None = await session.scalar(
        select(Identity).where(Identity.issuer == claims.issuer, Identity.subject == claims.subject)
    )
    return found


def _new_identity(account_id: UUID, provider: str, claims: Claims) -> Identity:
    return Identity(
        account_id=account_id,
        provider=provider,
        issuer=claims.issuer,
        subject=claims.subject,
        name=claims.name[:200],
        email=claims.email[:320],
        last_used_at=clock.now(),
    )


async def link(session: AsyncSession, by: Viewer, provider: str, claims: Claims) -> None:
    """Let a further identity open the account of `by`. Linking the same one again does nothing.

    Raises:
        Conflict: it opens somebody else's account already.
        NotAllowed: nobody is signed in.
    """
    if by.account_id is None:
        raise NotAllowed("link: nobody signed in")
    await locks.hold(session, f"identity:{claims.issuer}:{claims.subject}")
    known = await _identity(session, claims)
    if known is not None and known.account_id != by.account_id:
        raise Conflict(
            _(
                "This sign-in already opens another account. "
                "Sign in with it to see that account, or choose another one to link."
            )
        )
    if known is None:
        session.add(_new_identity(by.account_id, provider, claims))
        await audit.record(session, "identity.linked", by.account_id, by, provider=provider)


async def unlink(session: AsyncSession, by: Viewer, identity_id: UUID) -> None:
    """Take one way in off the account of `by`.

    Raises:
        Missing: no such identity of theirs.
        Refused: it is the last one.
    """
    if by.account_id is None:
        raise NotAllowed("unlink: nobody signed in")
    mine = (
        await session.scalars(
            select(Identity).where(Identity.account_id == by.account_id).with_for_update()
        )
    ).all()
    chosen = next((identity for identity in mine if identity.id == identity_id), None)
    if chosen is None:
        raise Missing
    if not policy.may_unlink(len(mine)):
        raise Refused(_("This is the only way into your account. Link another one first."))
    await session.delete(chosen)
    await audit.record(session, "identity.unlinked", by.account_id, by, provider=chosen.provider)


async def confirm(session: AsyncSession, by: Viewer, claims: Claims) -> None:
    """See that the identity just used is one of the account of `by`.

    Raises:
        Refused: it opens another account, or none.
    """
    known = await _identity(session, claims)
    if known is None or known.account_id != by.account_id:
        raise Refused(_("That was a different sign-in. Please use one that opens this account."))
    known.last_used_at = clock.now()


async def speak(session: AsyncSession, by: Viewer, locale: str) -> None:
    """Write to `by` in `locale` from now on."""
    if by.account_id is not None and locale in i18n.LOCALES:
        account = await session.get_one(Account, by.account_id)
        account.locale = locale


async def find(session: AsyncSession, who: str) -> Person:
    """The account that `who` names, by id or by e-mail address: for commands.

    Raises:
        Missing: there is none. Refused: several share the address.
    """
    statement = select(Account.id, Account.display_name, Account.email, Account.locale)
    try:
        statement = statement.where(Account.id == UUID(who))
    except ValueError:
        statement = statement.where(func.lower(Account.email) == who.lower())
    rows = (await session.execute(statement)).all()
    if not rows:
        raise Missing(f"nobody with {who} has signed in yet")
    if len(rows) > 1:
        ids = ", ".join(str(row[0]) for row in rows)
        raise Refused(f"several accounts have that address; name one by its id: {ids}")
    return Person(*rows[0])


async def grant(session: AsyncSession, by: Viewer, account_id: UUID, role: Role) -> None:
    """Give a staff role; giving it again does nothing.

    Raises:
        NotAllowed: `by` is neither an administrator nor the command line.
        Missing: no such account.
    """
    await _about_to_manage(session, by, account_id)
    if await _held(session, account_id, role) is not None:
        return
    session.add(
        StaffRole(account_id=account_id, role=role, granted_by=by.account_id, revoked_at=None)
    )
    await audit.record(session, "role.granted", account_id, by, after=role.value)


async def revoke(session: AsyncSession, by: Viewer, account_id: UUID, role: Role) -> None:
    """Take a staff role; taking one that is not held does nothing.

    Raises:
        NotAllowed, Missing: as `grant`.
        Refused: it is the last administrator's, or `by` would take their own.
    """
    await _about_to_manage(session, by, account_id)
    held = await _held(session, account_id, role)
    if held is None:
        return
    if role is Role.ADMINISTRATOR and by.account_id == account_id:
        raise Refused(_("Another administrator has to take this role from you."))
    held.revoked_at = clock.now()
    await audit.record(session, "role.revoked", account_id, by, before=role.value)


async def _about_to_manage(session: AsyncSession, by: Viewer, account_id: UUID) -> None:
    if not policy.may_manage_staff(by):
        raise NotAllowed("roles are for administrators")
    await locks.hold(session, f"roles:{account_id}")
    if await session.get(Account, account_id) is None:
        raise Missing


async def _held(session: AsyncSession, account_id: UUID, role: Role) -> StaffRole | None:
    found: StaffRole | None = await session.scalar(
        select(StaffRole).where(
            StaffRole.account_id == account_id,
            StaffRole.role == role,
            StaffRole.revoked_at.is_(None),
        )
    )
    return found
