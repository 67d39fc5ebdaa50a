"""BXML conformance, chapter 11.12: Redirect and Hangup; Refer and Connect have their own files."""

from tests.scenarios.cases import T1, about, arrivals, assert_invalid, clips, kinds, times

from offhook.testing import sound
from offhook.testing.app import NOT_FOUND, REFUSED
from offhook.testing.loop import virtual
from offhook.testing.world import World


@virtual
async def test_case_258_verbs_after_a_redirect_never_run() -> None:
    async with World() as world:
        talk = await world.answered('<Redirect redirectUrl="/r"/>' + T1)
        await talk.disconnect()

    assert kinds(talk) == ["answer", "redirect", "disconnect"]
    assert times(talk, "redirect") == about([0])
    assert not world.app.requests("/v/t1.wav")
    assert sound.is_silent(talk.phone.heard)


@virtual
async def test_case_259_a_redirect_needs_its_url() -> None:
    async with World() as world:
        await assert_invalid(world, "<Redirect/>")


@virtual
async def test_case_260_the_fallback_has_its_own_method() -> None:
    async with World() as world:
        world.app.on("/r", NOT_FOUND)
        world.app.on("/rf", T1)
        talk = await world.answered(
            '<Redirect redirectUrl="/r" redirectFallbackUrl="/rf" redirectFallbackMethod="GET"/>'
        )
        await talk.disconnect()

    primary, fallback = arrivals(talk, "redirect")
    assert (primary.method, primary.path) == ("POST", "/r")
    assert (fallback.method, fallback.path, fallback.body) == ("GET", "/rf", b"")
    assert fallback.event == {name: str(value) for name, value in primary.event.items()}
    assert clips(talk.phone.heard) == ["t1"]


@virtual
async def test_case_261_a_webhook_that_cannot_be_delivered_ends_the_call() -> None:
    async with World() as world:
        world.app.on("/r", REFUSED)
        talk = await world.answered('<Redirect redirectUrl="/r"/>')
        event = await talk.disconnect()

    assert event["cause"] == "callback-error"
    assert event["errorMessage"] == (
        "Could not deliver redirect webhook to http://app.test/r: connection failed"
    )
    assert event["errorId"]
    assert [request.path for request in world.app.refused] == ["/r"]
    assert kinds(talk) == ["answer", "disconnect"]


@virtual
async def test_case_262_verbs_after_a_hangup_never_run() -> None:
    async with World() as world:
        talk = await world.answered("<Hangup/>" + T1)
        event = await talk.disconnect()
        await talk.phone.wait("ended")

    assert event["cause"] == "hangup"
    assert "errorMessage" not in event
    assert sound.is_silent(talk.phone.heard)
    assert not world.app.requests("/v/t1.wav")
    assert talk.phone.end == "hung up by the far end"
