"""Runs recipes and compares what came with what the catalogue says."""

import asyncio
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

from offhook.errors import Entry, Envelope, Kind
from offhook.recipes.kitchen import Kitchen, own_kitchen
from offhook.recipes.place import Place, RecipeError
from offhook.recipes.recipe import Exchange, Recipe, Told
from offhook.testing.app import Received
from offhook.testing.rest import Answer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run of a recipe brought to light."""

    recipe: Recipe
    place: Place
    told: Told
    explanation: Any  # JSON of GET /offhook/v1/explain/{id}

    @property
    def findings(self) -> list[Any]:
        """The explanation's cause, and what else was wrong."""
        return [self.explanation, *self.explanation.get("also", [])]

    @property
    def finding(self) -> Any:
        """What the explanation says of the entry; empty if it says nothing."""
        same = (each for each in self.findings if each.get("error") == self.recipe.entry.id)
        return next(same, {})

    def faults(self) -> list[str]:
        """Return in what it differs from the catalogue."""
        entry, by = self.recipe.entry, self.told.by
        text = entry.text(**self.told.values)
        if isinstance(by, Exchange):
            wanted = {"status": entry.status, "body": body(entry, text, self.told)}
            found = _differences(wanted, _answered(by.answer))
        else:
            found = _differences(_webhook(entry, text), _heard(entry, by))
        who = {"who": str(self.recipe.blames)}
        return found + _differences(who, {"who": self.finding.get("who")})


Tell = Callable[[Recipe, Outcome | RecipeError], None]


def body(entry: Entry, text: str, told: Told) -> dict[str, Any]:
    """Return the body that a refusal has, its members in order."""
    match entry.envelope:
        case Envelope.VOICE:
            return {"type": entry.type, "description": text, "id": entry.wire_id}
        case Envelope.OAUTH:
            return {"error": entry.type, "error_description": text}
    fault: dict[str, Any] = {"type": entry.type, "description": text}
    if entry.status != 429:
        fault = {"id": told.id, **fault, "code": str(entry.status)}
    if told.source is not None:
        fault["source"] = dict([told.source])
    return {"links": [], "data": None, "errors": [fault]}


def _answered(answer: Answer) -> dict[str, Any]:
    return {"status": answer.status, "body": answer.json()}


def _webhook(entry: Entry, text: str) -> dict[str, Any]:
    if entry.kind is Kind.OUTCOME:
        event, member = entry.member.split()
        words = {"errorMessage": text} if entry.description else {}
        return {"eventType": event, member: entry.type, **words}
    return {"cause": entry.type, "errorMessage": text}


def _heard(entry: Entry, received: Received) -> dict[str, Any]:
    wanted = _webhook(entry, "")
    found: dict[str, Any] = {}
    for name in wanted:
        value: Any = received.event
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        found[name] = value
    return found


def _differences(wanted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    return [
        f"{name} is {found[name]!r}, and not {value!r}"
        for name, value in wanted.items()
        if found[name] != value
    ]


async def run(kitchen: Kitchen, recipe: Recipe) -> Outcome:
    """Provoke an entry on a server that has been furnished for it; raises RecipeError."""
    place = kitchen.place(recipe)
    try:
        told = await recipe.cook(place)
        path = f"/offhook/v1/explain/{told.id}"
        explained = await asyncio.to_thread(place.rest.ask, "GET", path)
        return Outcome(recipe, place, told, explained.json())
    except (OSError, HTTPException) as error:
        raise RecipeError(str(error)) from error
    finally:
        await place.clear()


async def run_all(recipes: Iterable[Recipe], tell: Tell) -> None:
    """Run recipes on private servers, one for each of their needs; `tell` hears of each result."""
    with tempfile.TemporaryDirectory(prefix="offhook-errors-") as folder:
        async with asyncio.TaskGroup() as servers:
            for needs, group in shared(recipes).items():
                home = Path(folder) / (needs or "any")
                home.mkdir()
                servers.create_task(_run_group(home, group, tell))


def shared(recipes: Iterable[Recipe]) -> dict[str, list[Recipe]]:
    """Return the recipes by the server that they can share, those that take long first."""
    groups: dict[str, list[Recipe]] = {}
    for each in sorted(recipes, key=lambda recipe: not recipe.patient):
        groups.setdefault(each.needs.name, []).append(each)
    return groups


async def _run_group(folder: Path, recipes: list[Recipe], tell: Tell) -> None:
    async with own_kitchen(folder, recipes[0].needs) as kitchen:
        await run_in(kitchen, recipes, tell)


async def run_in(kitchen: Kitchen, recipes: list[Recipe], tell: Tell) -> None:
    """Run recipes in one kitchen; those that take long beside the others."""
    await kitchen.furnish(recipes)
    async with asyncio.TaskGroup() as beside:
        for each in recipes:
            if each.patient:
                beside.create_task(_told(kitchen, each, tell))
            else:
                await _told(kitchen, each, tell)


async def _told(kitchen: Kitchen, recipe: Recipe, tell: Tell) -> None:
    try:
        result: Outcome | RecipeError = await run(kitchen, recipe)
    except RecipeError as error:
        result = error
    tell(recipe, result)
