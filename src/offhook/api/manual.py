"""The page docs/rest.md, made of the description of the API.

`python -m offhook.api.manual docs/rest.md` writes it; a test keeps it true.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from offhook.api.assembly import described
from offhook.api.openapi import Json, document

HEAD = """# The REST API

Made by `python -m offhook.api.manual docs/rest.md` of the same description that a server shows at
`GET /offhook/v1/openapi.json` (to everybody) and `offhook openapi` prints: OpenAPI 3.1, for client
generators and for tests. It is made of the tables that requests are answered from.

- Credentials: HTTP Basic, or a Bearer token from `POST /api/v1/oauth2/token`; where none are needed
  the operation says so.
- `HEAD` is taken wherever `GET` is. Another method than those of a path is 405.
- Members of a body may be null, which is the same as absent, unless they are required. Unknown ones
  are ignored.
- Every answer has an `X-Request-Id`: `offhook explain` opens it.
- What is refused of an operation stands in its table; at the end stand the
  [types of bodies](#types) and [what every operation on an account may refuse](#refusals).
"""
ENVELOPE = ", which have an envelope of their own"
ACCOUNT = "{accountId}"
VOICE, ENDPOINTS = FAMILIES = ("Voice", "Endpoints")
CONSTRAINTS = ("format", "enum", "minimum", "maximum", "maxLength", "pattern", "default")


Common = Mapping[str, set[tuple[str, str]]]  # what all operations of a family refuse


def page() -> str:
    """Return the whole page."""
    whole = document(described())
    found = [
        (path, method, told)
        for path, methods in whole["paths"].items()
        for method, told in methods.items()
    ]
    common = {
        family: set.intersection(
            *(_refusals(told) for _, _, told in found if family in told["tags"])
        )
        for family in FAMILIES
    }
    sections = [_operation(path, method, told, common, whole) for path, method, told in found]
    types = ["## Types", "", *_types(whole["components"]["schemas"])]
    refusals = ["## Refusals", "", *_refused(common[VOICE], whole)]
    refusals += [f"Those of the operations below `/v2`{ENVELOPE}:", ""]
    refusals += _refused(common[ENDPOINTS], whole)
    return "\n".join([HEAD, *sections, *types, *refusals])


def _operation(path: str, method: str, told: Json, common: Common, all_: Json) -> str:
    lines = [f"## {told['operationId']}", "", f"`{method.upper()} {path}`: {told['summary']}."]
    if "security" in told:
        lines[-1] += " Nobody has to log in."
    lines += ["", *_parameters(told), *_body(told, all_), *_answers(told)]
    (family,) = told["tags"]
    family = family if family in common else VOICE
    own = _refusals(told) - (common[family] if ACCOUNT in path else set())
    return "\n".join([*lines, *(_refused(own, all_) if own else ())])


def _parameters(told: Json) -> list[str]:
    rows = [
        (f"`{each['name']}`", each["in"], _type(each["schema"]), each["description"])
        for each in told.get("parameters", ())
        if each["in"] != "path"
    ]
    return _table(("Parameter", "In", "Type", "Meaning"), rows)


def _body(told: Json, all_: Json) -> list[str]:
    if "requestBody" not in told:
        return []
    content = told["requestBody"]["content"]
    types = " or ".join(f"`{name}`" for name in content)
    schema = next(iter(content.values()))["schema"]
    component = all_["components"]["schemas"].get(_name(schema), {})
    about = f"Body: {types}, {told['requestBody']['description']}."
    return [about, "", *_members(component, "Required")]


def _members(component: Json, mark: str) -> list[str]:
    required = component.get("required", ())
    rows = [
        (f"`{name}`", _type(member), "yes" if name in required else "")
        for name, member in component.get("properties", {}).items()
    ]
    return _table(("Member", "Type", mark), rows)


def _types(components: Json) -> list[str]:
    """Return everything that bodies are made of."""
    lines = []
    for name, component in sorted(components.items()):
        about = component.get("description")
        lines += [f"### {name}", "", *((about, "") if about else ())]
        lines += _members(component, "Always there")
        if "enum" in component:
            lines += [f"One of {_value(component['enum'])}.", ""]
    return lines


def _answers(told: Json) -> list[str]:
    rows = []
    for status, answer in told["responses"].items():
        if status >= "4":
            continue
        body = [
            _type(each["schema"]) if name == "application/json" else f"`{name}`"
            for name, each in answer.get("content", {}).items()
        ]
        headers = [f"`{name}`" for name in answer["headers"] if name != "X-Request-Id"]
        rows.append((status, " or ".join(body) or "empty", ", ".join(headers)))
    return _table(("Answer", "Body", "Headers"), rows)


def _refusals(told: Json) -> set[tuple[str, str]]:
    """Return status and entry of all that is refused."""
    return {
        (status, entry)
        for status, answer in told["responses"].items()
        for entry in answer.get("content", {}).get("application/json", {}).get("examples", ())
    }


def _refused(refusals: Iterable[tuple[str, str]], all_: Json) -> list[str]:
    examples = all_["components"]["examples"]
    rows = []
    for status, entry in sorted(refusals):
        told = examples[entry]
        value = told["value"].get("errors", [told["value"]])[0]
        text = value.get("description") or value["error"]
        rows.append((status, f"`{text}`", told["summary"], told["description"]))
    return _table(("Refusal", "Text", "Meaning", "Cure"), rows)


def _type(schema: Any) -> str:
    """Return a schema in a few words."""
    if name := _name(schema):
        return name
    if "anyOf" in schema:
        kinds = dict.fromkeys(_type(each) for each in schema["anyOf"])
        kinds.pop("null", None)
        kinds.pop("integer" if "number" in kinds else "", None)
        kind = " or ".join(kinds)
    elif schema.get("type") == "array":
        return f"array of {_type(schema['items'])}"
    else:
        kind = schema.get("type", "")
    limits = [f"{name} {_value(schema[name])}" for name in CONSTRAINTS if name in schema]
    return ", ".join(filter(None, (kind, *limits)))


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(f"`{each}`" for each in value if each is not None)
    return f"`{value}`"


def _name(schema: Json) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    if not rows:
        return []
    lines = [head, ("---",) * len(head), *rows]
    return [*("| " + " | ".join(_cell(each) for each in line) + " |" for line in lines), ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(path: Path) -> None:
    """Write the page."""
    path.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
