"""Accounts and staff roles: what changes them."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import mails, policy, queries
from app.accounts.models import Account, Identity, Role, StaffRole
from app.accounts.providers.base import Claims
from app.accounts.queries import Person
from app.audit import service as audit
from app.core import clock, i18n, locks
from app.core.errors import Conflict, Missing, NotAllowed, Refused
from app.core.i18n import gettext as _
from app.core.text import tidy
from app.core.viewer import Viewer
from app.web.models import WebSession

LONGEST_EMAIL = 320


async def enter(session: AsyncSession, by: Viewer, provider: str, claims: Claims) -> Account:
    """The account that this identity opens; a new one at the first time.

    An equal e-mail address joins nothing (design §2). Two first sign-ins at once make one account.
    """
    await locks.hold(session, f"identity:{claims.issuer}:{claims.subject}")
    identity = await _identity(session, claims)
    if identity is not None:
        _used(identity, claims)
        return await session.get_one(Account, identity.account_id)
    account = Account(
        display_name=_called(claims),
        email=claims.email[:LONGEST_EMAIL],
        locale=i18n.current_locale(),
    )
    session.add(account)
    await session.flush()
    session.add(_new_identity(account.id, provider, claims))
    owner = replace(by, account_id=account.id, roles=frozenset())
    await audit.record(session, "account.created", account.id, owner, provider=provider)
    return account


def _called(claims: Claims) -> str:
    given = tidy(claims.name) or tidy(claims.email.partition("@")[0]) or _("New member")
    return given[: policy.LONGEST_NAME]


async def _identity(session: AsyncSession, claims: Claims) -> Identity | None:
    found: Identity | None = await session.scalar(
        select(Identity).where(Identity.issuer == claims.issuer, Identity.subject == claims.subject)
    )
    return found


def _used(identity: Identity, claims: Claims) -> None:
    identity.last_used_at = clock.now()
    identity.name = tidy(claims.name)[: policy.LONGEST_NAME] or identity.name
    identity.email = claims.email[:LONGEST_EMAIL] or identity.email


def _new_identity(account_id: UUID, provider: str, claims: Claims) -> Identity:
    return Identity(
        account_id=account_id,
        provider=provider,
        issuer=claims.issuer,
        subject=claims.subject,
        name=tidy(claims.name)[: policy.LONGEST_NAME],
        email=claims.email[:LONGEST_EMAIL],
        last_used_at=clock.now(),
    )


async def confirm(session: AsyncSession, account_id: UUID, claims: Claims) -> None:
    """See that the identity just used opens the account of whoever set out to confirm.

    Raises:
        Conflict: it opens another account, or none.
    """
    known = await _identity(session, claims)
    if known is None or known.account_id != account_id:
        raise Conflict(_("That sign-in does not open this account. Use one that does."))
    _used(known, claims)


async def link(session: AsyncSession, by: Viewer, provider: str, claims: Claims) -> None:
    """Let a further identity open the account of `by`. Linking the same one again does nothing.

    How recent the sign-in of `by` must be was checked when the trip began (`sign_in.depart`).

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
    if known is not None:
        _used(known, claims)
        return
    account = await session.get_one(Account, by.account_id)
    identity = _new_identity(account.id, provider, claims)
    session.add(identity)
    account.email = account.email or identity.email
    await audit.record(session, "identity.linked", account.id, by, provider=provider)
    await mails.tell_linked(session, account, identity)


async def unlink(session: AsyncSession, by: Viewer, identity_id: UUID) -> Identity:
    """Take one way in off the account of `by`, and end the other sessions begun with it.

    Returns: the identity that opens the account no longer.

    Raises:
        NotAllowed: nobody is signed in, or too long ago.
        Missing: no such identity of theirs.
        Refused: it is the last one.
    """
    if by.account_id is None or not policy.recent(by):
        raise NotAllowed("unlink: no recent sign-in")
    mine = (
        await session.scalars(
            select(Identity)
            .where(Identity.account_id == by.account_id)
            .order_by(Identity.id)
            .with_for_update()
        )
    ).all()
    chosen = next((identity for identity in mine if identity.id == identity_id), None)
    if chosen is None:
        raise Missing
    if not policy.may_unlink(len(mine)):
        raise Refused(_("This is the only way into your account. Link another one first."))
    await session.delete(chosen)
    await session.execute(
        update(WebSession)
        .where(
            WebSession.account_id == by.account_id,
            WebSession.issuer == chosen.issuer,
            WebSession.ended_at.is_(None),
            WebSession.id != by.session_id,
        )
        .values(ended_at=clock.now())
    )
    await audit.record(session, "identity.unlinked", by.account_id, by, provider=chosen.provider)
    account = await session.get_one(Account, by.account_id)
    await mails.tell_unlinked(session, account, chosen)
    return chosen


async def rename(session: AsyncSession, by: Viewer, name: str, email: str) -> None:
    """Call `by` by another name, and write to another address of theirs.

    Args:
        email: one that a linked sign-in vouches for; "" leaves the address as it is.

    Raises:
        NotAllowed: nobody is signed in.
        Refused: no sign-in of theirs vouches for the address.
    """
    if by.account_id is None:
        raise NotAllowed("rename: nobody signed in")
    account = await session.get_one(Account, by.account_id)
    if email and email not in {account.email, *await queries.addresses(session, account.id)}:
        raise Refused(_("Choose an address that one of your sign-ins vouches for."))
    account.display_name = name[: policy.LONGEST_NAME]
    account.email = email or account.email


async def speak(session: AsyncSession, by: Viewer, locale: str) -> None:
    """Write to `by` in `locale` from now on; nothing to keep for somebody not signed in."""
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

    An administrator cannot take their own away, so that one remains whatever the page is used
    for; only the command line can leave none.

    Raises:
        NotAllowed, Missing: as `grant`.
        Refused: `by` would cease to be administrator by their own hand.
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
    """One change of roles at a time, by somebody who may make it now, not when the page opened.

    Two administrators who take each other's role at the same moment: the second no longer is one.
    """
    if not policy.may_manage_staff(by):
        raise NotAllowed("roles are for administrators")
    await locks.hold(session, "staff-roles")
    if by.account_id is not None and not await _held(session, by.account_id, Role.ADMINISTRATOR):
        raise NotAllowed("no administrator any more")
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
