"""What an operation says of itself: the data that its description is made of (openapi.py).

It stands beside the operation in the table of routes, so that no other list has to be kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from msgspec import Meta

from offhook.errors import Entry

TEXT: Final = {"type": "string"}
DATE_TIME: Final = {"type": "string", "format": "date-time"}
BYTES: Final = {"type": "string", "contentMediaType": "application/octet-stream"}

Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Uri = Annotated[str, Meta(extra_json_schema={"format": "uri"})]
# ISO 8601 with fractions (rest.md 3.2), which the format `duration` of JSON Schema does not know.
_DURATION: Final = r"^PT([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]+)?S)?$"
Duration = Annotated[str, Meta(extra_json_schema={"pattern": _DURATION})]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter or a header of a request; none of them is required."""

    name: str
    about: str
    schema: Mapping[str, Any] = field(default_factory=lambda: TEXT)
    place: str = "query"


@dataclass(frozen=True, slots=True)
class Header:
    """A header of an answer."""

    name: str
    about: str
    schema: Mapping[str, Any] = field(default_factory=lambda: TEXT)
    always: bool = True


LINK: Final = Header("Link", 'the next page, rel="next", if there is one', always=False)
REQUEST_ID: Final = Header(
    "X-Request-Id", "names the request: `offhook explain` opens it", TEXT | {"format": "uuid"}
)
OF_STATUS: Final = {  # headers that a status asks for (errors.md 1.1)
    401: (Header("WWW-Authenticate", "Basic and Bearer, each with its realm"),),
    405: (Header("Allow", "the methods of the path"),),
    415: (Header("Accept", "the media types that the operation takes"),),
    429: (Header("Retry-After", "whole seconds", TEXT | {"pattern": "^[1-9][0-9]*$"}),),
    503: (Header("Retry-After", "whole seconds", TEXT | {"pattern": "^[1-9][0-9]*$"}),),
}


@dataclass(frozen=True, slots=True)
class Success:
    """An answer to what could be done."""

    status: int
    body: Any = None  # the type of its JSON; None: the body is empty
    headers: tuple[Header, ...] = ()
    media: tuple[str, ...] = ()  # the types of a body that is no JSON


@dataclass(frozen=True, slots=True)
class Described:
    """What an operation takes and answers, beyond what all operations of its table do."""

    answers: tuple[Success, ...]
    body: Any = None  # the type of the members it takes
    required: tuple[str, ...] = ()  # of them
    parameters: tuple[Parameter, ...] = ()
    refuses: tuple[Entry, ...] = ()
    example: Any = None  # of a body
