"""Applications that do not answer as they should (errors.md 8.4, webhooks.md 4)."""

from offhook.errors import calls
from offhook.recipes.place import Place
from offhook.recipes.recipe import Told, recipe
from offhook.testing.app import Reply


@recipe(calls.CALLBACK)
async def failing_application(place: Place) -> Told:
    """Call a telephone; the application answers its webhook with 500."""
    place.on("answer", Reply(b"Oops", status=500))
    place.phone()
    call_id = await place.call()
    values = {"eventType": "answer", "url": place.url("answer"), "reason": "HTTP 500"}
    return Told(await place.heard("disconnect", callId=call_id), values)
