"""What differs from run to run becomes an example, and stays one."""

import random

import pytest

from offhook.ids import Ids
from offhook.recipes.recording import APP, Stable

IDS = Ids(random.Random(1))
CALL, OTHER, REQUEST = IDS.call(), IDS.call(), IDS.uuid()


def test_the_same_id_becomes_the_same_example() -> None:
    stable = Stable({}).text
    first, again, other = stable(CALL), stable(f"<{CALL}>"), stable(OTHER)

    assert again == f"<{first}>"
    assert first != other
    assert len(first) == len(CALL)
    assert first.startswith("c-00000001-6a1d0001-")
    assert stable(first) == first  # an example is none any more
    assert len(stable(REQUEST)) == 36


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("2026-11-26T00:06:03.398Z", "2026-03-04T05:06:07.089Z"),
        ('"duration": "PT2.34S"', '"duration": "PT1.5S"'),
        ('"sipCallId": "abc@h"', '"sipCallId": "5e6425f6c472897cc21ddef6"'),
        ("HashError at passwords.py:99.", "HashError at passwords.py:52."),
        ("udp:127.0.0.1:31234", "udp:127.0.0.1:40000"),
        (f"{APP}/answer", f"{APP}/answer"),
        ("callTimeout 301, 127.0.0.1", "callTimeout 301, 127.0.0.1"),
    ],
)
def test_times_and_ports_become_examples(text: str, example: str) -> None:
    assert Stable({}).text(text) == example


def test_longer_names_are_replaced_first() -> None:
    stable = Stable({"http://127.0.0.1:31234": APP, "http://127.0.0.1:31234/slug/": f"{APP}/"}).text

    assert stable("http://127.0.0.1:31234/slug/answer") == f"{APP}/answer"
    assert stable("http://127.0.0.1:31234/other") == f"{APP}/other"
