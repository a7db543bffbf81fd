"""A document whose seal was renewed, given as somebody downloaded it before that."""

from datetime import timedelta

from app.conduct.sealing import keeping
from app.core import clock
from tests.conduct.outside_authority import outside
from tests.factories.conduct import make_code, make_signature
from tests.factories.members import make_member, viewer_of
from tests.factories.seals import sealing
from tests.portal import Portal
from tests.trustlog.publishing import publish
from tests.verify.holding import give


async def test_an_older_copy_is_on_record_and_in_the_log_as_well(portal: Portal) -> None:
    with outside() as authority, sealing(**authority.settings()):
        async with portal.transaction() as session:
            await make_code(session)
            member = await make_member(session)
            signature = await make_signature(session, viewer_of(member))
        assert await keeping.seal(signature.id)
        older = (await keeping.kept_document(signature.id)).content
        authority.clock = authority.issue("clock", authority.root, days=900)
        assert await keeping.stamp_again(signature.id, clock.now() + timedelta(days=90))
        newer = (await keeping.kept_document(signature.id)).content
        assert newer.startswith(older)
        await publish(portal.database)
        for copy in (older, newer):
            found = await give(portal, copy)
            assert found.outcome == "genuine"
            assert found.steps["The fingerprint of the file is on record"] == "In order"
            assert found.steps["It stands in the transparency log"] == "In order"
            assert ("an earlier copy" in found.page) is (copy is older)
