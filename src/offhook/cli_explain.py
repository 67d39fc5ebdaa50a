"""`offhook explain`: why did this fail?"""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from offhook.administration import Admin
from offhook.records import Incident

if TYPE_CHECKING:
    from offhook.explain.stories import Stories


@click.command()
@click.argument("identifier", metavar="[ID]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the explanation as JSON.")
@click.option("--limit", default=20, show_default=True, help="How many incidents to list.")
@click.pass_obj
def explain(admin: Admin, identifier: str | None, as_json: bool, limit: int) -> None:
    """Tell the story of an id: the X-Request-Id of an answer, an errorId, or a call id.

    Without an ID the latest refusals and failures are listed. Reads the store of the
    configuration; the server may be running.
    """
    from offhook.store import Store

    with admin.open_rows() as store:
        assert isinstance(store, Store)
        if identifier is None:
            _list(store.incidents(limit))
        else:
            _explain(store, identifier, as_json)


def _explain(store: "Stories", identifier: str, as_json: bool) -> None:
    from offhook.explain.stories import tell

    told = tell(store, identifier)
    if told is None:
        raise click.ClickException(
            f"nothing is known of {identifier}; ids are kept for seven days after their call"
        )
    if as_json:
        click.echo(json.dumps(told.explanation.as_data(), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(told.explanation.lines()))


def _list(found: list[Incident]) -> None:
    from offhook.explain.outside import summary

    for incident in found:
        at = datetime.fromtimestamp(incident.at, UTC).strftime("%Y-%m-%d %H:%M:%S")
        click.echo(f"{incident.id}  {at}  {summary(incident)}")
    if not found:
        click.echo("Nothing has been refused and nothing has failed.")
