"""The dialler: a call to any number, with a document that is checked while one types.

The call is placed by the API's own createCall, so what that refuses is refused here in the same
words, next to the field that is meant.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import JSONResponse, Response

from offhook import lint
from offhook.console.desk import Contact, Desk
from offhook.console.page import Page, PageError, Visit
from offhook.console.starters import STARTERS
from offhook.errors import ApiError, Entry, fields
from offhook.lint.report import as_data
from offhook.webhooks.documents import NoRoomError

IN_PLACE = 4096  # characters that are checked on the event loop; it takes a few milliseconds
FINDINGS = 100  # shown of one document
FIELDS = ("from", "to", "applicationId", "answerUrl", "tag", "callTimeout")
NEEDED = ("from", "to", "applicationId")
FIELD_OF = {fields.NO_APPLICATION: "applicationId", fields.TAG_TOO_LONG: "tag"}
DOCUMENT, URL = "document", "url"  # what a call runs


@dataclass(frozen=True, slots=True)
class Fault:
    """Why no call was placed."""

    text: str
    fix: str = ""
    field: str = ""  # of the form; empty if it is none of them
    why: str = ""
    entry: Entry | None = None
    request_id: str = ""

    @classmethod
    def of(cls, error: ApiError, wish: Mapping[str, str]) -> "Fault":
        """Return what a refusal of the API means for the form."""
        values = error.values
        field = FIELD_OF.get(error.entry) or str(values.get("field", ""))
        if error.entry is fields.REQUIRED:
            field = next((name for name in FIELDS if not wish.get(name, "").strip()), "")
        return cls(
            error.description,
            error.entry.fix,
            field if field in FIELDS else "",
            error.why,
            error.entry,
            dict(error.headers).get("X-Request-Id", ""),
        )


class _UnfitError(Exception):
    """A field that cannot even be sent."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.text)
        self.fault = fault


class Dialler:
    """Places calls and checks documents."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def pages(self) -> tuple[Page, ...]:
        """Return the rows for the table of pages."""
        return (
            Page("/{account}/dial", self.show),
            Page("/{account}/dial", self.place, "POST"),
            Page("/{account}/lint", self.lint, "POST"),
        )

    async def show(self, visit: Visit) -> Response:
        """Show the form, filled in with what the address says and what is likely."""
        numbers, applications = self._own(visit.account)
        wish = {
            "from": visit.query.get("from") or next(iter(numbers), ""),
            "to": visit.query.get("to", ""),
            "applicationId": next((each.id for each in applications), ""),
            "document": STARTERS[0].text,
        }
        return self._page(visit, wish)

    async def place(self, visit: Visit) -> Response:
        """Place a call and go to its page, or say what is wrong with it."""
        wish = await visit.form()
        answer_url = wish.get("answerUrl", "")
        kept = ""
        try:
            body = _body(wish)
            if wish.get("runs", DOCUMENT) == DOCUMENT:
                answer_url = kept = self._keep(wish)
            body["answerUrl"] = answer_url
            call_id = await self._desk.api.create_call(
                visit.account,
                body,
                user=visit.visitor.user,
                address=visit.visitor.address,
                host=visit.request.headers.get("host", ""),
            )
        except _UnfitError as unfit:
            return self._page(visit, wish, unfit.fault, 400)
        except ApiError as error:
            self._desk.documents.drop(kept)
            fault = Fault.of(error, {**wish, "answerUrl": answer_url})
            return self._page(visit, wish, fault, error.entry.status or 400)
        return visit.go(visit.path("calls", call_id))

    async def lint(self, visit: Visit) -> Response:
        """Return what is wrong with a document, as JSON."""
        asked = await visit.json()
        text = asked.get("text") if isinstance(asked, dict) else None
        if not isinstance(text, str):
            raise PageError(400, "There is no text", 'Send {"text": "<Response/>"}.')

        def check() -> list[dict[str, Any]]:
            return [as_data(each) for each in lint.check(text, based=False)]

        found = check() if len(text) <= IN_PLACE else await self._desk.offload(check)
        return JSONResponse({"findings": found[:FINDINGS], "count": len(found)})

    def _keep(self, wish: Mapping[str, str]) -> str:
        """Return the URL at which the call finds its document."""
        try:
            return self._desk.documents.put(wish.get("document", ""))
        except ValueError as error:
            fix = "Split it, and go from one to the next with <Redirect>."
            raise _UnfitError(Fault(f"This is too long: {error}.", fix, DOCUMENT)) from error
        except NoRoomError as error:
            fix = "Wait until those calls have begun, or use an answer URL."
            raise _UnfitError(Fault(f"There is no room: {error}.", fix, DOCUMENT)) from error

    def _own(self, account_id: str) -> tuple[list[str], list[Any]]:
        """Return the numbers and applications of an account."""
        directory = self._desk.directory()
        applications = [a for a in directory.applications.values() if a.account_id == account_id]
        names = {each.id.lower() for each in applications}
        numbers = [
            n.number for n in directory.numbers.values() if n.application_id.lower() in names
        ]
        return [each for each in numbers if each.startswith("+")], applications

    def _phones(self, account_id: str) -> list[Contact]:
        """Return the account's telephones that have a number, and where they are."""
        directory, state = self._desk.directory(), self._desk.instruments.phone
        mine = [
            each
            for each in directory.phones.values()
            if (own := directory.application_of(each)) is None or own.account_id == account_id
        ]
        return [Contact(each.number, each.name, state(each)) for each in mine if each.number]

    def _page(
        self, visit: Visit, wish: Mapping[str, str], fault: Fault | None = None, status: int = 200
    ) -> Response:
        numbers, applications = self._own(visit.account)
        runs = wish.get("runs", DOCUMENT)
        if fault is not None and fault.field == "answerUrl" and runs == DOCUMENT:
            fault = replace(fault, field=DOCUMENT)
        return visit.page(
            "dialler.html",
            status,
            wish={**dict.fromkeys((*FIELDS, "document"), ""), **wish, "runs": runs},
            fault=fault,
            numbers=numbers,
            applications=applications,
            contacts=[*self._phones(visit.account), *self._desk.contacts],
            starters=STARTERS,
        )


def _body(wish: Mapping[str, str]) -> dict[str, object]:
    """Return what the form says as createCall takes it."""
    body: dict[str, object] = {name: wish.get(name, "").strip() for name in NEEDED}
    if tag := wish.get("tag", ""):
        body["tag"] = tag
    if timeout := wish.get("callTimeout", "").strip():
        try:
            body["callTimeout"] = float(timeout)
        except ValueError:
            fault = Fault("This is no number.", "Write seconds from 1 to 300.", "callTimeout")
            raise _UnfitError(fault) from None
    return body
