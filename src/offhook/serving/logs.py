"""How the log looks: JSON lines for machines, or lines for people; to standard error."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog


def configure(form: str) -> None:
    """Set up logging for a server process; `form` is `json` or `text`."""
    renderer: Any = structlog.processors.JSONRenderer()
    if form == "text":
        renderer = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else _line
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # our protocol says the rest


def _line(_: Any, __: str, event: MutableMapping[str, Any]) -> str:
    """Return a line for people who read a file: when, how bad, what, and the rest by name."""
    when, level, what = event.pop("timestamp"), event.pop("level"), event.pop("event")
    trace = event.pop("exception", None)
    words = [f"{when} [{level}] {what}", *(f"{name}={_shown(v)}" for name, v in event.items())]
    return " ".join(words) + (f"\n{trace}" if trace else "")


def _shown(value: Any) -> str:
    """Return a value as one word: what is more, or could take a terminal in, is quoted."""
    text = str(value)
    return text if text.isprintable() and " " not in text and text else repr(text)
