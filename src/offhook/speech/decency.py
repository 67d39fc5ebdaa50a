"""Words that `profanityFilter` masks: the first letter stays, the others become asterisks."""

import re
from typing import Final

# Stems; any ending goes with them. What is an innocent word to most is not here.
_STEMS: Final = (
    "asshole",
    "arsehole",
    "bastard",
    "bitch",
    "bullshit",
    "cocksuck",
    "cunt",
    "dickhead",
    "fuck",
    "motherfuck",
    "nigger",
    "nigga",
    "piss",
    "shit",
    "slut",
    "twat",
    "wank",
    "whore",
)
_FOUND: Final = re.compile(rf"\b({'|'.join(_STEMS)})\w*", re.IGNORECASE)


def decent(text: str) -> str:
    """Return the text with profanity masked."""
    return _FOUND.sub(lambda found: found[0][0] + "*" * (len(found[0]) - 1), text)
