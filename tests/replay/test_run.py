"""Replays from tape to verdict: calls recorded in virtual time, against real apps."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest
from msgspec import structs
from tests.replay.recorded import MENU, PAGES, TOLD, Pages, pressed, recorded, replayed, serving
from tests.replay.test_inputs import speech

from offhook.directory import Account
from offhook.hooks import Credentials, Hook, Target
from offhook.replay.run import Verdict, replay
from offhook.replay.tape import Tape
from offhook.settings import Webhooks
from offhook.testing.app import Reply, document
from offhook.testing.fixtures import ACCOUNT_ID, ANSWER_URL
from offhook.testing.handset import Handset
from offhook.testing.phone import answers, ignores, only_rings, refuses
from offhook.testing.words import speak
from offhook.testing.world import World

pytestmark = pytest.mark.slow


def same(verdict: Verdict) -> None:
    told = list(verdict.difference.lines()) if verdict.difference else []
    assert verdict.difference is None, "\n".join(told)
    assert verdict.steps > 0


def titles(verdict: Verdict) -> tuple[str | None, str | None]:
    """What was, and what is, where they part."""
    found = verdict.difference
    assert found is not None
    return (
        found.recorded.title if found.recorded else None,
        found.replayed.title if found.replayed else None,
    )


@pytest.fixture(scope="module")
def menu() -> Tape:
    return recorded(pressed)


def test_an_app_that_does_the_same_makes_no_difference(menu: Tape) -> None:
    verdict = replayed(menu)

    same(verdict)
    assert verdict.cut is None
    assert [e.data["digit"] for e in verdict.replayed if e.kind == "media.digit"] == ["5"]


@pytest.mark.parametrize(
    ("changes", "was", "is_"),
    [
        ({"/v/key": '<Pause duration="3"/><Hangup/>'}, "document", "document"),
        ({"/v/key": "<Hangup/>"}, "document", "document"),
        (
            {"/v/key": Reply(status=500)},
            "webhook gather POST /v/key: 200",
            "webhook gather POST /v/key: HTTP 500",
        ),
        (
            {"/v/key": "<Hangu/>"},
            "document",
            "document refused: <Hangu> is not a verb: did you mean <Hangup>? (line 1)",
        ),
        ({"/v/answer": MENU.replace("/v/key", "/v/other")}, "document", "document"),
    ],
)
def test_the_first_difference_is_shown(
    menu: Tape, changes: Mapping[str, str | Reply], was: str, is_: str
) -> None:
    verdict = replayed(menu, {**PAGES, **changes})
    then, now = titles(verdict)

    assert (then, now) == (was, is_)


def test_a_document_that_only_looks_otherwise_makes_no_difference(menu: Tape) -> None:
    spaced = document(f"\n  {TOLD}\n").body
    assert isinstance(spaced, str)
    page = Reply(spaced.replace('duration="2"', "duration = '2'"))

    same(replayed(menu, {**PAGES, "/v/key": page}))


def test_an_app_that_is_not_there_is_a_difference(menu: Tape) -> None:
    verdict = replay(menu, "http://127.0.0.1:9", Account(ACCOUNT_ID), Webhooks())

    assert titles(verdict)[1] == "webhook answer POST /v/answer: connection failed"


def test_a_caller_comes_in_again_with_keys_headers_and_hang_up() -> None:
    async def story(world: World) -> None:
        headers = (("X-Shop", "7"), ("User-to-User", "abc;encoding=hex"))
        talk = await world.calling(headers=headers)
        await talk.phone.wait("answered")
        await asyncio.sleep(2)
        await talk.phone.press("7")
        await asyncio.sleep(1)
        talk.phone.hang_up()

    tape = recorded(story)
    verdict = replayed(tape)
    same(verdict)
    asked = [e.data["body"] for e in verdict.replayed if "initiate" in str(e.data.get("eventType"))]

    assert '"uui":"abc;encoding=hex"' in asked[0]
    assert any(e.kind == "call.ended" and e.data["cause"] == "hangup" for e in verdict.replayed)


@pytest.mark.parametrize(
    "behaviour",
    [refuses(486), refuses(603, 2.0, rings=True), only_rings, ignores, answers(4.0)],
    ids=["busy", "declines", "rings", "dead", "slow"],
)
def test_what_the_far_end_did_with_the_call_it_does_again(behaviour: object) -> None:
    async def story(world: World) -> None:
        world.phone().behaviour = behaviour  # type: ignore[assignment]
        call_id = await world.create_call(callTimeout=20)
        await world.app.wait_event("disconnect", callId=call_id)

    tape = recorded(story, {**PAGES, "/v/answer": "<Hangup/>"})
    verdict = replayed(tape, {**PAGES, "/v/answer": "<Hangup/>"})

    same(verdict)


def test_a_caller_who_gives_up_does_so_again() -> None:
    async def story(world: World) -> None:
        talk = await world.calling()
        await asyncio.sleep(3)
        talk.phone.hang_up()

    pages: Pages = {"/v/init": '<Ring duration="30" answerCall="false"/>'}
    same(replayed(recorded(story, pages), pages))


def test_who_spoke_speaks_again() -> None:
    """Record ends when the party is silent; a replay without speech would end it at once."""

    async def story(world: World) -> None:
        talk = await world.answered()
        await asyncio.sleep(0.5)
        await talk.phone.say(speech(2.0))
        await talk.wait_event("recordComplete")

    verbs = '<Record recordCompleteUrl="/v/done" silenceTimeout="3" fileFormat="wav"/>'
    pages: Pages = {"/v/answer": verbs, "/v/done": "<Hangup/>"}
    verdict = replayed(recorded(story, pages), pages)

    same(verdict)
    assert any(e.kind == "media.voice" and e.data["active"] for e in verdict.replayed)


def test_words_that_a_gather_understood_are_said_again() -> None:
    async def story(world: World) -> None:
        talk = await world.answered()
        await asyncio.sleep(0.5)
        await talk.phone.say(speak("one large pizza"))
        event = await talk.wait_event("gather")
        assert event["text"]
        await talk.disconnect()

    pages: Pages = {
        "/v/answer": '<Gather gatherUrl="/v/key" input="speech" speechTimeout="9"/>',
        "/v/key": "<Hangup/>",
    }
    verdict = replayed(recorded(story, pages), pages)
    same(verdict)
    asked = [e.data["body"] for e in verdict.replayed if e.data.get("eventType") == "gather"]

    assert '"text":"one large pizza"' in asked[0]


def test_what_rest_did_it_does_again() -> None:
    async def story(world: World) -> None:
        talk = await world.answered()
        await asyncio.sleep(1)
        await world.rest.update_call(talk.call_id, redirectUrl="http://app.test/v/key")
        await asyncio.sleep(1)
        await world.rest.update_bxml(talk.call_id, "<Response><Pause duration='9'/></Response>")
        await asyncio.sleep(1)
        await world.rest.update_call(talk.call_id, state="completed")
        await talk.disconnect()

    pages: Pages = {"/v/answer": '<Pause duration="60"/>', "/v/key": '<Pause duration="60"/>'}
    verdict = replayed(recorded(story, pages), pages)

    same(verdict)
    assert {"rest.redirected", "rest.rescripted", "rest.completed"} <= {
        e.kind for e in verdict.replayed
    }


AGENT = "+12025550166"


async def transferred(world: World) -> None:
    """A caller is transferred to an agent, who answers, and hangs up after four seconds."""

    async def agent(call: Handset) -> None:
        call.ring()
        await asyncio.sleep(2)
        await call.answer()
        await call.wait("answered")
        await asyncio.sleep(4)
        call.hang_up()

    world.phone(AGENT).behaviour = agent
    talk = await world.answered()
    await talk.disconnect()


TRANSFER: Pages = {
    "/v/answer": f"""<Transfer transferCompleteUrl="/v/over"><PhoneNumber
      transferAnswerUrl="/v/whisper" transferDisconnectUrl="/v/gone">{AGENT}</PhoneNumber>
    </Transfer>""",
    "/v/whisper": '<Pause duration="1"/>',
    "/v/over": '<Pause duration="1"/><Hangup/>',
}


@pytest.fixture(scope="module")
def transfer() -> Tape:
    return recorded(transferred, TRANSFER)


def test_a_transfer_is_played_with_its_leg(transfer: Tape) -> None:
    verdict = replayed(transfer, TRANSFER)

    same(verdict)
    assert len(transfer.legs) == 1
    assert verdict.cut is None
    told = [str(e.data.get("eventType")) for e in verdict.replayed]
    assert "transferComplete" in told


def test_a_difference_on_a_leg_is_told_as_its_own(transfer: Tape) -> None:
    changed = replayed(transfer, {**TRANSFER, "/v/whisper": '<Pause duration="2"/>'})
    later = replayed(transfer, {**TRANSFER, "/v/over": "<Hangup/>"})

    assert changed.difference is not None
    assert changed.difference.line == f"script of the leg to {AGENT}"
    assert later.difference is not None
    assert later.difference.line == "script"


def test_a_call_whose_legs_are_not_known_is_followed_to_there(transfer: Tape) -> None:
    alone = Tape(transfer.call, transfer.events)
    verdict = replayed(alone, TRANSFER)

    same(verdict)
    assert verdict.cut == "<Transfer> depends on other calls"


def test_a_slow_app_of_then_does_not_move_the_keys_of_now() -> None:
    """The key was pressed within the time of the second Gather, seconds after a slow answer."""

    async def story(world: World) -> None:
        talk = await world.answered()
        await asyncio.sleep(6.5)
        await talk.phone.press("1")
        await talk.disconnect()

    gather = '<Gather gatherUrl="/v/{}" maxDigits="1" firstDigitTimeout="2"/>'
    slow: Pages = {
        "/v/answer": document(gather.format("two")).after(2.0),
        "/v/two": document(gather.format("end")).after(1.5),
        "/v/end": "<Hangup/>",
    }
    tape = recorded(story, slow)
    fast: Pages = {p: page if isinstance(page, str) else page.after(0) for p, page in slow.items()}
    verdict = replayed(tape, fast)

    same(verdict)
    asked = [e.data["body"] for e in verdict.replayed if e.data.get("eventType") == "gather"]
    assert ['"digits":"1"' in each for each in asked] == [False, True]


def test_an_app_that_failed_then_and_answers_now_is_a_difference() -> None:
    async def story(world: World) -> None:
        world.app.on(ANSWER_URL, Reply(status=500))
        talk = await world.answered()
        await talk.disconnect()

    verdict = replayed(recorded(story))

    assert titles(verdict) == (
        "webhook answer POST /v/answer: HTTP 500",
        "webhook answer POST /v/answer: 200",
    )


def test_webhooks_are_signed_and_have_the_credentials_of_the_call(menu: Tape) -> None:
    secret = "s" * 32
    hook = Hook(Target(ANSWER_URL, "POST", Credentials("shop", "pw")))
    tape = replace(menu, call=structs.replace(menu.call, hook=hook))
    with serving(PAGES) as there:
        same(replay(tape, there.url, Account(ACCOUNT_ID), Webhooks(), [secret]))

    path, headers, _ = there.asked[0]
    assert path == "/v/answer"
    assert headers["authorization"].startswith("Basic ")
    assert "v1=" in headers["offhook-signature"]


def test_files_of_other_hosts_are_fetched_through_the_guard(menu: Tape) -> None:
    """What a document links to is asked for as by a server: not every host may be."""

    async def story(world: World) -> None:
        talk = await world.answered()
        await talk.disconnect()

    pages: Pages = {"/v/answer": "<PlayAudio>http://169.254.169.254/x.wav</PlayAudio><Hangup/>"}
    tape = recorded(story, pages)
    verdict = replayed(tape, pages)

    played = [e for e in verdict.replayed if e.kind == "verb.ended"]
    assert played
    assert "host not allowed" in str([e.data for e in verdict.replayed if e.kind != "sip.sent"])
