"""Webhooks that cannot be sent again (docs/reliability.md)."""

from offhook.errors import additions
from offhook.recipes.place import TALK, Place
from offhook.recipes.recipe import Told, recipe


@recipe(additions.WEBHOOK_STATE)
async def question_asked_again(place: Place) -> Told:
    """Ask for the answer webhook of a call once more: its reply would lead nowhere now."""
    place.on("answer", TALK)
    place.phone()
    call_id = await place.call()
    event_id = (await place.heard("answer", callId=call_id)).headers["offhook-event-id"]
    await place.logged(call_id, "webhook.answered")
    path = f"/offhook/v1/accounts/{place.tenant.account}/webhooks/{event_id}/resend"
    return Told(await place.ask("POST", path), {"eventId": event_id})
