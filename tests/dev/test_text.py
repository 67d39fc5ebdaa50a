"""What is printed can be pasted: the request is JSON, the Python compiles."""

import ast
import json
import re
import textwrap
from pathlib import Path

from offhook.dev.personas import PERSONAS
from offhook.dev.site import Site
from offhook.dev.text import welcome

SITE = Site(
    Path("/home/me/.offhook-dev"), 8080, 5060, 5070, "http://127.0.0.1:5000", "http://127.0.0.1:1"
)


def test_the_request_is_one() -> None:
    found = re.search(r"-d '(.*)'", welcome(SITE, default_folder=True))
    assert found

    assert json.loads(found[1]) == {
        "from": "+12025550100",
        "to": "+12025550101",
        "applicationId": "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa",
        "answerUrl": "http://127.0.0.1:5000/voice/answer",
        "disconnectUrl": "http://127.0.0.1:5000/voice/status",
    }


def test_the_program_is_one() -> None:
    text = welcome(SITE, default_folder=True)
    program = text[text.index("  import bandwidth") : text.index("Have somebody")]

    ast.parse(textwrap.dedent(program))


def test_everybody_is_listed() -> None:
    text = welcome(SITE, default_folder=True)

    assert [each.name for each in PERSONAS if f"{each.shown} " not in text] == []


def test_another_folder_is_named() -> None:
    assert "offhook dial\n" in welcome(SITE, default_folder=True)
    assert f"offhook dial --folder {SITE.folder}\n" in welcome(SITE, default_folder=False)


def test_a_softphone_is_told_all_that_it_needs() -> None:
    text = welcome(SITE, default_folder=True)

    assert "register at 127.0.0.1:5060" in text
    assert "  user softphone, password dev, number +12025550190" in text
