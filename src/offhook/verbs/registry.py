"""The verbs that Offhook runs, found by looking: every module of this package may hold one.

Adding a verb is adding a file. Names of the language that we do not run yet are listed here, so
that a document which uses one is told so instead of being told that there is no such verb.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Final

from offhook import ssml
from offhook import verbs as package
from offhook.verbs import Verb

NOT_YET: Final[frozenset[str]] = frozenset()  # all of them run

# Elements that only exist inside others (bxml.md 3), and where they belong.
INNER: Final[Mapping[str, str]] = {
    "CustomParam": "<StartTranscription>",
    "Endpoint": "<Connect>",
    "PhoneNumber": "<Transfer>",
    "SipUri": "<Transfer> or <Refer>",
    "StreamParam": "<StartStream>",
    "Response": "the root",
    "Bxml": "the root",
}


@cache
def verbs() -> Mapping[str, type[Verb]]:
    """Return every verb by its element name, in alphabetical order."""
    modules = (
        importlib.import_module(f"{package.__name__}.{info.name}")
        for info in pkgutil.iter_modules(package.__path__)
    )
    found = {verb.name: verb for module in modules for verb in _verbs_of(module)}
    return dict(sorted(found.items()))


def _verbs_of(module: ModuleType) -> list[type[Verb]]:
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Verb)
        and value.__module__ == module.__name__
    ]


def home(name: str) -> str | None:
    """Return where an element belongs that only exists inside others; None for all the rest."""
    return "<SpeakSentence>" if name in ssml.ELEMENTS else INNER.get(name)
