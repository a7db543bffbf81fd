"""A certificate that has ended: the portal goes on, says so loudly, and documents wait."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from app.commands.seal import _described
from app.conduct.jobs import seal_missing
from app.conduct.sealing import checking, making, self_made, watching
from app.conduct.sealing.making import NotSealed
from app.core import clock
from app.main import make_app
from tests.conduct.test_seal_keeping import documents, signed, words
from tests.conduct.test_seal_settings import issued, key_pem, pem
from tests.factories.seals import authority, sealing
from tests.portal import Portal


@pytest.fixture(scope="module")
def ended() -> dict[str, str]:
    """A certificate of the seal that ended yesterday, with its key and its root."""
    with clock.at(clock.now() - timedelta(days=31)):
        root = self_made.issue("Root", None, ec.generate_private_key(ec.SECP256R1()))
        one = issued(days=30, by=root)
    roots = pem(root) + (authority() / "root.pem").read_text()
    return {"certificate": pem(one), "key": key_pem(one), "roots": roots}


@pytest.fixture
def too_late(ended: dict[str, str]) -> Iterator[None]:
    with sealing(**ended):
        yield


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """What was logged of the seal, by how loudly; and forgets it."""
    found = [(one.levelname, str(one.msg)) for one in caplog.records if one.name == "seal"]
    caplog.clear()
    return found


async def test_the_portal_starts_and_says_so(
    too_late: None, capsys: pytest.CaptureFixture[str]
) -> None:
    make_app()
    said = capsys.readouterr().err
    assert "error" in said
    assert "because='certificate expired on 20" in said
    (metric,) = await watching.metrics()
    assert -2 * 86400 < metric.samples[0].value < 0


def test_the_state_of_the_seal_says_so(ended: dict[str, str]) -> None:
    with sealing(**ended) as by:
        assert "NOTHING CAN BE SEALED: certificate expired on 20" in _described(by)
    with sealing() as by:
        assert "NOTHING" not in _described(by)


async def test_documents_wait_for_a_certificate_that_holds(
    portal: Portal, ended: dict[str, str], document: bytes
) -> None:
    with sealing(**ended) as by:
        signature = await signed(portal)
        await portal.work()
        await seal_missing(0)
        await portal.work()
        assert await documents(portal) == []
        with pytest.raises(NotSealed, match="certificate expired on"):
            await making.seal(document, by, "vi")
        page = (await portal.get(f"/conduct/signatures/{signature.id}")).text
        assert "The document is being sealed" in words(page)
    with sealing():
        await seal_missing(0)
        await portal.work()
        assert len(await documents(portal)) == 1


async def test_what_was_sealed_before_the_end_is_checked_as_ever(
    sealed: bytes, ended: dict[str, str]
) -> None:
    with sealing(**ended, earlier=str(authority() / "signer.pem")):
        found = await checking.check(sealed)
    assert found is not None
    assert found.genuine


async def test_an_end_that_comes_near_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    one = issued(days=20)
    with sealing(certificate=pem(one), key=key_pem(one)):
        assert watching.tell()
    assert [level for level, _ in said(caplog)] == ["WARNING"]
    with sealing():
        assert watching.tell()
    assert not watching.tell()
    assert await watching.metrics() == ()
    assert said(caplog) == []
