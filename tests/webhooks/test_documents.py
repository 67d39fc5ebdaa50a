"""Documents of the server's own: who gets them, how long, and how many there may be."""

import random
from collections.abc import Iterator

import pytest
from tests.webhooks.scripted import Scripted, reply

from offhook.clock import Clock
from offhook.ids import Ids
from offhook.testing.loop import virtual
from offhook.webhooks.documents import DOCUMENTS, KEPT_S, LONGEST_BYTES, Documents, NoRoomError
from offhook.webhooks.http import HttpRequest, HttpResponse

BASE = "https://voice.test"
TEXT = "<Response><!-- ☎ --></Response>"


class Shelf:
    """Documents in front of a client that answers `elsewhere`."""

    def __init__(self) -> None:
        self.now = 0.0
        self.client = Scripted([reply(200, b"elsewhere")])
        clock = Clock(lambda: self.now, lambda: self.now)
        self.documents = Documents(self.client, BASE, clock, Ids(random.Random(1)))

    async def ask(self, url: str, limit: int = 10**6) -> HttpResponse:
        return await self.documents.send(HttpRequest("POST", url), timeout_s=1.0, limit=limit)


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    yield Shelf()


@virtual
async def test_a_call_gets_its_document_and_nobody_else_is_asked(shelf: Shelf) -> None:
    url = shelf.documents.put(TEXT)
    first, again = await shelf.ask(url), await shelf.ask(f"{url}?try=2")

    assert url.startswith(f"{BASE}/console/documents/")
    assert (first.status, first.body.decode()) == (200, TEXT)
    assert first.headers["content-type"] == "application/xml; charset=utf-8"
    assert again.body == first.body
    assert (await shelf.ask(url, limit=4)).body == b"<Res"
    assert shelf.client.requests == []


@virtual
async def test_what_is_no_document_goes_on(shelf: Shelf) -> None:
    shelf.documents.put(TEXT)
    for url in (f"{BASE}/console/calls", "https://app.test/console/documents/x", f"{BASE}.evil/"):
        assert (await shelf.ask(url)).body == b"elsewhere"


@virtual
async def test_names_cannot_be_guessed_and_a_guess_reaches_nothing(shelf: Shelf) -> None:
    one, other = shelf.documents.put(TEXT), shelf.documents.put(TEXT)
    answer = await shelf.ask(f"{BASE}/console/documents/{'0' * 22}")

    assert one != other
    assert len(one.rpartition("/")[2]) >= 22  # 128 bits
    assert answer.status == 404
    assert shelf.client.requests == []


@virtual
async def test_a_document_is_kept_so_long_or_until_it_is_dropped(shelf: Shelf) -> None:
    url, other = shelf.documents.put(TEXT), shelf.documents.put(TEXT)
    shelf.documents.drop(other)
    shelf.documents.drop("")

    assert (await shelf.ask(other)).status == 404
    shelf.now = KEPT_S - 0.1
    assert (await shelf.ask(url)).status == 200
    shelf.now = KEPT_S
    assert (await shelf.ask(url)).status == 404


@virtual
async def test_when_there_is_no_room_only_what_was_asked_for_gives_way(shelf: Shelf) -> None:
    urls = [shelf.documents.put(TEXT) for _ in range(DOCUMENTS)]
    with pytest.raises(NoRoomError, match=f"{DOCUMENTS} documents wait"):
        shelf.documents.put(TEXT)
    await shelf.ask(urls[7])
    newest = shelf.documents.put(TEXT)

    assert [(await shelf.ask(url)).status for url in (urls[0], urls[7], newest)] == [200, 404, 200]
    shelf.now = KEPT_S
    assert shelf.documents.put(TEXT)


def test_what_no_call_would_run_is_not_kept(shelf: Shelf) -> None:
    shelf.documents.put("x" * LONGEST_BYTES)
    with pytest.raises(ValueError, match="at most 65536 bytes"):
        shelf.documents.put("☎" * (LONGEST_BYTES // 3 + 1))
