"""The directory: applications, numbers, users, trunks and phones are listed, and can be changed.

Changes go through the same clerk as those of the command line. What the configuration file says
is shown as its own, and left alone. Who does not run the server sees the applications and numbers
of his accounts, and changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
from starlette.responses import Response

from offhook.clerk import Clerk, RefusedError, checked, key_of
from offhook.console.desk import Desk
from offhook.console.kinds import APPLICATIONS, KINDS, START, TABLES, Kind, Values, kept, settings
from offhook.console.page import Page, PageError, Visit
from offhook.directory import Application, Phone, SigningSecret, Trunk
from offhook.keyring import Keyring

T = TypeVar("T")

log = structlog.get_logger("offhook.console")


@dataclass(frozen=True, slots=True)
class Row:
    """An entry in a list, or on a page of its own."""

    name: str
    entry: Any
    cells: tuple[str, ...]
    of_file: bool
    state: str = ""  # of a far end


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is said on a page about what was just done."""

    refused: RefusedError | None = None
    said: str = ""
    secret: SigningSecret | None = None  # just made: it is shown once
    values: Values = field(default_factory=dict)  # what was written into the form


NOTHING = Outcome()


class DirectoryPages:
    """Lists and forms."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._deeds: dict[str, Callable[[Visit, Kind, Row], Any]] = {
            "change": self._change,
            "remove": self._remove,
            "make-secret": self._make_secret,
            "rotate-secrets": self._rotate_secrets,
            "expire-secret": self._expire_secret,
        }

    def pages(self) -> tuple[Page, ...]:
        """Return the rows for the table of pages."""
        return (
            Page("/{account}/directory", self.first),
            Page("/{account}/directory/{kind}", self.show_all),
            Page("/{account}/directory/{kind}", self.add, "POST"),
            Page("/{account}/directory/{kind}/{name:path}", self.show_one),
            Page("/{account}/directory/{kind}/{name:path}", self.do, "POST"),
        )

    async def first(self, visit: Visit) -> Response:
        """Begin with the applications."""
        return visit.go(visit.path("directory", APPLICATIONS.path))

    async def show_all(self, visit: Visit) -> Response:
        """List what there is of a kind, or show the form for a new one."""
        kind = _kind(visit)
        if "add" in visit.query:
            _may_change(visit, kind)
            start = {**START.get(kind.path, {}), "accounts": visit.account}
            return await self._form(visit, kind, Outcome(values=start))
        rows = await self._rows(visit, kind)
        return visit.page(
            "directory.html",
            kind=kind,
            kinds=_kinds(visit),
            rows=rows,
            may_change=visit.operates and kind.in_store,
            done=visit.query.get("done", ""),
            loose=visit.query.get("loose", ""),
        )

    async def add(self, visit: Visit) -> Response:
        """Add an entry."""
        kind = _kind(visit)
        _may_change(visit, kind)
        form = await visit.form()
        try:
            entry, name = await self._clerk(
                lambda clerk: self._add(visit.account, clerk, kind, form)
            )
        except RefusedError as refused:
            return await self._form(visit, kind, Outcome(refused, values=form), 400)
        _log(visit, "added", kind, name)
        if isinstance(entry, Application):
            return visit.go(visit.path("directory", kind.path, name))
        return visit.go(visit.path("directory", kind.path, done=f"{name} is added."))

    async def show_one(self, visit: Visit) -> Response:
        """Show an entry: as a form, if it may be changed."""
        kind = _kind(visit)
        return await self._entry(visit, kind, await self._row(visit, kind))

    async def do(self, visit: Visit) -> Response:
        """Change an entry, remove it, or do something with its secrets."""
        kind = _kind(visit)
        _may_change(visit, kind)
        deed = self._deeds.get((await visit.form()).get("do", ""))
        if deed is None:
            raise PageError(400, "That cannot be done", "Load the page again and repeat it.")
        row = await self._row(visit, kind)
        try:
            answer: Response = await deed(visit, kind, row)
        except RefusedError as refused:
            outcome = Outcome(refused, values=await visit.form())
            return await self._entry(visit, kind, row, outcome, 400)
        return answer

    # what can be done with an entry

    async def _change(self, visit: Visit, kind: Kind, row: Row) -> Response:
        form = await visit.form()
        own = kind.path == "users" and row.name == visit.visitor.user
        if own and not form.get("enabled"):
            raise RefusedError("you are logged in as this user: it stays enabled", "enabled")
        await self._clerk(lambda clerk: self._replace(visit.account, clerk, kind, row, form))
        _log(visit, "changed", kind, row.name)
        row = await self._row(visit, kind)
        return await self._entry(visit, kind, row, Outcome(said="It is changed."))

    async def _remove(self, visit: Visit, kind: Kind, row: Row) -> Response:
        if row.name == visit.visitor.user and kind.path == "users":
            raise RefusedError("you are logged in as this user")
        loose = await self._clerk(lambda clerk: clerk.remove(kind.entry, row.name))
        _log(visit, "removed", kind, row.name)
        said = {"done": f"{row.name} is removed.", "loose": "; ".join(loose)}
        return visit.go(visit.path("directory", kind.path, **said))

    async def _make_secret(self, visit: Visit, kind: Kind, row: Row) -> Response:
        _application_only(kind)
        made = await self._keyring(lambda ring: ring.make(row.name))
        _log(visit, "made a secret of", kind, row.name)
        return await self._entry(visit, kind, row, Outcome(secret=made))

    async def _rotate_secrets(self, visit: Visit, kind: Kind, row: Row) -> Response:
        _application_only(kind)
        made, old = await self._keyring(lambda ring: ring.rotate(row.name))
        _log(visit, "rotated the secrets of", kind, row.name)
        said = f"Those before it ({len(old)}) sign for 24 hours more." if old else ""
        return await self._entry(visit, kind, row, Outcome(secret=made, said=said))

    async def _expire_secret(self, visit: Visit, kind: Kind, row: Row) -> Response:
        _application_only(kind)
        wanted = (await visit.form()).get("secret", "")

        def expire(ring: Keyring) -> None:
            found = next((each for each in ring.of(row.name) if each.id == wanted), None)
            if found is None:
                raise RefusedError(f"there is no secret {wanted}")
            ring.expire(found)

        await self._keyring(expire)
        _log(visit, "expired a secret of", kind, row.name)
        said = f"Nothing is signed with {wanted} any more."
        return await self._entry(visit, kind, row, Outcome(said=said))

    # beside the event loop, on the store

    async def _clerk(self, work: Callable[[Clerk], T]) -> T:
        desk = self._desk
        return await desk.offload(lambda: work(Clerk(desk.store, desk.fixed())))

    async def _keyring(self, work: Callable[[Keyring], T]) -> T:
        desk = self._desk
        return await self._clerk(lambda clerk: work(Keyring(clerk, desk.ids, desk.clock)))

    def _add(
        self, account: str, clerk: Clerk, kind: Kind, form: Mapping[str, str]
    ) -> tuple[Any, str]:
        values = settings(kind, form)
        if kind is APPLICATIONS:
            values["id"] = values["id"] or self._desk.ids.uuid()
        entry = self._value(account, kind, values)
        name = str(values[kind.key])
        clerk.add(entry, name)
        return entry, key_of(kind.entry, name)

    def _replace(
        self, account: str, clerk: Clerk, kind: Kind, row: Row, form: Mapping[str, str]
    ) -> None:
        values = settings(kind, form)
        values |= {kind.key: row.name, **kept(kind, row.entry, values)}
        clerk.replace(self._value(account, kind, values), row.name)

    def _value(self, account: str, kind: Kind, values: dict[str, Any]) -> Any:
        """Return the entry that a form describes; a password is hashed, which takes a moment."""
        if kind is APPLICATIONS:
            values["account"] = account
        made: Any = checked(kind.section, strict=False, **values)
        return made.value(self._desk.ids.rng) if kind.path == "users" else made.value()

    # what is there

    async def _rows(self, visit: Visit, kind: Kind) -> list[Row]:
        def look(clerk: Clerk) -> list[Row]:
            directory = clerk.in_force
            mine = getattr(clerk.fixed, TABLES[kind.entry])
            return [
                Row(
                    name,
                    entry,
                    tuple(cell(entry, directory) for _, cell in kind.columns),
                    name in mine,
                    self._state(entry),
                )
                for name, entry in sorted(getattr(directory, TABLES[kind.entry]).items())
                if kind.mine(entry, directory, visit.account)
            ]

        return await self._clerk(look)

    def _state(self, entry: Any) -> str:
        """Return what is known of a far end."""
        match entry:
            case Trunk():
                return self._desk.instruments.trunk(entry)
            case Phone():
                return self._desk.instruments.phone(entry)
        return ""

    async def _row(self, visit: Visit, kind: Kind) -> Row:
        key = key_of(kind.entry, visit.name("name"))
        for row in await self._rows(visit, kind):
            if row.name == key:
                return row
        raise PageError(404, f"There is no such {kind.one}", "It may have been removed.")

    async def _form(
        self, visit: Visit, kind: Kind, outcome: Outcome, status: int = 200
    ) -> Response:
        return visit.page(
            "entry.html",
            status,
            kind=kind,
            kinds=_kinds(visit),
            row=None,
            outcome=outcome,
            values=outcome.values,
            may_change=True,
            applications=await self._rows(visit, APPLICATIONS),
            secrets=[],
        )

    async def _entry(
        self, visit: Visit, kind: Kind, row: Row, outcome: Outcome = NOTHING, status: int = 200
    ) -> Response:
        written = outcome.refused is not None and "do" in outcome.values
        values = kind.values(row.entry)
        if written and outcome.values["do"] == "change":
            values = {**outcome.values, kind.key: row.name}
        secrets = []
        if kind is APPLICATIONS:
            secrets = await self._keyring(
                lambda ring: [(each, each.signs(ring.clock.wall())) for each in ring.of(row.name)]
            )
        return visit.page(
            "entry.html",
            status,
            kind=kind,
            kinds=_kinds(visit),
            row=row,
            outcome=outcome,
            values=values,
            may_change=visit.operates and kind.in_store and not row.of_file,
            applications=await self._rows(visit, APPLICATIONS),
            secrets=secrets,
        )


def _kind(visit: Visit) -> Kind:
    """Return the kind that the path names, if the visitor may see it."""
    found = KINDS.get(visit.name("kind"))
    if found is None or found not in _kinds(visit):
        raise PageError(404, "There is no such page", "Begin again with the directory.")
    return found


def _kinds(visit: Visit) -> list[Kind]:
    return [each for each in KINDS.values() if visit.operates or not each.server_wide]


def _may_change(visit: Visit, kind: Kind) -> None:
    if not visit.operates:
        text = "It takes the role operator, or a browser on the server's own machine."
        raise PageError(403, "You may not change the directory", text)
    if not kind.in_store:
        raise PageError(403, "The configuration file has these", "Change them there.")


def _application_only(kind: Kind) -> None:
    if kind is not APPLICATIONS:
        raise RefusedError("only applications have secrets")


def _log(visit: Visit, deed: str, kind: Kind, name: str) -> None:
    log.info("directory changed", by=visit.visitor.title, deed=deed, kind=kind.one, name=name)
