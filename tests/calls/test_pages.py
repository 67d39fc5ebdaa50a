"""Documents as they come in."""

import pytest

from offhook.calls.journal import Journal
from offhook.calls.pages import Page, read, read_and_log
from offhook.testing.loop import virtual
from offhook.testing.world import World
from offhook.verbs.contexts import Context
from offhook.verbs.document import InvalidBxml
from offhook.webhooks.fetch import Reply


def test_a_reply_is_a_page_with_its_own_address() -> None:
    reply = Reply(b"<Bxml/>", "text/xml; charset=ISO-8859-1", "http://a.test/x", 200)

    assert Page.of(reply) == Page(b"<Bxml/>", "http://a.test/x", "iso-8859-1", "http://a.test/x")


@virtual
async def test_what_is_read_and_what_is_refused_is_in_the_log() -> None:
    async with World() as world:
        plant = world.node.exchange._plant
        journal = Journal(plant.store, plant.clock, "c-1")
        good = Page(b'<Bxml><Pause password="p"/></Bxml>', None)
        bad = Page(b"<Bxml><Pause><Nope/></Pause></Bxml>", None)
        found = await read_and_log(journal, good, read(plant, good, Context.CALL))
        with pytest.raises(InvalidBxml):
            await read_and_log(journal, bad, read(plant, bad, Context.CALL))
        accepted, refused = plant.store.events("c-1")

    assert len(found.verbs) == 1
    assert (accepted.kind, refused.kind) == ("bxml.accepted", "bxml.refused")
    assert (accepted.data["origin"], len(accepted.data["warnings"])) == ("REST", 1)
    assert accepted.data["text"] == '<Bxml><Pause password="***"/></Bxml>'
    assert (refused.data["text"], refused.data["line"]) == (bad.body.decode(), 1)
    assert refused.data["rule"]
