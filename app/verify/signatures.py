"""The evidence of a signature given by itself, as it is attached to the document."""

from app.core.db import database
from app.core.i18n import gettext as _
from app.verify import evidence, standing
from app.verify.finding import Finding, Kind, Outcome, Result, Steps


async def of_evidence(data: bytes) -> Finding:
    """Whether exactly this evidence was kept when somebody signed, and what holds today."""
    steps = Steps()
    what = _("The evidence is the one kept at the signing")
    async with database().read() as session:
        signed = await evidence.kept(session, data)
        if signed is None:
            steps.add(Result.BAD, what, _("Nothing with this fingerprint is on record."))
            return Finding(
                Kind.EVIDENCE,
                Outcome.FOREIGN,
                _("This evidence is not on record"),
                _("It was changed, by a single character perhaps, or never was ours."),
                steps.all(),
            )
        steps.add(Result.GOOD, what, _("Byte for byte."))
        await evidence.version_step(session, signed, steps)
        member = await standing.of_account(session, signed.account_id, steps)
    outcome = standing.outcome(member)
    title = _("The evidence is genuine and unchanged")
    if outcome is Outcome.PAST:
        title = _("The evidence is genuine, but its signer is not in good standing today")
    because = _("Exactly this was kept when the code of conduct was signed.")
    facts = evidence.facts(data)
    return Finding(Kind.EVIDENCE, outcome, title, because, steps.all(), facts=facts, member=member)
