"""Values of attributes: text from a document in, a checked value out (bxml.md 2.1).

Every function raises ValueError with the fault and its cure, worded to follow a name:
"must be within [1, 50], but was 51".
"""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from offhook.safexml import shown

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_SIP_URI = re.compile(
    r"sips?:[A-Za-z0-9\-_.!~*'()&=+$,;?/%:]+@([A-Za-z0-9.\-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?"
    r"(;[A-Za-z0-9\-_.!~*'()\[\]/:&+$%=]+)*",
    re.IGNORECASE,
)
_USER_TO_USER = re.compile(r" ?[A-Za-z0-9+/=._~-]+;encoding=(base64|jwt|hex)", re.IGNORECASE)
HIDDEN = ("Restricted", "Anonymous", "Private", "Unavailable")  # bxml.md 4.4
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}

Bounds = tuple[float, float]  # lowest and highest allowed


def interval(bounds: Bounds) -> str:
    """Print bounds: `within [1, 50]`, or `at least 1` when there is no upper one."""
    low, high = bounds
    return f"at least {low:g}" if high == float("inf") else f"within [{low:g}, {high:.10g}]"


def decimal(text: str, bounds: Bounds) -> float:
    """Read a decimal number: no exponent, an optional sign."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"must be a number such as 2 or 2.5, but was {shown(text)}")
    value = float(text)
    _check(value, text, bounds)
    return value


def integer(text: str, bounds: Bounds) -> int:
    """Read a whole number; `2.0` is one, and a fraction of a countable thing is cut off."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"must be a whole number, but was {shown(text)}")
    value = int(min(float(text), 1e15))
    _check(value, text, bounds)
    return value


def _check(value: float, text: str, bounds: Bounds) -> None:
    if not bounds[0] <= value <= bounds[1]:
        raise ValueError(f"must be {interval(bounds)}, but was {shown(text, quote='')}")


def flag(text: str) -> bool:
    """Read a boolean in any letter case; `1` and `0` will do."""
    value = _BOOLEANS.get(text.lower())
    if value is None:
        raise ValueError(f"must be true or false, but was {shown(text)}")
    return value


def choice(text: str, options: Sequence[str]) -> str:
    """Read one of the options in any letter case; returns it as the options spell it."""
    for option in options:
        if option.lower() == text.lower():
            return option
    raise ValueError(f"must be one of {', '.join(options)}, but was {shown(text)}")


def url(text: str) -> str:
    """Read an absolute http(s) URL or a relative one."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises when it is no port
    except ValueError as error:
        raise ValueError(f"must be a URL, but was {shown(text)} ({error})") from None
    if re.search(r"[\x00-\x1f\x7f]", text):
        raise ValueError(f"must be one URL without line breaks, but was {shown(text)}")
    if parts.scheme not in ("", "http", "https"):
        raise ValueError(f"must be an http, https or relative URL, but was {shown(text)}")
    if (parts.scheme or text.startswith("//")) and not parts.hostname:
        raise ValueError(f"must name a host, but was {shown(text)}")
    return text


def socket_url(text: str) -> str:
    """Read an absolute WebSocket URL."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises when it is no port
    except ValueError as error:
        raise ValueError(f"must be a ws or wss URL, but was {shown(text)} ({error})") from None
    if re.search(r"[\x00-\x20\x7f]", text):
        raise ValueError(f"must be one URL without blanks, but was {shown(text)}")
    if parts.scheme not in ("ws", "wss"):
        raise ValueError(f"must begin with ws:// or wss://, but was {shown(text)}")
    if not parts.hostname:
        raise ValueError(f"must name a host, but was {shown(text)}")
    return text


def keys(text: str) -> str:
    """Read telephone keys: `0-9 * #` and `A-D`, returned in upper case."""
    if not re.fullmatch(r"[0-9*#A-Da-d]*", text):
        raise ValueError(f"must hold only 0-9, *, # and A-D, but was {shown(text)}")
    return text.upper()


def language(text: str) -> str:
    """Read a language tag (BCP 47)."""
    if not _LANGUAGE.fullmatch(text):
        raise ValueError(f"must be a language such as en-US, but was {shown(text)}")
    return text


def phrases(text: str) -> tuple[str, ...]:
    """Read a list of phrases separated by commas."""
    return tuple(phrase.strip() for phrase in text.split(",") if phrase.strip())


def words(text: str, longest: int) -> str:
    """Read any text of at most `longest` characters."""
    if len(text) > longest:
        raise ValueError(f"must be at most {longest} characters, but has {len(text)}")
    return text


def number(text: str) -> str:
    """Read a telephone number: E.164, or 7 to 15 digits without the `+` (bxml.md 2.1)."""
    if re.fullmatch(r"\+[1-9][0-9]{1,14}", text):
        return text
    if re.fullmatch(r"[1-9][0-9]{6,14}", text):
        return f"+{text}"
    raise ValueError(f"must be a number such as +12025550100, but was {shown(text)}")


def sip_uri(text: str) -> str:
    """Read a SIP URI; `sip:` is put before one without a scheme."""
    uri = text if re.match(r"sips?:", text, re.IGNORECASE) else f"sip:{text}"
    if not _SIP_URI.fullmatch(uri):
        raise ValueError(f"must be a SIP URI such as sip:ann@example.com, but was {shown(text)}")
    return uri


def party(text: str) -> str:
    """Read whom to call: a telephone number or a SIP URI with its scheme."""
    return sip_uri(text) if re.match(r"sips?:", text, re.IGNORECASE) else number(text)


def caller(text: str) -> str:
    """Read who seems to call: a telephone number, or one of the words that hide it."""
    for word in HIDDEN:
        if word.lower() == text.lower():
            return word
    return number(text)


def display_name(text: str) -> str:
    """Read a name: at most 256 characters, none of them a control character."""
    if re.search(r"[\x00-\x1f\x7f-\x9f]", text):
        raise ValueError("must not hold control characters")
    for word in HIDDEN:
        if word.lower() == text.lower():
            return word
    return words(text, 256)


def user_to_user(text: str, longest: int) -> str:
    """Read User-to-User values, each with its encoding, joined by commas (RFC 7433)."""
    if len(text) > longest:
        raise ValueError(f"must be at most {longest} characters, but has {len(text)}")
    if not all(_USER_TO_USER.fullmatch(item) for item in text.split(",")):
        raise ValueError(
            f"must be data;encoding=base64, ;encoding=jwt or ;encoding=hex, but was {shown(text)}"
        )
    return text
