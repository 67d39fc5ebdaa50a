"""Schemas of types."""

from typing import Annotated, TypedDict

import msgspec

from offhook.api.schemas import Schemas
from offhook.api.validation import told


class Body(msgspec.Struct):
    """The body (rest.md 4.1). It has members."""

    to: Annotated[str | None, told(maxLength=3)] = None
    size: int = 5


class View(TypedDict):
    """An item."""

    id: str


def test_required_members_are_not_null_and_what_says_nothing_is_left_out() -> None:
    schemas = Schemas([Body, View, list[View], View], {Body: ("to",), View: ()})

    assert schemas.of(Body) == {"$ref": "#/components/schemas/Body"}
    assert schemas.of(list[View]) == {"type": "array", "items": schemas.of(View)}
    assert schemas.components["Body"] == {
        "description": "The body. It has members.",
        "type": "object",
        "properties": {
            "to": {"maxLength": 3, "anyOf": [{"type": "string"}]},
            "size": {"type": "integer", "default": 5},
        },
        "required": ["to"],
    }
