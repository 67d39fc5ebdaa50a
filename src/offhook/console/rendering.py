"""Templates. Everything they print is escaped, and what would be hidden is made visible.

Text from the wire may hold control characters and those that turn the direction of writing, which
can make a page show something else than there is (CVE-2021-42574); each is shown as a symbol.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from offhook.console.guard import FORM_FIELD

TEMPLATES = Path(__file__).parent / "templates"
# C0 without tab and newline, DEL, C1; directions, isolates, zero widths, separators, surrogates
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_CALL = re.compile(f"c-[0-9a-f]{{8}}-{_ID}")
_CONFERENCE = re.compile(f"conf-[0-9a-f]{{8}}-{_ID}")


def shown(text: str) -> str:
    """Return a text whose hidden characters are visible: a picture for C0, else U+XXXX."""
    return _HIDDEN.sub(_symbol, text.replace("\r\n", "\n"))


def _symbol(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"\u27e8U+{code:04X}\u27e9"


def _finalize(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, Markup):
        return shown(value)
    return value


class Rendering:
    """The templates, and what all of them may use."""

    def __init__(self, **names: Any) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_finalize,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals |= {"form_token": _form_token, **names}
        self._environment.tests |= {
            "call_id": lambda text: _CALL.fullmatch(text) is not None,
            "conference_id": lambda text: _CONFERENCE.fullmatch(text) is not None,
        }
        self._environment.filters |= {
            "clock": clock,
            "moment": moment,
            "duration": duration,
            "bytes": size,
        }

    def render(self, template: str, values: Mapping[str, Any]) -> str:
        """Return a template filled in."""
        return self._environment.get_template(template).render(values)


@pass_context
def _form_token(context: Context) -> Markup:
    """Return the hidden field by which a form shows that it is ours."""
    token = context["visit"].visitor.token
    return Markup('<input type="hidden" name="{}" value="{}">').format(FORM_FIELD, token)


def clock(seconds: float) -> Markup:
    """Return the time of day; a script turns it into that of the reader (static/times.js)."""
    return _time(seconds, "%H:%M:%S", "time")


def moment(seconds: float) -> Markup:
    """Return date and time."""
    return _time(seconds, "%Y-%m-%d %H:%M:%S", "moment")


def _time(seconds: float, pattern: str, kind: str) -> Markup:
    at = datetime.fromtimestamp(seconds, UTC)
    stamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Markup('<time datetime="{}" data-show="{}">{}</time>').format(
        stamp, kind, at.strftime(pattern) + " UTC"
    )


def duration(seconds: float) -> str:
    """Return a length of time as people write it: 0.42 s, 12.5 s, 1:05, 2:00:07."""
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def size(count: int) -> str:
    """Return a number of bytes as people write it."""
    if count < 1024:
        return f"{count} B"
    return f"{count / 1024:.1f} KB" if count < 1 << 20 else f"{count / (1 << 20):.1f} MB"
