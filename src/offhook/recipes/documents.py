"""Documents that cannot run (errors.md 8.2, bxml.md 1)."""

from offhook.errors import calls, outcomes
from offhook.recipes.place import Place
from offhook.recipes.recipe import Told, recipe
from offhook.testing.app import Answer, Received, Reply


async def _runs(place: Place, verbs: Answer) -> Told:
    place.on("answer", verbs)
    place.phone()
    call_id = await place.call()
    return Told(await place.heard("disconnect", callId=call_id))


@recipe(calls.INVALID_BXML)
async def misspelled_verb(place: Place) -> Told:
    """Answer a webhook with a document that holds a verb that there is not."""
    told = await _runs(place, "\n  <PlayMusic>http://example.com/a.wav</PlayMusic>\n")
    reason = "<PlayMusic> is not a verb (line 2)"
    return Told(told.by, {"url": place.url("answer"), "reason": reason})


@recipe(calls.INVALID_BXML, way="html")
async def page_for_people(place: Place) -> Told:
    """Answer a webhook with an HTML page."""
    html = "<!DOCTYPE html>\n<html><body><p>Please log in</body></html>"
    return await _unreadable(place, Reply(html, headers={"Content-Type": "text/html"}))


@recipe(calls.INVALID_BXML, way="json")
async def json_of_another_service(place: Place) -> Told:
    """Answer a webhook with JSON."""
    return await _unreadable(
        place, Reply('{"verbs": []}', headers={"Content-Type": "application/json"})
    )


async def _unreadable(place: Place, reply: Reply) -> Told:
    told = await _runs(place, reply)
    assert isinstance(told.by, Received)
    url = place.url("answer")
    reason = told.by.event["errorMessage"].partition(f"{url}: ")[2]
    return Told(told.by, {"url": url, "reason": reason})


@recipe(calls.VERB_FAILED, way="no-audio")
async def words_for_audio(place: Place) -> Told:
    """Play a file that is text, whatever its name says."""
    url = place.url("words.wav")
    place.on("words.wav", Reply("These are words.", headers={"Content-Type": "audio/wav"}))
    told = await _runs(place, f"<PlayAudio>{url}</PlayAudio>")
    assert isinstance(told.by, Received)
    reason = told.by.event["errorMessage"].partition("PlayAudio failed: ")[2]
    return Told(told.by, {"verb": "PlayAudio", "reason": reason})


@recipe(calls.VERB_FAILED, way="forward")
async def forward_of_an_outbound_call(place: Place) -> Told:
    """Forward a call that was placed from here."""
    told = await _runs(place, f'<Forward to="{place.number(1)}"/>')
    return Told(told.by, {"verb": "Forward", "reason": "the call is outbound"})


@recipe(calls.VERB_FAILED)
async def missing_audio(place: Place) -> Told:
    """Play a file that the application answers with 404."""
    url = place.url("none.wav")
    told = await _runs(place, f"<PlayAudio>{url}</PlayAudio>")
    return Told(told.by, {"verb": "PlayAudio", "reason": f"HTTP 404 ({url})"})


@recipe(calls.REDIRECT_LOOP)
async def circle(place: Place) -> Told:
    """Answer with a document that only redirects to itself."""
    return await _runs(place, f'<Redirect redirectUrl="{place.url("answer")}"/>')


@recipe(outcomes.REFER_FAILED)
async def refused_refer(place: Place) -> Told:
    """Refer a caller whose telephone takes no REFER (it answers 405)."""
    target = "<SipUri>sip:ann@example.com</SipUri>"
    url = place.url("referred")
    place.on("initiate", f'<Refer referCompleteUrl="{url}">{target}</Refer>')
    place.on("referred", "<Hangup/>")
    await place.phone().dial(place.tenant.sip_user)
    heard = await place.heard("referComplete")
    await place.heard("disconnect", callId=heard.event["callId"])
    return Told(heard)


@recipe(outcomes.REFER_FAILED, way="outbound")
async def refer_of_an_outbound_call(place: Place) -> Told:
    """Refer a party that was called from here."""
    target = "<SipUri>sip:ann@example.com</SipUri>"
    place.on("answer", f'<Refer referCompleteUrl="{place.url("referred")}">{target}</Refer>')
    place.on("referred", "<Hangup/>")
    place.phone()
    call_id = await place.call()
    heard = await place.heard("referComplete", callId=call_id)
    await place.heard("disconnect", callId=call_id)
    return Told(heard)
