"""Files of personas: what is right is read, and whatever is wrong is told with its line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.dev.own import LARGEST_BYTES, PersonaError, read
from offhook.dev.personas import PERSONAS, Persona
from offhook.dev.site import DevError, everybody

HEAD = "personas:\n  - number: +12025550150\n    name: clerk\n    steps:\n"


def told(path: Path, text: str | bytes) -> str:
    """Return what is said of a file, after its name."""
    file = path / "p.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PersonaError) as error:
        read(file, PERSONAS)
    return str(error.value).removeprefix(str(file))


def taken(path: Path, text: str) -> tuple[Persona, ...]:
    file = path / "p.yaml"
    file.write_text(text)
    return read(file, PERSONAS)


def test_a_persona_is_read(tmp_path: Path) -> None:
    text = HEAD + "      - ring: 2s\n      - answer\n      - say: Good morning.\n      - hang up\n"
    (persona,) = taken(tmp_path, text)

    assert persona.numbers == ("+12025550150",)
    assert persona.shown == "+12025550150"
    assert (persona.name, persona.does) == ("clerk", "ring, answer, say, hang up")
    assert persona.texts == ("Good morning.",)
    assert persona.talk is not None


def test_who_never_answers_cannot_call(tmp_path: Path) -> None:
    (persona,) = taken(tmp_path, HEAD + "      - ring: 2s\n      - reject: 480\n")

    assert persona.talk is None


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ("      - pres: 1\n", ":5: unknown step 'pres': did you mean press?"),
        ("      - juggle\n", ":5: unknown step 'juggle': known here: ring, answer, reject,"),
        ("      - answer\n      - press\n", ":6: press needs a value: `press: '12#'`"),
        ("      - answer: now\n", ":5: answer takes nothing: write `- answer`"),
        ("      - answer\n      - press: 1x\n", ":6: press: '1x': write 1 to 50 keys"),
        ("      - say: hello\n", ":5: say goes after the answer"),
        ("      - answer\n      - ring: 3s\n", ":6: ring goes before the answer"),
        ("      - answer\n      - reject: 486\n", ":6: reject goes before the answer"),
        ("      - reject: 486\n      - wait: 1s\n", ":6: wait comes after reject, which ends"),
        ("      - answer\n      - hang up\n      - beep\n", ":7: beep comes after hang up"),
        ("      - ring: 3s\n        answer: 1\n", ":5: a step is one word, or one word with"),
        ("      - [ring]\n", ":5: a step is one word"),
        ("      - ring: [3]\n", ":5: ring: write a text"),
        ("      - ring: -5\n", ":5: ring: '-5': write a duration"),
        ("      - answer\n      - play: no.wav\n", "no.wav cannot be read: No such file"),
        ("      - &a answer\n", ":5: anchors and aliases (& and *) are not read"),
        ("      []\n", ":5: steps: write a list"),
        ("", "steps: write a list, each entry after a hyphen"),
    ],
)
def test_steps_that_are_wrong_are_told(tmp_path: Path, steps: str, said: str) -> None:
    assert said in told(tmp_path, HEAD + steps)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", " is empty: write `personas:`"),
        ("- a\n", ":1: write `personas:` at the top"),
        ("person: []\n", ":1: unknown field 'person' at the top: did you mean personas?"),
        ("personas: 5\n", ":1: personas: write a list"),
        ("personas:\n  - name: x\n    steps: [answer]\n", ":2: number is missing"),
        (HEAD.replace("name", "nmae") + "      - answer\n", "did you mean name?"),
        (HEAD.replace("+12025550150", "150") + "      - answer\n", ":2: number: '150': write one"),
        (
            HEAD.replace("0150", "0101") + "      - answer\n",
            ":2: number: +12025550101 is that of speaks: choose another",
        ),
        (
            HEAD + "      - answer\n" + HEAD.partition("\n")[2] + "      - answer\n",
            ":6: number: +12025550150 is that of clerk",
        ),
        (HEAD.replace("name: clerk", "name: [a]") + "      - answer\n", ":3: name: write a text"),
        (HEAD + "      - answer\n    name: twice\n", ":6: name is there twice"),
        (b"\xff\xfe", " is not UTF-8"),
        ("personas: [", " is not YAML: while parsing"),
        ("personas: " + "[" * 5000, ":1: this is nested too deeply"),
        (b"x" * (LARGEST_BYTES + 1), " has more than 100000 bytes"),
        ("a: !!python/object:os.system [x]\n", ":1: unknown field 'a'"),
    ],
)
def test_files_that_are_wrong_are_told(tmp_path: Path, text: str | bytes, said: str) -> None:
    assert said in told(tmp_path, text)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PersonaError, match="cannot be read: No such file"):
        read(tmp_path / "no.yaml", ())
    with pytest.raises(PersonaError, match="cannot be read: Is a directory"):
        read(tmp_path, ())


@pytest.mark.parametrize(("line", "who"), [("0100", "your app"), ("0190", "softphone")])
def test_numbers_of_the_network_itself_are_taken(tmp_path: Path, line: str, who: str) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(HEAD.replace("0150", line) + "      - answer\n")
    with pytest.raises(DevError, match=rf"is that of {who}: choose another"):
        everybody(file)
    assert everybody(None) == PERSONAS


@given(st.text(alphabet="personas:-[]{}&*!|>#'\"\n \t0", max_size=80) | st.binary(max_size=60))
def test_no_file_breaks_it(tmp_path_factory: pytest.TempPathFactory, text: str | bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PersonaError):
        read(file, ())
