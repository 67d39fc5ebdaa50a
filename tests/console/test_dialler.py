"""The dialler: what it runs, what it refuses, and where; the checker beside it."""

import json
from typing import Any

import pytest
from tests.console.client import BASE, Browser, Page

from offhook.console.dialler import FINDINGS, IN_PLACE
from offhook.console.starters import STARTERS
from offhook.directory import Application, Directory, Phone, merged
from offhook.lint import check
from offhook.testing import fixtures
from offhook.testing.app import document
from offhook.testing.fixtures import NUMBER, PARTY
from offhook.testing.loop import virtual
from offhook.testing.world import World

DIAL, LINT = f"{BASE}/dial", f"{BASE}/lint"
WISH = {"from": NUMBER, "to": PARTY, "applicationId": fixtures.APPLICATION_ID}
SAYS = "<Response><SpeakSentence>Good day.</SpeakSentence></Response>"


async def dialled(browser: Browser, **changes: str) -> Page:
    await browser.get(DIAL)
    return await browser.post(DIAL, {**WISH, "runs": "document", "document": SAYS, **changes})


async def linted(browser: Browser, body: object) -> Page:
    await browser.get(DIAL)
    raw = json.dumps(body).encode()
    headers = {"content-type": "application/json", "x_form_token": browser.token}
    return await browser.send("POST", LINT, raw, headers)


@virtual
async def test_a_document_is_run_by_the_call_that_it_leads_to() -> None:
    async with World() as world:
        answer = await dialled(Browser.of(world), tag="a < b")
        call = await world.phone().wait_call()
        await call.wait("ended")
        (record,) = [each.record for each in world.evidence()]

    assert answer.status == 303
    assert answer.headers["location"] == f"{BASE}/calls/{record.call_id}"
    assert (record.to, record.from_, record.tag) == (PARTY, NUMBER, "a < b")
    assert record.disconnect_cause == "hangup"
    assert [each.text for each in world.voice.spoken] == ["Good day."]
    assert [event for event in world.app.events() if event["eventType"] == "answer"] == []


@virtual
async def test_an_application_may_be_asked_instead() -> None:
    async with World() as world:
        world.phone()
        world.app.on(fixtures.ANSWER_URL, document("<Hangup/>"))
        wish = {"runs": "url", "answerUrl": fixtures.ANSWER_URL, "callTimeout": "12.5"}
        await dialled(Browser.of(world), **wish)
        await world.app.wait_event("answer")
        (record,) = [each.record for each in world.evidence()]

    assert record.call_timeout_s == 12.5


@virtual
@pytest.mark.parametrize(
    ("changes", "field", "entry"),
    [
        ({"to": "12025550143"}, "to", "not-e164"),
        ({"to": " "}, "to", "required"),
        ({"from": ""}, "from", "required"),
        ({"applicationId": "x"}, "applicationId", "no-application"),
        ({"runs": "url", "answerUrl": "ftp://x"}, "answerUrl", "url-scheme"),
        ({"runs": "url", "answerUrl": ""}, "answerUrl", "required"),
        ({"callTimeout": "301"}, "callTimeout", "out-of-range"),
        ({"callTimeout": "soon"}, "callTimeout", None),
        ({"tag": "x" * 5000}, "tag", "tag-too-long"),
        ({"document": "x" * 70_000}, "document", None),
        ({"to": "sip:a@b?x=y"}, None, "refused"),
    ],
)
async def test_a_refusal_stands_at_its_field_with_what_to_do(
    changes: dict[str, str], field: str | None, entry: str | None
) -> None:
    async with World() as world:
        page = await dialled(Browser.of(world), **changes)
        records = world.evidence()

    (fault,) = page.css("div.fault")
    told = " ".join(fault.text_content().split())
    assert page.status == 400
    assert fault.get("id") == (f"fault-{field}" if field else None)
    assert [a.get("href") for a in fault.xpath(".//a[not(@class)]")] == (
        [f"{BASE}/errors/{entry}"] if entry else []
    )
    assert "What to do" in told
    assert records == []


@virtual
async def test_limits_hold_here_too_and_a_refused_document_is_not_kept() -> None:
    async with World() as world:
        world.change_account(sessions=1, queueing=False)
        browser = Browser.of(world)
        assert (await dialled(browser, document="<Response><Pause/></Response>")).status == 303
        refused = await dialled(browser)

    assert refused.status == 429
    assert "account-session-limit" in refused.texts("div.fault")[0]
    assert len(world.node.documents._documents) == 1


@virtual
async def test_what_was_written_comes_back_as_text() -> None:
    nasty = '</textarea><script>alert(1)</script>"><b>'
    async with World() as world:
        page = await dialled(
            Browser.of(world), document=f"\n{nasty}", to=nasty, tag=nasty, answerUrl=nasty
        )

    (area,) = page.css("textarea")
    assert area.text_content().removeprefix("\n") == f"\n{nasty}"
    assert page.root.xpath("//input[@name='to']/@value") == [nasty]
    assert page.root.xpath("//script[not(@src)]") == []


@virtual
async def test_the_form_begins_with_what_is_likely() -> None:
    async with World() as world:
        page = await Browser.of(world).get(f"{DIAL}?to=%2B12025550199")

    assert page.root.xpath("//input[@name='from']/@value") == [NUMBER]
    assert page.root.xpath("//input[@name='to']/@value") == ["+12025550199"]
    assert page.root.xpath("//option[@selected]/@value") == [fixtures.APPLICATION_ID]
    assert page.css("textarea")[0].text_content().strip() == STARTERS[0].text.strip()


@virtual
async def test_telephones_of_the_account_are_offered() -> None:
    phones = [Phone("desk", {}, "+12025550190"), Phone("mute", {}), Phone("other", {}, "+1", "app")]
    foreign = Application("app", "4711", "foreign")
    async with World() as world:
        more = Directory(applications=[foreign], phones=phones)
        world.directory = merged(world.directory, more)
        page = await Browser.of(world).get(DIAL)

    assert page.root.xpath("//button/@data-number") == ["+12025550190"]
    assert "it has not registered so far" in page.texts("ul.contacts")[0]


@virtual
async def test_findings_come_as_data() -> None:
    async with World() as world:
        browser = Browser.of(world)
        answer = await linted(browser, {"text": "<Response>\n <Speek/></Response>"})
        huge = await linted(browser, {"text": "<Response>" + "<X/>" * IN_PLACE + "</Response>"})

    found: dict[str, Any] = answer.answer.json()
    assert [(f["line"], f["column"], f["severity"]) for f in found["findings"]] == [(2, 2, "error")]
    assert found["count"] == 1
    assert len(huge.answer.json()["findings"]) <= FINDINGS


@virtual
@pytest.mark.parametrize("body", [[], {}, {"text": 1}, None, {"text": "\ud800"}])
async def test_what_is_no_text_is_not_checked(body: object) -> None:
    async with World() as world:
        assert (await linted(Browser.of(world), body)).status == 400


@pytest.mark.parametrize("starter", STARTERS, ids=lambda each: each.name)
def test_nothing_is_wrong_with_what_one_starts_from(starter: Any) -> None:
    assert check(starter.text, based=False) == []
