"""Errors on demand: for each entry of the catalogue a recipe that really provokes it.

A recipe works over HTTP, SIP and RTP on a running server, with an application that misbehaves and
telephones that do (`place.Place`); nothing in the server knows of it. The families register their
recipes when they are imported.
"""

from offhook.recipes import (
    apps,
    bridges,
    callees,
    callers,
    conferences,
    documents,
    endpoints,
    faults,
    fields,
    limits,
    recordings,
    requests,
    streams,
    texts,
    tokens,
    transcriptions,
    webhooks,
)
from offhook.recipes.recipe import RECIPES, Exchange, Needs, Recipe, Told

FAMILIES = (
    requests,
    fields,
    tokens,
    endpoints,
    limits,
    callees,
    callers,
    apps,
    documents,
    bridges,
    conferences,
    recordings,
    texts,
    streams,
    transcriptions,
    webhooks,
    faults,
)

__all__ = ["FAMILIES", "RECIPES", "Exchange", "Needs", "Recipe", "Told"]
