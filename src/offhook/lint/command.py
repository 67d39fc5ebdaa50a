"""`offhook lint`: check documents before a call does."""

import sys

import click

from offhook.lint import Context, Severity, check
from offhook.lint.report import FORMATS, Checked, total
from offhook.lint.sources import Source, UnreadableError, names, read
from offhook.verbs.encoding import decode


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="FILE|URL|-...")
@click.option(
    "--context",
    type=click.Choice([str(each) for each in Context]),
    default=str(Context.CALL),
    show_default=True,
    help="What will run the documents: the verbs that are allowed differ.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="human",
    show_default=True,
    help="How findings are printed; docs/lint.md describes the JSON.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings as well.")
@click.option("--no-base", is_flag=True, help="Warn of relative URLs: the documents have none.")
def lint(sources: tuple[str, ...], context: str, form: str, strict: bool, no_base: bool) -> None:
    """Check BXML documents: what the server would refuse, and what surely was not meant.

    Reads files, http(s) URLs (by GET) and the standard input (`-`). Exits with 0 when there is no
    error, 1 when there is one, 2 when a document could not be read.
    """
    documents, unreadable = [], False
    for name in names(sources):
        try:
            documents.append(_checked(read(name), context, based=not no_base))
        except UnreadableError as error:
            click.echo(str(error), err=True)
            unreadable = True
    for line in FORMATS[form](documents):
        click.echo(line)
    bad = total(documents, Severity.ERROR) + strict * total(documents, Severity.WARNING)
    sys.exit(2 if unreadable else 1 if bad else 0)


def _checked(source: Source, context: str, *, based: bool) -> Checked:
    findings = check(source.body, context, charset=source.charset, based=based)
    return Checked(source.name, _text(source) if findings else "", findings)


def _text(source: Source) -> str:
    try:
        return decode(source.body, source.charset)
    except ValueError:
        return source.body.decode(errors="replace")
