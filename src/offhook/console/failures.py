"""What was refused or failed of late, and the story behind an id that somebody was told."""

from dataclasses import dataclass

from starlette.responses import Response

from offhook.console.desk import Desk
from offhook.console.entries import Facts, facts
from offhook.console.page import Page, PageError, Visit
from offhook.explain.outside import summary
from offhook.explain.stories import Told, tell
from offhook.records import CallRecord, Incident, IncidentKind
from offhook.store import Store

LOOKED_AT = 500  # of all accounts
SHOWN = 100
ID_LENGTH = 100
KINDS = {
    IncidentKind.REQUEST: "HTTP",
    IncidentKind.INVITE: "SIP",
    IncidentKind.FAILURE: "call",
    IncidentKind.PHONE: "phone",
}


@dataclass(frozen=True, slots=True)
class Row:
    """An incident in the list."""

    incident: Incident
    record: CallRecord | None  # of its call

    @property
    def kind(self) -> str:
        """What it came about by."""
        return KINDS[self.incident.kind]

    @property
    def text(self) -> str:
        """What it was, in a line."""
        if (record := self.record) is not None:
            what = record.error_message or "a failure"
            return f"{what}: {record.from_} → {record.to}"
        return summary(self.incident)


class Failures:
    """Lists incidents and opens ids."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def pages(self) -> tuple[Page, ...]:
        """Return the rows for the table of pages."""
        return (
            Page("/{account}/failures", self.list),
            Page("/{account}/failures/{id}", self.show),
        )

    async def list(self, visit: Visit) -> Response:
        """List the latest, or go to the one whose id is asked for."""
        if asked := visit.query.get("id", "").strip()[:ID_LENGTH]:
            return visit.go(visit.path("failures", asked))

        def query(store: Store) -> list[Row]:
            latest = [each for each in store.incidents(LOOKED_AT) if _is_for(visit, each)][:SHOWN]
            names = [each.call_id for each in latest if each.call_id]
            calls = {call.call_id: call for call in store.some_calls(visit.account, names)}
            return [Row(each, calls.get(each.call_id or "")) for each in latest]

        return visit.page("failures.html", rows=await self._desk.read(query))

    async def show(self, visit: Visit) -> Response:
        """Tell the story of an id; that of a call is on its page."""
        asked = visit.name("id")

        def query(store: Store) -> tuple[Told | None, Incident | None]:
            return tell(store, asked, visit.visitor.user), store.incident(asked)

        told, incident = await self._desk.read(query)
        if told is None or told.account_id not in (visit.account, None):
            text = "It may be mistyped, or its call ended more than seven days ago."
            raise PageError(404, "Nothing is known of this id", text)
        if call_id := told.explanation.call_id:
            place = f"#e{incident.number}" if incident and incident.number else ""
            return visit.go(visit.path("calls", call_id) + place)
        return visit.page(
            "failure.html",
            told=told.explanation,
            at=incident.at if incident else None,
            detail=_asked(incident) if incident and _is_for(visit, incident) else None,
        )


def _is_for(visit: Visit, incident: Incident) -> bool:
    """Whether a visitor may see what came: of nobody's requests only who sits at this machine.

    Others who know the id of one are told its story, as by the API.
    """
    nobody = (None,) if visit.visitor.user is None else ()
    return incident.account_id in (visit.account, *nobody)


def _asked(incident: Incident) -> Facts | None:
    """Return what came; why it was refused is told by the story, to whom it may be told."""
    return facts({name: value for name, value in incident.data.items() if name != "why"})
