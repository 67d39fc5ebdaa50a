"""JSON schemas of the types that bodies are decoded as and answers are made of."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.json import schema_components

REFERENCE = "#/components/schemas/{name}"
_SOURCE = re.compile(r" \((?:rest|errors|webhooks)\.md[^)]*\)")  # means nothing to users


class Schemas:
    """Schemas, by type, and the components that they refer to."""

    def __init__(self, types: Iterable[Any], required: Mapping[Any, tuple[str, ...]]) -> None:
        kinds = list({_key(kind): kind for kind in types}.values())
        found, self.components = schema_components(kinds, ref_template=REFERENCE)
        self._found = dict(zip(map(_key, kinds), found, strict=True))
        for component in self.components.values():
            _tidy(component)
        for kind, names in required.items():
            if names:
                _require(self.components[self.of(kind)["$ref"].rpartition("/")[2]], names)

    def of(self, kind: Any) -> dict[str, Any]:
        """Return the schema of a type."""
        return dict(self._found[_key(kind)])


def _key(kind: Any) -> str:
    return repr(kind)


def _tidy(component: dict[str, Any]) -> None:
    """Leave out what says nothing: absent is null."""
    component.pop("title", None)
    if "description" in component:
        component["description"] = _SOURCE.sub("", component["description"])
    for member in component.get("properties", {}).values():
        if member.get("default", ...) is None:
            del member["default"]
    if component.get("required") == []:
        del component["required"]


def _require(component: dict[str, Any], names: tuple[str, ...]) -> None:
    """Members that have to be there, and must not be null."""
    component["required"] = list(names)
    for name in names:
        member = component["properties"][name]
        if "anyOf" in member:
            member["anyOf"] = [each for each in member["anyOf"] if each != {"type": "null"}]
