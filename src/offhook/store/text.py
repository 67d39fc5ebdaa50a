"""JSON as text for a column, whatever the values came from."""

import json
from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode


def as_json(data: dict[str, Any]) -> str:
    """Return JSON; text that UTF-8 cannot hold must not fail the call whose log this is."""
    try:
        return _encode(data).decode()
    except UnicodeEncodeError:
        return json.dumps(data, ensure_ascii=False).encode(errors="replace").decode()
