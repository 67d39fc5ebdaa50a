"""Texts as REST shows them; answers with them are in test_transcription(s).py."""

from offhook.api import textviews
from offhook.records import Piece, Transcript


def test_a_long_piece_counts_more_for_the_confidence_than_a_short_one() -> None:
    pieces = (Piece(0, "x" * 30, 0.9, 0.0, 1.0), Piece(0, "y" * 10, 0.5, 1.0, 2.0))

    said = textviews.spoken(Transcript("t", "c", "1", 0.0, pieces=pieces), 0)

    assert said == {"text": "x" * 30 + " " + "y" * 10, "confidence": 0.8}
