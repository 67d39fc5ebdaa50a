"""A call's page: what it tells, live, and what can be done there."""

import asyncio

import pytest
from tests.console.client import BASE, Browser, Page
from tests.console.watching import watching

from offhook.console.stream import STREAMS
from offhook.testing.app import Reply, document
from offhook.testing.fixtures import ANSWER_URL, NUMBER, PARTY, STATUS_URL
from offhook.testing.loop import virtual
from offhook.testing.phone import refuses
from offhook.testing.world import World

BAD = '<SpeakSentence>Hi</SpeakSentence>\n<Gather gatherUrl="/g" maxDigits="1000"/>'
ATTACK = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"


def path(call_id: str, *rest: str) -> str:
    return "/".join((BASE, "calls", call_id, *rest))


def untouched(page: Page) -> None:
    """Nothing that the wire brought has become an element or attribute."""
    assert not page.root.xpath("//script[not(starts-with(@src, '/console/static/'))]")
    assert not page.root.xpath("//img | //@*[starts-with(name(), 'on')]")


@virtual
async def test_a_good_call_is_told_from_beginning_to_end() -> None:
    async with World() as world:
        talk = await world.answered("<PlayAudio>/t1.wav</PlayAudio><Tag>order 7</Tag>")
        await talk.disconnect()
        await asyncio.sleep(1)
        page = await Browser.of(world).get(path(talk.call_id))
        log = world.store.events(talk.call_id)

    assert page.status == 200
    kinds = [each.get("data-kind") for each in page.css("li.entry")]
    assert kinds == [event.kind for event in log]
    assert {"sip.sent", "webhook.answered", "bxml.accepted", "verb.started"} <= set(kinds)
    (heading,) = page.texts("h1")
    assert NUMBER in heading
    assert PARTY in heading
    assert "order 7" in page.text
    labels = [
        " ".join(each.text_content().split())
        for each in page.root.xpath("//div[@class='ladder']//li/a")
    ]
    assert labels[0] == "sent INVITE SDP"
    assert "received 200 OK INVITE SDP" in labels
    assert page.css("svg")


@virtual
async def test_the_line_of_a_bad_document_is_marked_and_explained() -> None:
    async with World() as world:
        talk = await world.answered(f"\n{BAD}\n")
        await talk.disconnect()
        page = await Browser.of(world).get(path(talk.call_id))

    (bad,) = page.root.xpath("//ol[@class='code']/li[@class='bad']")
    assert 'maxDigits="1000"' in bad.text_content()
    assert "must be within [1, 50]" in bad.text_content()
    assert bad.xpath("ancestor::details/@open") == [""]
    (story,) = page.css("#explain")
    assert "maxDigits must be within" in story.text_content()
    assert f"{BASE}/errors/invalid-bxml" in story.xpath(".//a/@href")
    for proof in story.xpath(".//a[starts-with(@href, '#e')]/@href"):
        assert page.css(str(proof))


@virtual
async def test_what_strangers_write_stays_text() -> None:
    async with World() as world:
        headers = (("X-Attack", ATTACK), ("Subject", ATTACK))
        talk = await world.calling(
            f"<Tag>{ATTACK.replace('<', '&lt;')}</Tag><Pause duration='1'/><!-- {ATTACK} -->",
            headers=headers,
        )
        await talk.disconnect()
        await asyncio.sleep(1)
        browser = Browser.of(world)
        page = await browser.get(path(talk.call_id))
        rows = await browser.get(f"{BASE}/calls")

    untouched(page)
    untouched(rows)
    assert page.text.count("&lt;script&gt;") > 4
    assert ATTACK in rows.css("td.tag")[0].text_content()
    (sip,) = (e for e in page.css("li.entry") if "X-Attack" in e.text_content())
    assert ATTACK in sip.text_content()


@virtual
async def test_a_live_call_appears_and_ends_before_ones_eyes() -> None:
    async with World() as world:
        talk = await world.answered('<Pause duration="3"/>')
        browser = Browser.of(world)
        page = await browser.get(path(talk.call_id))
        (where,) = page.root.xpath("//@data-live")
        assert page.css("button.danger")
        async with watching(world, where) as seen:
            await talk.disconnect()
            await seen.until(lambda name, data: name == "entries" and "call.ended" in data)
            await seen.until(lambda name, data: name == "region" and 'id="explain"' in data)
            await asyncio.sleep(2)
        last = world.store.last_event_number(talk.call_id)

    shown = [each.get("id") for each in page.css("li.entry")]
    for name, data, _ in seen.events:
        if name == "entries":
            shown += [part.split('"')[0] for part in data.split('<li id="')[1:]]
    assert shown == [f"e{number}" for number in range(1, last + 1)]
    assert seen.ended
    summaries = [data for _, data, _ in seen.events if 'id="summary"' in data]
    assert "Hang up" not in summaries[-1]


@virtual
async def test_a_browser_that_was_cut_off_goes_on_where_it_was() -> None:
    async with World() as world:
        talk = await world.answered("")
        await talk.disconnect()
        await asyncio.sleep(1)
        last = world.store.last_event_number(talk.call_id)
        live = path(talk.call_id, "live")
        async with watching(world, f"{live}?after=1", last=str(last - 2)) as seen:
            await seen.until(lambda name, _: name == "entries")
        async with watching(world, live, last=str(last)) as quiet:
            await asyncio.sleep(1)

    (news,) = (event for event in seen.events if event[0] == "entries")
    assert news[1].count("<li id=") == 2
    assert news[2] == str(last)
    assert quiet.events == []


@virtual
@pytest.mark.parametrize("place", ["x", "-1", "9" * 30, "٣"])
async def test_what_is_no_place_is_refused(place: str) -> None:
    async with World() as world:
        talk = await world.answered("")
        await talk.disconnect()
        page = await Browser.of(world).get(path(talk.call_id, f"live?after={place}"))

    assert page.status == 400


@virtual
async def test_only_so_many_may_look_at_once() -> None:
    async with World() as world, asyncio.TaskGroup() as group:
        talk = await world.answered("")
        await talk.disconnect()
        leave = asyncio.Event()

        async def look() -> None:
            async with watching(world, path(talk.call_id, "live")):
                await leave.wait()

        for _ in range(STREAMS):
            group.create_task(look())
        await asyncio.sleep(1)
        page = await Browser.of(world).get(path(talk.call_id, "live"))
        leave.set()
        await asyncio.sleep(1)
        async with watching(world, path(talk.call_id, "live")) as seen:
            await asyncio.sleep(1)

    assert page.status == 503
    assert seen.status == 200


@virtual
async def test_a_webhook_is_sent_again() -> None:
    async with World() as world:
        world.app.on(STATUS_URL, Reply(status=500), Reply(status=204))
        talk = await world.answered("")
        await talk.disconnect()
        await asyncio.sleep(1)
        browser = Browser.of(world)
        page = await browser.get(path(talk.call_id))
        (action,) = page.root.xpath("//form[contains(@action, '/resend')]/@action")
        sent = await browser.post(action, {})
        await asyncio.sleep(1)
        after = await browser.get(path(talk.call_id))
        log = world.store.events(talk.call_id)

    assert sent.headers["location"] == f"{path(talk.call_id)}#webhooks"
    assert "failed" in page.css("#webhooks")[0].text_content()
    assert "failed" not in after.css("#webhooks")[0].text_content()
    (resent,) = (event for event in log if event.kind == "webhook.resent")
    assert resent.data["by"] == "console"


@virtual
async def test_a_webhook_whose_reply_mattered_is_not_sent_again() -> None:
    async with World() as world:
        talk = await world.answered("")
        await talk.disconnect()
        await asyncio.sleep(1)
        (answer, _) = world.store.deliveries(talk.call_id)
        browser = Browser.of(world)
        page = await browser.get(path(talk.call_id))
        refused = await browser.post(path(talk.call_id, "webhooks", answer.id, "resend"), {})
        unknown = await browser.post(path(talk.call_id, "webhooks", "nothing", "resend"), {})

    assert answer.id not in "".join(page.root.xpath("//form/@action"))
    assert (refused.status, unknown.status) == (409, 404)


@virtual
async def test_hanging_up_hangs_up() -> None:
    async with World() as world:
        talk = await world.answered('<Pause duration="60"/>')
        await talk.wait_event("answer")
        browser = Browser.of(world)
        await browser.get(path(talk.call_id))
        asked = await browser.post(path(talk.call_id, "complete"), {})
        event = await talk.disconnect()
        await asyncio.sleep(1)
        again = await browser.post(path(talk.call_id, "complete"), {})

    assert asked.status == 303
    assert event["cause"] == "hangup"
    assert again.status == 409


@virtual
async def test_a_call_without_an_answer_has_its_page_too() -> None:
    async with World() as world:
        world.phone().behaviour = refuses(486)
        world.app.on(ANSWER_URL, document(""))
        call_id = await world.create_call()
        await world.app.wait_event("disconnect", callId=call_id)
        page = await Browser.of(world).get(path(call_id))

    assert page.css("#explain.bad")
    assert "486 Busy Here" in page.text


@virtual
async def test_there_is_no_page_of_no_call() -> None:
    async with World() as world:
        browser = Browser.of(world)

        assert (await browser.get(path("c-nothing"))).status == 404
        assert (await browser.get(path("c-nothing", "live"))).status == 404
        assert (await browser.post(path("c-nothing", "complete"), {})).status in (404, 409)


@virtual
async def test_who_looks_does_not_keep_a_server_from_ending() -> None:
    async with World() as world:
        talk = await world.answered("")
        await talk.disconnect()
        async with (
            watching(world, path(talk.call_id, "live")) as one,
            watching(world, f"{BASE}/live") as all_,
        ):
            await asyncio.sleep(1)
            before = one.ended or all_.ended
            await world.node.drain()
            await asyncio.sleep(1)
            after = one.ended and all_.ended

    assert (before, after) == (False, True)
