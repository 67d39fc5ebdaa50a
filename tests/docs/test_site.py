"""The documentation is built without a warning, and its pages load nothing from another host."""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOADS = {"img": "src", "script": "src", "iframe": "src", "link": "href", "source": "src"}

pytestmark = pytest.mark.slow


class Loads(HTMLParser):
    """Collects what a browser loads for a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an address that is loaded without a click."""
        named = dict(attrs)
        if address := named.get(LOADS.get(tag, "")):  # "#" is the page itself
            self.found.append(address)


def test_the_site_is_whole_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    site = tmp_path / "site"
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "docs", str(site)]
    built = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )

    assert built.returncode == 0, built.stderr
    pages = list(site.rglob("*.html"))
    assert len(pages) > 100
    for page in pages:
        loads = Loads()
        loads.feed(page.read_text())
        assert loads.found, page
        for address in loads.found:
            assert "//" not in address, f"{page}: {address}"
            found = page.parent / address.partition("?")[0]
            assert address == "#" or found.exists(), f"{page}: {address}"
