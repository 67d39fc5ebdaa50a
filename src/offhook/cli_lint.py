"""`offhook lint`: check documents before a call does. `cli.py` adds it to its own commands."""

import sys
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from offhook.lint.report import Checked
    from offhook.lint.sources import Source

# Those of offhook.lint, which is imported when it is needed: other commands start without it.
CONTEXTS: Final = ("call", "unanswered", "transfer-answer", "conference", "endpoint")
FORMATS: Final = ("human", "json", "github")


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="FILE|URL|-...")
@click.option(
    "--context",
    type=click.Choice(CONTEXTS),
    default=CONTEXTS[0],
    show_default=True,
    help="What will run the documents: the verbs that are allowed differ.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    show_default=True,
    help="How findings are printed; docs/lint.md describes the JSON.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings as well.")
@click.option("--no-base", is_flag=True, help="Warn of relative URLs: the documents have none.")
def lint(sources: tuple[str, ...], context: str, form: str, strict: bool, no_base: bool) -> None:
    """Check BXML documents: what the server would refuse, and what surely was not meant.

    Reads files, the standard input (`-`) and http(s) URLs, by GET or, where that is not allowed, by
    POST of an event of a call that never was. Exits with 0 when there is no
    error, 1 when there is one, 2 when a document could not be read.
    """
    from offhook.lint import Severity
    from offhook.lint.report import FORMATS, total
    from offhook.lint.sources import UnreadableError, read

    documents, unreadable = [], False
    for name in dict.fromkeys(sources):
        try:
            documents.append(_checked(read(name), context, based=not no_base))
        except UnreadableError as error:
            click.echo(str(error), err=True)
            unreadable = True
    for line in FORMATS[form](documents):
        click.echo(line)
    bad = total(documents, Severity.ERROR) + strict * total(documents, Severity.WARNING)
    sys.exit(2 if unreadable else 1 if bad else 0)


def _checked(source: "Source", context: str, *, based: bool) -> "Checked":
    from offhook.lint import check
    from offhook.lint.report import Checked

    findings = check(source.body, context, charset=source.charset, based=based)
    return Checked(source.name, source.text if findings else "", findings)
