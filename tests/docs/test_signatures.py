"""Code in the docs runs, and does what is said beside it."""

import re
from pathlib import Path
from typing import Any

import pytest

from offhook.clock import Clock
from offhook.webhooks.signing import Signed, header

PAGE = (Path(__file__).parents[2] / "docs" / "signatures.md").read_text()
SECRET = "ohs_example"
EVENT_ID = "5c1f3f0e-51c7-4f0c-8b7b-5c6f5f3f0a77"
TARGET = "/voice/answer?menu=1"
BODY = b'{"eventType":"answer"}'


def blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_verifier_takes_what_offhook_signs_and_nothing_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names: dict[str, Any] = {"SECRETS": [SECRET, "another"], "SEEN": set()}
    exec(blocks()[0], names)
    signed = Signed(EVENT_ID, "3", "POST", TARGET, BODY)
    headers = {
        "Offhook-Event-Id": EVENT_ID,
        "Offhook-Sequence": "3",
        "Offhook-Signature": header(signed, [SECRET], Clock().wall()),
    }

    assert names["is_from_offhook"](headers, BODY, TARGET, "POST")
    assert names["SEEN"] == {EVENT_ID}
    assert names["is_from_offhook"](headers, BODY, TARGET, "POST")
    assert not names["is_from_offhook"](headers, BODY + b"\n", TARGET, "POST")
    assert capsys.readouterr().out == "refused: mismatch\n"


def test_the_recipe_gives_the_signature_that_the_page_shows() -> None:
    names: dict[str, Any] = {}
    exec(blocks()[1], names)
    found = names["signature"](SECRET, "1772600772", EVENT_ID, "3", "POST", TARGET, BODY)

    assert f"```text\n{found}\n```" in PAGE
    assert header(Signed(EVENT_ID, "3", "POST", TARGET, BODY), [SECRET], 1772600772.5) == (
        f"t=1772600772,v1={found}"
    )
