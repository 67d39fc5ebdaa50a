"""Documents that cannot run (errors.md 8.2, bxml.md 1)."""

from offhook.errors import calls, outcomes
from offhook.recipes.place import Place
from offhook.recipes.recipe import Told, recipe


async def _runs(place: Place, verbs: str) -> Told:
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
