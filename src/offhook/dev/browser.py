"""Opens the console in a browser, where somebody sits who has one."""

import sys
import webbrowser
from collections.abc import Mapping

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


def is_seen(environ: Mapping[str, str], terminal: bool, system: str = sys.platform) -> bool:
    """Whether somebody sits in front of this machine: a terminal, a display, and no CI."""
    if environ.get("CI") or not terminal or "SSH_CONNECTION" in environ:
        return False
    return system in ("darwin", "win32") or any(environ.get(name) for name in DISPLAYS)


def show(url: str) -> None:
    """Open a page in the user's browser; without one nothing happens. It may block."""
    try:
        webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return
