"""Applications that do not answer as they should (errors.md 8.4, webhooks.md 4)."""

from offhook.errors import calls
from offhook.recipes.place import Place
from offhook.recipes.recipe import Told, recipe
from offhook.testing.app import REFUSED, Reply
from offhook.testing.server import free_ports


async def _end(place: Place, reason: str, url: str = "", **fields: object) -> Told:
    """Call a telephone; the webhook fails for the reason."""
    place.phone()
    shown = url or place.url("answer")
    call_id = await place.call(**fields)
    values = {"eventType": "answer", "url": shown, "reason": reason}
    return Told(await place.heard("disconnect", callId=call_id), values)


@recipe(calls.CALLBACK)
async def failing_application(place: Place) -> Told:
    """Call a telephone; the application answers its webhook with 500."""
    place.on("answer", Reply(b"Oops", status=500))
    return await _end(place, "HTTP 500")


@recipe(calls.CALLBACK, way="not-running")
async def application_that_is_not_there(place: Place) -> Told:
    """Call a telephone; nothing listens where the application should be."""
    url = f"http://127.0.0.1:{free_ports(1)[0]}/answer"
    return await _end(place, "connection failed", url, answerUrl=url)


@recipe(calls.CALLBACK, way="dropped")
async def connection_that_ends(place: Place) -> Told:
    """Call a telephone; the application takes the webhook and ends the connection."""
    place.on("answer", REFUSED)
    return await _end(place, "connection failed")


@recipe(calls.CALLBACK, way="slow")
async def slow_application(place: Place) -> Told:
    """Call a telephone; the application answers after three seconds, callbackTimeout is one."""
    place.on("answer", Reply(delay_s=3.0))
    return await _end(place, "timed out after 1 seconds", callbackTimeout=1)


@recipe(calls.CALLBACK, way="circle")
async def redirects_in_a_circle(place: Place) -> Told:
    """Call a telephone; the application redirects the webhook to where it came."""
    place.on("answer", Reply(status=302, headers={"Location": place.url("answer")}))
    return await _end(place, "HTTP 302")


@recipe(calls.CALLBACK, way="fallback")
async def fallback_that_fails(place: Place) -> Told:
    """Call a telephone; the application answers with 500 and its fallback with 404."""
    place.on("answer", Reply(b"Oops", status=500))
    place.on("fallback", Reply(status=404))
    url = place.url("fallback")
    return await _end(place, "HTTP 404", url, answerFallbackUrl=url)
