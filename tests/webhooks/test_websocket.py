"""What a WebSocket does, real or virtual."""

import pytest
from tests.webhooks.socketry import Ground, both

from offhook.hooks import Credentials
from offhook.testing.sockets import REFUSED, Greeting
from offhook.webhooks.websocket import Closed, HandshakeError, Pong


@pytest.mark.parametrize("code", [1000, 1001, 1005])
def test_a_goodbye_without_a_fault_is_clean(code: int) -> None:
    assert Closed(code).clean


@pytest.mark.parametrize("code", [None, 1002, 1006, 1011, 4000])
def test_any_other_end_is_not_clean(code: int | None) -> None:
    assert not Closed(code).clean


@both
async def test_texts_go_both_ways_in_order(ground: Ground) -> None:
    socket = await ground.connect()
    link = await ground.app.wait_link()
    await socket.send('{"eventType":"start"}')
    await socket.send('{"eventType":"media"}')
    link.send({"eventType": "clear"})
    link.send("not json")
    await link.wait("media")

    assert [each.json["eventType"] for each in link.messages] == ["start", "media"]
    assert await socket.receive() == '{"eventType": "clear"}'
    assert await socket.receive() == "not json"
    await socket.close(1000)


@both
async def test_credentials_go_with_the_handshake(ground: Ground) -> None:
    socket = await ground.connect("/a", Credentials("mé", "sécret"))
    await socket.close(1000)

    (handshake,) = ground.app.handshakes

    assert Credentials("mé", "sécret") == handshake.credentials


@both
async def test_our_goodbye_reaches_the_far_end(ground: Ground) -> None:
    socket = await ground.connect()
    link = await ground.app.wait_link()
    await socket.close(1000)
    await socket.close(1000)  # again: nothing

    assert Closed(1000) == await link.wait_end()


@both
async def test_the_goodbye_of_the_far_end_reaches_us_after_what_it_said(ground: Ground) -> None:
    socket = await ground.connect()
    link = await ground.app.wait_link()
    link.send("last words")
    link.close(1011, "no room")

    assert await socket.receive() == "last words"
    assert Closed(1011, "no room") == await socket.receive()
    await socket.close(1000)


@both
async def test_a_lost_connection_has_no_code(ground: Ground) -> None:
    socket = await ground.connect()
    link = await ground.app.wait_link()
    link.drop()
    end = await socket.receive()

    assert isinstance(end, Closed)
    assert end.code is None
    assert not end.clean
    await socket.send("into the void")
    await socket.close(1000)


@both
async def test_a_ping_is_answered(ground: Ground) -> None:
    socket = await ground.connect()
    await socket.ping()

    assert isinstance(await socket.receive(), Pong)
    await socket.close(1000)


@both
async def test_a_refused_handshake_says_why(ground: Ground) -> None:
    ground.app.on("/a", Greeting("HTTP 404"))

    with pytest.raises(HandshakeError, match=r"\AHTTP 404\Z") as caught:
        await ground.connect("/a")
    assert not caught.value.ours


@both
async def test_a_connection_that_breaks_in_the_handshake_is_refused(ground: Ground) -> None:
    ground.app.on("/a", REFUSED)

    with pytest.raises(HandshakeError, match=r"\Aconnection failed\Z"):
        await ground.connect("/a")


@both
async def test_a_far_end_that_does_not_read_lets_us_wait_and_goes_on_later(ground: Ground) -> None:
    socket = await ground.connect()
    link = await ground.app.wait_link()
    link.stop_reading()
    await socket.send('{"eventType":"media","number":0}')
    link.read_on()
    await socket.send('{"eventType":"media","number":1}')
    await link.wait("media", count=2)

    assert [each["number"] for each in link.of("media")] == [0, 1]
    await socket.close(1000)
