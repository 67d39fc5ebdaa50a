"""Personas of your own, from a YAML file: who has which number and what they do, step by step.

Whatever is wrong with a file is told with its line. Texts are taken as they stand: `+12025550150`
is a number of a telephone and no integer. A name for a part of the file (an anchor) is refused,
because a few of them can stand for more than fits in memory.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from offhook.dev.personas import Persona, Speak, find
from offhook.dev.steps import KINDS, Phase, Scene, Step
from offhook.nearest import nearest
from offhook.testing.handset import Handset

LARGEST_BYTES: Final = 100_000
DEEPEST: Final = 8
MOST: Final = 200  # personas, and steps of one
FIELDS: Final = ("number", "name", "does", "steps")
NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")


class PersonaError(Exception):
    """A file of personas cannot be used; the text says where and what would be right."""


@dataclass(frozen=True, slots=True)
class Play:
    """What a persona of your own does: its steps until the answer, and those from then on."""

    ringing: tuple[Step, ...]
    talking: tuple[Step, ...]

    async def answer(self, call: Handset, line: int) -> None:
        """Do what comes before the answer, and the answer."""
        for step in self.ringing:
            await step.take(Scene(call, _mute))

    async def talk(self, call: Handset, line: int, speak: Speak) -> None:
        """Do what comes after it; who calls does what holds at any time first."""
        if call.invite is None:
            for step in self.ringing:
                if step.kind.phase is Phase.ALWAYS:
                    await step.take(Scene(call, speak))
        scene = Scene(call, speak)
        for step in self.talking:
            await step.take(scene)

    @property
    def texts(self) -> list[str]:
        """Everything that it says."""
        return [step.value for step in self.talking if step.kind.word == "say"]


def _mute(text: str) -> Any:
    raise AssertionError(f"nobody says {text!r} before the answer")


def read(path: Path, taken: Iterable[Persona]) -> tuple[Persona, ...]:
    """Return the personas of a file, none of which has a number of `taken`; raises PersonaError."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise PersonaError(f"{path} cannot be read: {error.strerror}") from error
    if len(text) > LARGEST_BYTES:
        raise PersonaError(f"{path} has more than {LARGEST_BYTES} bytes")
    return _Reader(path, taken).personas(text)


class _Reader:
    """Reads one file; `self._path` stands in all that it says."""

    def __init__(self, path: Path, taken: Iterable[Persona]) -> None:
        self._path = path
        self._known = list(taken)

    def personas(self, data: bytes) -> tuple[Persona, ...]:
        """Return the personas."""
        root = self._root(data)
        fields = self._fields(root, ("personas",), "at the top")
        entries = self._items(fields.get("personas"), root, "personas")
        own = []
        for entry in entries:
            own.append(persona := self._persona(entry))
            self._known.append(persona)
        return tuple(own)

    def _root(self, data: bytes) -> yaml.Node:
        try:
            text = data.decode()
            self._check(text)
            root = yaml.compose(text, yaml.SafeLoader)
        except UnicodeDecodeError as error:
            raise PersonaError(f"{self._path} is not UTF-8: {error}") from error
        except yaml.YAMLError as error:
            raise PersonaError(f"{self._path} is not YAML: {error}") from error
        if root is None:
            raise PersonaError(f"{self._path} is empty: write `personas:` and below it a list")
        assert isinstance(root, yaml.Node)
        return root

    def _check(self, text: str) -> None:
        """Refuse what could be large or deep beyond its size; raises YAMLError and PersonaError."""
        depth = 0
        for event in yaml.parse(text, yaml.SafeLoader):
            if getattr(event, "anchor", None) is not None:
                raise self._fault(event, "anchors and aliases (& and *) are not read")
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise self._fault(event, "this is nested too deeply")

    def _persona(self, node: yaml.Node) -> Persona:
        fields = self._fields(node, FIELDS, "of a persona")
        for name in ("number", "name", "steps"):
            if name not in fields:
                raise self._fault(node, f"{name} is missing")
        number = self._number(fields["number"])
        play = self._play(fields["steps"])
        does = self._text(fields["does"], "does") if "does" in fields else _told(play)
        answers = any(step.kind.word == "answer" for step in play.ringing)
        return Persona(
            range(int(number[-4:]), int(number[-4:]) + 1),
            self._text(fields["name"], "name"),
            does,
            play.answer,
            play.talk if answers else None,
            listens=True,
            own_number=number,
            texts=tuple(play.texts),
        )

    def _number(self, node: yaml.Node) -> str:
        number = self._text(node, "number")
        if not NUMBER.fullmatch(number):
            raise self._fault(node, f"number: {number!r}: write one such as +12025550150")
        if other := find(number, self._known):
            raise self._fault(node, f"number: {number} is that of {other.name}: choose another")
        return number

    def _play(self, node: yaml.Node) -> Play:
        steps: tuple[list[Step], list[Step]] = [], []
        phase, ended = Phase.RINGING, ""
        for each in self._items(node, node, "steps"):
            step = self._step(each)
            kind = step.kind
            if ended:
                raise self._fault(each, f"{kind.word} comes after {ended}, which ends the call")
            if kind.phase not in (phase, Phase.ALWAYS):
                raise self._fault(each, f"{kind.word} goes {kind.phase.value}")
            steps[phase is Phase.TALKING].append(step)
            ended = kind.word if kind.ends else ""
            phase = Phase.TALKING if kind.word == "answer" else phase
        return Play(tuple(steps[0]), tuple(steps[1]))

    def _step(self, node: yaml.Node) -> Step:
        """Read `answer`, or `say: something`."""
        word, value = self._pair(node)
        kind = KINDS.get(word)
        if kind is None:
            meant = nearest(word, KINDS)
            near = f"did you mean {meant}?" if meant else f"known here: {', '.join(KINDS)}"
            raise self._fault(node, f"unknown step {word!r}: {near}")
        if kind.read is None:
            if value is not None:
                raise self._fault(value, f"{word} takes nothing: write `- {word}`")
            return Step(kind)
        if value is None:
            raise self._fault(node, f"{word} needs a value: `{word}: {kind.example}`")
        text = self._text(value, word)
        try:
            more = (self._path.parent,) if word == "play" else ()
            return Step(kind, kind.read(text, *more))
        except ValueError as error:
            raise self._fault(value, f"{word}: {text[:50]!r}: {error}") from error

    def _pair(self, node: yaml.Node) -> tuple[str, yaml.Node | None]:
        if isinstance(node, yaml.ScalarNode):
            return str(node.value), None
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        if len(pairs) != 1:
            raise self._fault(node, "a step is one word, or one word with a value: `ring: 3s`")
        ((key, value),) = pairs
        return self._text(key, "a step"), value

    def _fields(self, node: yaml.Node, known: Sequence[str], where: str) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self._fault(node, f"write `{known[0]}:` {where}")
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = self._text(key, "a field")
            if name not in known:
                meant = nearest(name, known)
                near = f"did you mean {meant}?" if meant else f"known here: {', '.join(known)}"
                raise self._fault(key, f"unknown field {name!r} {where}: {near}")
            if name in found:
                raise self._fault(key, f"{name} is there twice")
            found[name] = value
        return found

    def _items(self, node: yaml.Node | None, place: yaml.Node, what: str) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self._fault(node or place, f"{what}: write a list, each entry after a hyphen")
        if len(node.value) > MOST:
            raise self._fault(node, f"{what}: at most {MOST}")
        entries: list[yaml.Node] = node.value
        return entries

    def _text(self, node: yaml.Node, what: str) -> str:
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise self._fault(node, f"{what}: write a text")
        return str(node.value)

    def _fault(self, node: Any, text: str) -> PersonaError:
        return PersonaError(f"{self._path}:{node.start_mark.line + 1}: {text}")


def _told(play: Play) -> str:
    """Say in a few words what somebody does that nobody has described."""
    return ", ".join(step.kind.word for step in (*play.ringing, *play.talking))
