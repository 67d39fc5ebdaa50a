"""The manual: one page a verb, made from its docstring and its declarations.

`python -m offhook.verbs.manual docs/verbs` writes the pages; a test keeps the written ones true.
"""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

from offhook.verbs import Part, Verb, attributes, registry
from offhook.verbs.attributes import NestedContent, PartsContent, SpokenContent, TextContent


def reference() -> dict[str, str]:
    """Return the pages by file name."""
    pages = {f"{name}.md": page(verb) for name, verb in registry.verbs().items()}
    return {"README.md": index(), **pages}


def index() -> str:
    """Return the list of verbs."""
    rows = [
        f"| [{name}]({name}.md) | {inspect.cleandoc(verb.__doc__ or '').splitlines()[0]} |"
        for name, verb in registry.verbs().items()
    ]
    return "\n".join(
        ["# Verbs", "", "| Verb | What it does |", "|---|---|", *rows, "", *_later(), ""]
    )


def _later() -> Iterator[str]:
    yield "[`offhook lint`](../lint.md) checks documents against these pages before a call does."
    if registry.NOT_YET:
        names = ", ".join(f"`{name}`" for name in sorted(registry.NOT_YET))
        yield ""
        yield f"Known, but not run by this version (a document with one is invalid): {names}."


def page(verb: type[Verb]) -> str:
    """Return the manual page of one verb."""
    return "\n".join([f"# {verb.name}", "", inspect.cleandoc(verb.__doc__ or ""), *_tables(verb)])


def _tables(verb: type[Verb]) -> Iterator[str]:
    yield from _table(verb, "Attributes and content")
    _, content = attributes.content(verb) or ("", None)
    for part in content.kinds if isinstance(content, PartsContent) else ():
        yield from _table(part, f"`<{part.name}>`")


def _table(verb: type[Part], title: str) -> Iterator[str]:
    rows = [*_content_row(verb), *_attribute_rows(verb)]
    if rows:
        yield from ("", f"## {title}", "")
        yield "| Name | Required | Type | Default | Meaning |"
        yield "|---|---|---|---|---|"
        yield from rows
    yield ""


def _content_row(verb: type[Part]) -> Iterator[str]:
    _, content = attributes.content(verb) or ("", None)
    match content:
        case TextContent(type=kind, about=about, required=required):
            yield _row("(text)", required, kind, "", about)
        case SpokenContent(about=about):
            yield _row("(text)", True, "text and SSML", "", about)
        case NestedContent(names=names, about=about):
            yield _row("(nested)", False, ", ".join(f"`<{name}>`" for name in names), "", about)
        case PartsContent(kinds=kinds, about=about, required=required):
            yield _row("(nested)", required, ", ".join(f"`<{k.name}>`" for k in kinds), "", about)


def _attribute_rows(verb: type[Part]) -> Iterator[str]:
    for name, each in attributes.attributes(verb).items():
        default = f"`{each.default}`" if each.default else ""
        yield _row(f"`{name}`", each.required, each.type, default, each.about)


def _row(*cells: str | bool) -> str:
    texts = ("yes" if cell is True else "" if cell is False else cell for cell in cells)
    return f"| {' | '.join(texts)} |"


def main(folder: Path) -> None:
    """Write the pages into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in reference().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
