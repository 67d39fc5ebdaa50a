"""The error reference: every failure a client can see, what to do, and when it last happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from starlette.responses import Response

from offhook.console.desk import Desk
from offhook.console.page import Page, PageError, Visit
from offhook.console.recorded import Recorded, pretty, recorded
from offhook.errors import CATALOGUE, Entry, Envelope, Kind, Who, calls
from offhook.errors.recognition import Recogniser
from offhook.nearest import nearest
from offhook.records import CallRecord, Incident
from offhook.store import Store

LOOKED_AT = 2000  # incidents, of all accounts
SHOWN = 10
TEXT_LENGTH = 200
KINDS = ((Kind.HTTP, "Responses"), (Kind.CALL, "Ends of calls"), (Kind.OUTCOME, "Outcomes"))
WHO = {
    Who.APP: "the application",
    Who.OPERATOR: "the operator",
    Who.CALLER: "the caller",
    Who.CARRIER: "the carrier",
    Who.OFFHOOK: "Offhook itself",
}

_texts = Recogniser(calls.ENTRIES)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for in the catalogue."""

    text: str
    kind: Kind | None
    who: Who | None

    def fits(self, entry: Entry) -> bool:
        """Whether an entry is meant: every word must be somewhere in it."""
        if self.kind not in (None, entry.kind) or self.who not in (None, entry.who):
            return False
        parts = (entry.id, entry.status, entry.type, entry.description, entry.member)
        everything = " ".join(map(str, (*parts, entry.meaning, entry.fix))).lower()
        return all(word in everything for word in self.text.lower().split())


@dataclass(frozen=True, slots=True)
class Happened:
    """A real occurrence."""

    incident: Incident
    about: str


class Reference:
    """Lists the catalogue and shows its entries."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def pages(self) -> tuple[Page, ...]:
        """Return the rows for the table of pages."""
        return (
            Page("/{account}/errors", self.show_all),
            Page("/{account}/errors/{id}", self.show_one),
        )

    async def show_all(self, visit: Visit) -> Response:
        """List those that are looked for."""
        wanted = _wanted(visit.query)
        found = [entry for entry in CATALOGUE.values() if wanted.fits(entry)]
        groups = [
            (kind, title, [each for each in found if each.kind is kind]) for kind, title in KINDS
        ]
        return visit.page(
            "errors.html",
            wanted=wanted,
            kinds=KINDS,
            who=WHO,
            groups=groups,
            count=len(found),
            all=len(CATALOGUE),
        )

    async def show_one(self, visit: Visit) -> Response:
        """Tell all about one of them."""
        asked = visit.name("id")
        entry = CATALOGUE.get(asked)
        if entry is None:
            meant = nearest(asked, CATALOGUE)
            text = f"Did you mean {meant}?" if meant else "The list has all there are."
            raise PageError(404, "There is no such error", text)
        kept: Recorded | None = await self._desk.offload(lambda: recorded(entry.id))
        return visit.page(
            "error.html",
            entry=entry,
            who=WHO[entry.who],
            phrase=HTTPStatus(entry.status).phrase if entry.status else "",
            wire=wire(entry),
            recorded=kept,
            happened=await self._desk.read(lambda store: _happened(store, visit, entry)),
        )


def _wanted(query: Mapping[str, str]) -> Wanted:
    kind, who = query.get("kind") or None, query.get("who") or None
    try:
        return Wanted(
            query.get("q", "")[:TEXT_LENGTH],
            Kind(kind) if kind else None,
            Who(who) if who else None,
        )
    except ValueError:
        raise PageError(400, "There is no such list", "Begin again with the errors.") from None


def wire(entry: Entry) -> str:
    """Return how a failure reads where clients meet it, its placeholders left open."""
    match entry.kind, entry.envelope:
        case Kind.OUTCOME, _:
            event, _, member = entry.member.partition(" ")
            return f'{{"eventType": "{event}", …, "{member}": "{entry.type}"}}'
        case Kind.CALL, _:
            members = {"cause": str(entry.type), "errorMessage": entry.description}
        case _, Envelope.OAUTH:
            members = {"error": entry.type, "error_description": entry.description}
        case _, Envelope.ENDPOINTS:
            return f"{entry.type}: {entry.description}"
        case _:
            members = {"type": entry.type, "description": entry.description}
            identity = "null" if entry.wire_id is None else f'"{entry.wire_id}"'
            return pretty(_json(members, f', "id": {identity}'))
    return pretty(_json(members))


def _json(members: Mapping[str, str], more: str = "") -> str:
    inside = ", ".join(f'"{name}": "{value}"' for name, value in members.items())
    return f"{{{inside}{more}}}"


def _happened(store: Store, visit: Visit, entry: Entry) -> list[Happened]:
    """Return the latest occurrences that the visitor may see, newest first."""
    nobody = (None,) if visit.visitor.user is None else ()
    mine = [
        each for each in store.incidents(LOOKED_AT) if each.account_id in (visit.account, *nobody)
    ]
    if entry.kind is Kind.HTTP:
        named = [each for each in mine if each.data.get("entry") == entry.id]
        return [Happened(each, _asked(each)) for each in named[:SHOWN]]
    names = [each.call_id for each in mine if each.call_id]
    records = {each.call_id: each for each in store.some_calls(visit.account, names)}
    told = [(each, records.get(each.call_id or "")) for each in mine]
    return [
        Happened(incident, f"{record.from_} → {record.to}")
        for incident, record in told
        if record is not None and _ended_so(record, entry)
    ][:SHOWN]


def _asked(incident: Incident) -> str:
    method, path = incident.data.get("method"), incident.data.get("path")
    what = f"{method} {path}" if method else str(incident.data.get("description", ""))
    why = incident.data.get("why")
    return f"{what}: {why}" if why else what


def _ended_so(record: CallRecord, entry: Entry) -> bool:
    found = _texts.recognise(str(record.disconnect_cause), record.error_message or "")
    return found is not None and found.entry is entry
