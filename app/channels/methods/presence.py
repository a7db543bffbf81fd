"""Whether a channel is still where it was, for proofs that leave nothing behind to look for."""

from app.channels.fetcher import FetchFailed, HttpFailed
from app.channels.methods import youtube_data
from app.channels.methods.base import Ask, Finding, Reach, evidence_of, leads_to
from app.channels.policy.keeping import GONE


async def still_there(ask: Ask, reach: Reach) -> Finding:
    """What can be seen of a channel today without its owner's help.

    A platform's public API is asked where there is one that answers us; else the page is read. A
    page that says it is gone, or sends one on to another channel, speaks against the proof; one
    that does not let us in says nothing.

    Raises:
        FetchFailed: the page could not be read, without having said that it is gone.
    """
    if youtube_data.answers_for(ask):
        try:
            known = await youtube_data.read(ask, reach)
        except FetchFailed:
            pass  # its quota is used up, or our key is not good: the page is open all the same
        else:
            return known.seen(None if known.stable_id else "gone")
    return await _page_is_there(ask, reach)


async def _page_is_there(ask: Ask, reach: Reach) -> Finding:
    try:
        page = await reach.fetcher.fetch(ask.url)
    except HttpFailed as failed:
        if failed.status in GONE:
            return Finding("gone", {"chain": [ask.url], "status": failed.status})
        return Finding(failed.key, {"chain": [ask.url], "status": failed.status}, unsure=True)
    if not leads_to(ask, page.url):
        return Finding("moved_elsewhere", evidence_of(page))
    return Finding(None, evidence_of(page))
