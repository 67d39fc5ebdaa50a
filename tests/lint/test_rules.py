"""Every rule finds what it is about, there, and nothing where all is well."""

import re

import pytest
from tests.lint.samples import SAMPLES, UNSUPPORTED, Sample, whole

from offhook.lint import Context, check
from offhook.lint.manual import RULES
from offhook.verbs import manual, registry


def test_every_rule_has_a_sample() -> None:
    idle = () if UNSUPPORTED else ("verb-unsupported",)

    assert [each.rule for each in SAMPLES] == [rule.id for rule in RULES if rule.id not in idle]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.rule)
def test_a_rule_finds_its_fault_and_leaves_its_neighbour_alone(sample: Sample) -> None:
    (found,) = check(whole(sample.bad), sample.context, based=sample.based)
    clean = check(whole(sample.good), sample.context, based=sample.based)

    assert found.rule.id == sample.rule
    assert (found.line or 1, found.column or 1) == sample.place
    assert found.message
    assert found.fix
    assert clean == []


def told(snippet: str, context: Context = Context.CALL) -> list[tuple[str, str]]:
    found = check(f"<Response>{snippet}</Response>", context)
    return [(each.rule.id, each.message) for each in found]


@pytest.mark.parametrize(
    ("snippet", "fault"),
    [
        ("<Hangup/><Pause/>", "<Pause> never runs: <Hangup> leaves the document"),
        ("<Hangup/><Pause/><Tag/>", "<Pause> and 1 more never run: <Hangup> leaves the document"),
        (
            "<Record recordCompleteUrl='/r'/><Hangup/>",
            "<Hangup> never runs: <Record> leaves the document",
        ),
        ("<Hangup/><StartGather dtmfUrl='/d'/>", "<StartGather> never runs: <Hangup> leaves"),
    ],
)
def test_verbs_that_never_run_are_told_once(snippet: str, fault: str) -> None:
    ((rule, message),) = told(snippet)

    assert rule == "unreachable-verb"
    assert message.startswith(fault)


def test_a_faulty_verb_leaves_nothing() -> None:
    assert [rule for rule, _ in told("<Redirect/><Pause/>")] == ["missing-attribute"]


def test_forwarding_may_be_too_late_for_two_reasons() -> None:
    forward = "<Forward to='+12025550100'/>"
    rule = "already-answered"
    needs = "<Forward> needs an unanswered inbound call, but"

    assert told(forward) == [(rule, f"{needs} it may have been answered already")]
    assert told("<Ring/>" + forward) == [(rule, f"{needs} <Ring> answers it")]
    assert told(forward, Context.UNANSWERED) == []
    assert told("<Ring answerCall='false'/>" + forward, Context.UNANSWERED) == []


@pytest.mark.parametrize("context", [Context.TRANSFER_ANSWER, Context.CONFERENCE])
def test_only_documents_of_calls_hang_up_at_their_end(context: Context) -> None:
    assert told("<StartRecording/>", context) == []


@pytest.mark.parametrize(
    ("attributes", "idle"),
    [
        ("gatherUrl='/g' gatherMethod='GET' username='u' password='p'", []),
        ("gatherMethod='POST'", []),  # clients write it always
        ("gatherUrl='/g' password='p'", ["password"]),
        ("username='u' password='p'", ["username", "password"]),
        ("gatherUrl='/g' gatherFallbackMethod='GET'", ["gatherFallbackMethod"]),
        ("gatherFallbackUrl='/f'", ["gatherFallbackUrl"]),
        ("partialResultCallback='/p' username='u'", []),  # families share their credentials
        ("maxDigits='50' tag=''", []),
    ],
)
def test_attributes_without_effect_are_told(attributes: str, idle: list[str]) -> None:
    found = told(f"<Gather {attributes}/>")

    assert {rule for rule, _ in found} <= {"attribute-without-effect"}
    assert [message.split()[2] for _, message in found] == idle


def test_slips_of_client_libraries_have_an_effect() -> None:
    slips = "recordCompleteFallback_url='/f' recordCompleteFallback_method='GET'"

    assert told(f"<Record recordCompleteUrl='/r' {slips} fallbackUsername='u'/>") == []


@pytest.mark.parametrize(
    ("url", "clear"),
    [
        ("http://files.test/a", True),
        ("http://10.0.0.1/a", True),
        ("https://files.test/a", False),
        ("http://127.0.0.7/a", False),
        ("http://[::1]/a", False),
        ("http://app.localhost/a", False),
        ("a.wav", False),
    ],
)
def test_credentials_in_the_clear_are_told(url: str, clear: bool) -> None:
    found = told(f"<PlayAudio username='u'>{url}</PlayAudio>")
    found += told(f"<Gather gatherUrl='/g' gatherFallbackUrl='{url}' fallbackUsername='u'/>")

    assert [rule for rule, _ in found] == ["credentials-in-clear"] * (2 * clear)


def test_a_url_without_credentials_may_be_plain() -> None:
    assert told("<PlayAudio>http://files.test/a</PlayAudio>") == []


@pytest.mark.parametrize("name", registry.verbs())
def test_the_examples_of_the_manual_are_without_reproach(name: str) -> None:
    (example,) = re.findall(r"```xml\n(.*?)```", manual.page(registry.verbs()[name]), re.DOTALL)

    assert check(example, Context.UNANSWERED) == []


def test_a_sign_is_no_markup() -> None:
    assert told("<SpeakSentence>1 &lt; 2 &gt; 0</SpeakSentence>") == []


@pytest.mark.parametrize(
    ("attribute", "fault"),
    [
        ("voice='x'", 'attribute voice: there is no voice "x"'),
        ("locale='en_USA'", 'attribute locale: no voice speaks the locale "en_USA": did you mean'),
        ("locale='de'", None),
        ("voice='JULIE'", None),
    ],
)
def test_voices_are_looked_up(attribute: str, fault: str | None) -> None:
    found = told(f"<SpeakSentence {attribute}>a</SpeakSentence>")

    assert [message.startswith(f"<SpeakSentence> {fault}") for _, message in found] == (
        [True] if fault else []
    )
