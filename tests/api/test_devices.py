"""The WebSocket of devices: what it takes, what it refuses, and in which words."""

import asyncio
import json
from typing import Any

import pytest

from offhook.api.devices import BURST, WAITING, Outgoing
from offhook.testing.browser import AsgiSocket, Browser
from offhook.testing.loop import virtual
from offhook.testing.world import World

HELLO = {"type": "hello", "token": "x"}


async def refusal(world: World, *said: Any) -> tuple[str, int | None]:
    """Say something; return the error and the code of the close."""
    socket = AsgiSocket(world.node.asgi, world.browsers.tasks)
    for each in said:
        socket.send_text(each if isinstance(each, str) else json.dumps(each))
    while (message := await socket.receive())["type"] != "error":
        pass
    assert await socket.receive() == {"type": "bye", "reason": message["message"]}
    return message["message"], (await socket.receive())["closed"]


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("{", "the message is not as documented"),
        ("[]", "the message is not as documented"),
        ({"type": "dance"}, "the message is not as documented"),
        ({"type": "hello"}, "missing required field `token`"),
        ({"type": "hello", "token": 5}, "Expected `str`, got `int` - at `$.token`"),
        ({**HELLO, "answers": "never"}, "Invalid enum value 'never' - at `$.answers`"),
        ({**HELLO, "name": "x" * 1025}, "name must contain at most 1024 characters"),
        ({"type": "offer", "sdp": ""}, "the first message must be a hello"),
        (HELLO, "the token opens no endpoint"),
        ("x" * 70_000, "a message is text of at most 65536 characters"),
        ("[" * 60_000, "the message is not as documented"),
    ],
)
def test_what_is_no_hello_is_refused_and_told_why(said: Any, fault: str) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            text, code = await refusal(world, said)

            assert fault in text
            assert code == 1008

    story()


@virtual
async def test_silence_is_not_waited_for() -> None:
    async with World() as world:
        began = world.now
        text, _ = await refusal(world)

        assert text == "no hello came within 10 seconds"
        assert world.now - began == pytest.approx(10.0)


@virtual
async def test_another_path_is_refused_before_it_is_accepted() -> None:
    async with World() as world:

        async def elsewhere(scope: Any, receive: Any, send: Any) -> None:
            path = "/offhook/v1/elsewhere"
            await world.node.asgi({**scope, "path": path, "raw_path": path.encode()}, receive, send)

        socket = AsgiSocket(elsewhere, world.browsers.tasks)
        assert await socket.receive() == {"closed": 1008}


@virtual
async def test_a_token_of_another_endpoint_or_a_changed_one_opens_nothing() -> None:
    async with World() as world:
        endpoint_id, token = await world.endpoint()
        head, claims, _ = token.split(".")
        text, _ = await refusal(world, {**HELLO, "token": f"{head}.{claims}.AAAA"})
        assert "the token opens no endpoint" in text
        await world.rest.delete_endpoint(endpoint_id)
        text, _ = await refusal(world, {**HELLO, "token": token})
        assert "the endpoint is gone" in text


@virtual
async def test_a_closed_account_takes_no_devices() -> None:
    async with World() as world:
        _, token = await world.endpoint()
        world.change_account(suspended=True)
        text, _ = await refusal(world, {**HELLO, "token": token})

        assert text == "the account is closed"


@virtual
async def test_an_offer_that_cannot_be_answered_is_told() -> None:
    async with World() as world:
        _, token = await world.endpoint()
        text, _ = await refusal(world, {**HELLO, "token": token}, {"type": "offer", "sdp": "v=0"})

        assert text == "the offer is no SDP that this server can answer"


async def told_an_error(browser: Browser) -> str:
    return str((await browser.wait("error"))["message"])


@virtual
async def test_a_device_says_hello_and_offers_once_and_does_not_talk_too_much() -> None:
    async with World() as world:
        _, token = await world.endpoint()
        one, two, three = [await world.browser(token) for _ in range(3)]
        one.socket.send(type="hello", token=token)
        two.socket.send(type="offer", sdp="again")
        for _ in range(BURST + 1):
            three.socket.send(type="candidate", candidate=None)

        assert await told_an_error(one) == "a device says hello once"
        assert await told_an_error(two) == "a device makes one offer; connect anew to make another"
        assert await told_an_error(three) == "too many messages"
        for each in (one, two, three):
            assert {"closed": 1008} in each.told or (await each.wait("bye"))


@virtual
async def test_what_the_device_learns_of_itself() -> None:
    async with World() as world:
        endpoint_id, token = await world.endpoint()
        browser = await world.browser(token)
        welcome, answer, connected = browser.told
        (device,) = (await world.rest.endpoint(endpoint_id))["devices"]

        assert welcome == {
            "type": "welcome",
            "endpointId": endpoint_id,
            "deviceId": device["deviceId"],
        }
        assert answer == {"type": "answer", "sdp": f"answer to {browser.name}"}
        assert connected == {"type": "connected"}


@virtual
async def test_a_device_that_does_not_read_is_let_go() -> None:
    outgoing = Outgoing()
    for number in range(WAITING + 5):
        outgoing.post({"type": "call", "number": number})
    sent: list[Any] = []

    class Socket:
        async def send_text(self, text: str) -> None:
            sent.append(json.loads(text))

        async def close(self, code: int) -> None:
            sent.append(code)

    async with asyncio.timeout(1.0):
        await outgoing.carry(Socket())  # type: ignore[arg-type]

    assert len(sent) == WAITING + 2
    assert sent[-2:] == [
        {"type": "bye", "reason": "the device does not read its messages"},
        1000,
    ]
