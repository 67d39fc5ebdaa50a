"""What a recipe is: a few lines that really provoke one failure of the catalogue."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from offhook.errors import Entry, Who
from offhook.testing.app import Received
from offhook.testing.rest import Answer, Question
from offhook.testing.server import NEVER_FULL

if TYPE_CHECKING:
    from offhook.recipes.place import Place


@dataclass(frozen=True, slots=True)
class Needs:
    """The server that a recipe needs."""

    about: str
    own: bool = True  # nobody else's: it is damaged, killed, or has hardly any room
    more: str = ""  # TOML of its configuration
    name: str = ""  # recipes with the same name share a server
    node: str = NEVER_FULL  # TOML lines of [limits]


ANY = Needs("any server", own=False)
DAMAGE = Needs("a server of its own, whose store is damaged")
DETAILED = '[errors]\nnot_found_wording = "detailed"\n'
NARROW = f"{NEVER_FULL}\ncalls = 1\nin_flight = 1\nendpoints = 1"
TIGHT = Needs(
    "a server of its own, for one call and one request at a time", True, DETAILED, "tight", NARROW
)
DEAF = Needs(
    "a server of its own, without a speech recogniser",
    True,
    f'[speech]\nrecognizer = "none"\n\n{DETAILED}',
    "deaf",
)
MORTAL = replace(TIGHT, about="a server of its own, which is killed")  # one call will do


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what came back."""

    question: Question
    answer: Answer


@dataclass(frozen=True, slots=True)
class Told:
    """How the failure was told: a response or a webhook, and the values in its text."""

    by: Exchange | Received
    values: Mapping[str, object] = field(default_factory=dict)
    asked: str = ""  # the id that explains it, where the failure has none of its own
    source: tuple[str, str] | None = None  # the culprit, where the form of the response has it

    @property
    def id(self) -> str:
        """The id that opens the story: X-Request-Id, errorId or call id."""
        if self.asked:
            return self.asked
        if isinstance(self.by, Exchange):
            return self.by.answer.values("X-Request-Id")[0]
        return str(self.by.event.get("errorId") or self.by.event["callId"])


Cook = Callable[["Place"], Awaitable[Told]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one entry is provoked."""

    entry: Entry
    cook: Cook
    needs: Needs = ANY
    way: str = ""  # a name, if it is not the way that stands for the entry
    patient: bool = False  # waits for half a minute
    who: Who | None = None  # who must act in this very case, if not the one that the entry names
    account: Mapping[str, Any] = field(default_factory=dict)  # settings of the account it has

    @property
    def id(self) -> str:
        """The entry's id, and the way to it."""
        return f"{self.entry.id}.{self.way}" if self.way else self.entry.id

    @property
    def about(self) -> str:
        """What it does, in a sentence."""
        return inspect.cleandoc(self.cook.__doc__ or "")

    @property
    def blames(self) -> Who:
        """Who must act."""
        return self.who or self.entry.who


RECIPES: dict[str, Recipe] = {}  # by id: one for each entry, and other ways to some


def recipe(entry: Entry, needs: Needs = ANY, way: str = "", **more: Any) -> Callable[[Cook], Cook]:
    """Register a coroutine function as the recipe of an entry, or as another way to it."""

    def keep(cook: Cook) -> Cook:
        made = Recipe(entry, cook, needs, way, **more)
        assert made.id not in RECIPES, made.id
        RECIPES[made.id] = made
        return cook

    return keep
