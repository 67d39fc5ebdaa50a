"""Reading snippets of documents in tests."""

from offhook.verbs import Verb
from offhook.verbs.document import Document, InvalidBxml, parse


def document(xml: str) -> Document:
    """Read the verbs of a snippet."""
    return parse(f"<Response>{xml}</Response>".encode())


def verb(xml: str) -> Verb:
    """Read a snippet of one verb."""
    (only,) = document(xml).verbs
    return only


def fault(xml: str) -> str:
    """Return why a snippet is invalid."""
    try:
        found = document(xml)
    except InvalidBxml as error:
        return str(error)
    raise AssertionError(f"valid: {found}")
