"""How often Python's collector looks for reference cycles.

It looks once for every 700 objects that were made and stay, and then through everything that is
alive: a busy server makes so many for each call, in vain, since they go when the call goes. Its
rare cycles can wait. Each look stops everything: so the usual ones go through few objects, and the
one through all of them is for days.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (10_000, 3, 1_000)  # new objects; looks at those; looks at what has survived one


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for cycles seldom while the body runs."""
    before = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def uncollected() -> Iterator[None]:
    """Do not look for cycles in what the body makes, now or ever: it is made to stay.

    Importing a server makes some hundred thousand objects; going through them again and again while
    they are made took a twelfth of its start. Only for a process of our own: what is made before
    counts too.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
