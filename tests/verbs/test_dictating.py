"""What is said of a live transcription."""

import pytest

from offhook.hooks import Target
from offhook.verbs.dictating import TranscriptionOrder, languages, transcription_name


def test_urls_are_relative_to_the_document() -> None:
    order = TranscriptionOrder(("inbound",), events=Target("/e"), destination="wss://b.test/x")

    resolved = order.resolve("https://a.test/v/one")

    assert resolved.events == Target("https://a.test/e")
    assert resolved.destination == "wss://b.test/x"
    assert TranscriptionOrder(("inbound",)).resolve("https://a.test/").events is None


def test_languages_are_one_of_a_kind() -> None:
    assert languages("en-US, fr-FR ,es") == ("en-US", "fr-FR", "es")
    with pytest.raises(ValueError, match="two of en"):
        languages("en-US,en")


@pytest.mark.parametrize("name", ["", "a b", "é", "x" * 256])
def test_names_have_their_letters(name: str) -> None:
    with pytest.raises(ValueError, match=r"letters|at most"):
        transcription_name(name)
