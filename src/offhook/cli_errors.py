"""`offhook errors`: the catalogue, and every error on demand. `cli.py` adds it to its commands."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from offhook.administration import Admin
from offhook.errors import CATALOGUE, Entry, Kind, Who
from offhook.nearest import nearest

if TYPE_CHECKING:
    from offhook.recipes.place import RecipeError
    from offhook.recipes.recipe import Recipe
    from offhook.recipes.run import Outcome, Tell

PAGE = "docs/errors/{id}.md"


@click.group(invoke_without_command=True)
@click.option("--status", help="Only responses with this status, or ends with this cause.")
@click.option(
    "--who", type=click.Choice([*map(str, Who)]), help="Only those that they must act on."
)
@click.option("--kind", type=click.Choice([*map(str, Kind)]), help="Only those that come this way.")
@click.option("--text", default="", help="Only those with these words.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def errors(context: click.Context, /, as_json: bool, **wanted: Any) -> None:
    """List the failures that clients can see; show one, or bring it about."""
    if context.invoked_subcommand is not None:
        return
    found = [entry for entry in CATALOGUE.values() if _fits(entry, **wanted)]
    if as_json:
        click.echo(json.dumps([_data(entry) for entry in found], indent=2))
        return
    for entry in found:
        told = entry.description or entry.member
        click.echo(f"{entry.id:<28} {entry.status or str(entry.type):<24} {told}")


def _fits(entry: Entry, status: str | None, who: Who | None, kind: Kind | None, text: str) -> bool:
    return (
        (status is None or status in {str(entry.status), entry.type})
        and who in {None, entry.who}
        and kind in {None, entry.kind}
        and text.lower() in " ".join(map(str, _data(entry).values())).lower()
    )


def _data(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "kind": str(entry.kind),
        "status": entry.status,
        "type": str(entry.type),
        "description": entry.description,
        "member": entry.member or None,
        "who": str(entry.who),
        "meaning": entry.meaning,
        "fix": entry.fix,
        "page": PAGE.format(id=entry.id),
    }


def _recipe(name: str) -> "Recipe":
    from offhook.recipes import RECIPES

    if name not in RECIPES:
        meant = nearest(name, RECIPES)
        advice = f"; did you mean {meant}?" if meant else "; `offhook errors` lists them"
        raise click.ClickException(f"there is no error {name!r}{advice}")
    return RECIPES[name]


@errors.command()
@click.argument("identifier", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(identifier: str, as_json: bool) -> None:
    """Tell all about one of them."""
    from offhook.recipes import manual

    recipe = _recipe(identifier)
    ways = ", ".join(each.id for each in manual.ways(recipe.entry))
    data = {**_data(recipe.entry), "recipe": recipe.about, "needs": recipe.needs.about}
    data["other ways"] = ways or None
    if as_json:
        click.echo(json.dumps(data, indent=2))
        return
    for name, value in data.items():
        if value is not None:
            click.echo(f"{name:<12} {value}")
    click.echo(f"{'provoke':<12} offhook errors trigger {recipe.id}")


@errors.command()
@click.argument("identifiers", metavar="[ID]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All of them, as a table.")
@click.option("--server", metavar="URL", help="A server that runs with this --config already.")
@click.pass_obj
def trigger(
    admin: Admin, identifiers: tuple[str, ...], everything: bool, server: str | None
) -> None:
    """Bring failures about for real, print how they are told, and explain them.

    Without --server a private server is started on loopback, with a temporary store. With it, the
    accounts, numbers and the trunk that are needed are added to the store of the configuration, and
    removed afterwards. Exits with 0 if all came as the catalogue says, else with 1.
    """
    from offhook.recipes import RECIPES

    if everything == bool(identifiers):
        raise click.UsageError("name errors, or say --all")
    recipes = [_recipe(each) for each in dict.fromkeys(identifiers)] or list(RECIPES.values())
    report = _Report(_row if everything else _story)
    if server is None:
        _run(_privately(recipes, report))
    else:
        _run(_there(admin, server, _possible(recipes, report), report))
    if everything:
        click.echo(f"{report.good} of {len(recipes)} came as documented")
    sys.exit(0 if report.good == len(recipes) else 1)


@errors.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--only", multiple=True, metavar="ID", help="Record these; the others stay.")
def record(folder: Path, only: tuple[str, ...]) -> None:
    """Run the recipes and write the pages of the documentation, with recordings, into FOLDER."""
    from offhook.recipes import RECIPES, manual
    from offhook.recipes.place import RecipeError
    from offhook.recipes.recording import recorded

    def keep(recipe: "Recipe", result: "Outcome | RecipeError") -> None:
        if isinstance(result, RecipeError):
            raise RecipeError(f"{recipe.id}: {result}")
        manual.save(folder, recipe.id, recorded(result))
        click.echo(recipe.id)

    recipes = [_recipe(each) for each in only] or list(RECIPES.values())
    _run(_privately(recipes, keep))
    manual.write(folder)


class _Report:
    """Prints results as they come, and counts the good ones."""

    def __init__(self, show: "Callable[[Recipe, Outcome | None, list[str]], None]") -> None:
        self.good = 0
        self._show = show

    def __call__(self, recipe: "Recipe", result: "Outcome | RecipeError") -> None:
        from offhook.recipes.place import RecipeError

        if isinstance(result, RecipeError):
            self._show(recipe, None, [str(result)])
            return
        faults = result.faults()
        self.good += not faults
        self._show(recipe, result, faults)


def _row(recipe: "Recipe", outcome: "Outcome | None", faults: list[str]) -> None:
    told = outcome.finding.get("sentence") if outcome else ""
    click.echo(f"{'NO' if faults else 'ok':<3} {recipe.id:<28} {told}")
    for fault in faults:
        click.secho(f"    {fault}", fg="red")


def _story(recipe: "Recipe", outcome: "Outcome | None", faults: list[str]) -> None:
    click.secho(f"{recipe.id}: {recipe.about}", bold=True)
    for line in _lines(outcome) if outcome else ():
        click.echo(line)
    for fault in faults:
        click.secho(f"Not as documented: {fault}", fg="red")
    if not faults:
        click.secho(f"As documented in {PAGE.format(id=recipe.entry.id)}.", fg="green")


def _lines(outcome: "Outcome") -> Iterator[str]:
    from offhook.recipes import manual
    from offhook.recipes.recording import seen

    made = seen(outcome)
    if exchange := made.get("exchange"):
        yield from ("", *manual.request(exchange["request"]))
        yield from ("", *manual.response(exchange["response"]))
    for path, text in made.get("documents", {}).items():
        yield from ("", f"The application answers at {path}:", text)
    if webhook := made.get("webhook"):
        yield from ("", *manual.webhook(webhook))
    told = made["explanation"]
    yield from ("", told["sentence"], f"  To do ({told['who']}): {told['fix']}", "")


def _possible(recipes: "Iterable[Recipe]", report: _Report) -> "list[Recipe]":
    """Return the recipes that may run on somebody's server; say so of the others."""
    from offhook.recipes.place import RecipeError

    may = []
    for each in recipes:
        if each.needs.own:
            report(each, RecipeError(f"it takes {each.needs.about}: leave --server out"))
        else:
            may.append(each)
    return may


async def _privately(recipes: "list[Recipe]", tell: "Tell") -> None:
    from offhook.recipes.run import run_all

    await run_all(recipes, tell)


async def _there(admin: Admin, url: str, recipes: "list[Recipe]", tell: "Tell") -> None:
    """Run recipes on a server that runs already, with the store of its configuration."""
    from offhook.recipes.kitchen import guest_kitchen
    from offhook.recipes.run import run_in
    from offhook.sip.transport import Address
    from offhook.store import Store

    where = admin.load().settings.sip
    host = "127.0.0.1" if where.host == "0.0.0.0" else where.host  # noqa: S104
    with admin.open_rows() as store:
        assert isinstance(store, Store)
        async with guest_kitchen(url, Address("udp", host, where.port), store) as kitchen:
            await run_in(kitchen, recipes, tell)


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run the recipes; a server that does not start, or is not there, is told in a line."""
    from offhook.recipes.place import RecipeError
    from offhook.testing.server import ServerError

    told = ""
    try:
        asyncio.run(work)
    except* (RecipeError, ServerError, OSError) as failures:
        told = "; ".join(map(str, failures.exceptions))
    if told:
        raise click.ClickException(told)
