"""Speech in its own process."""

import numpy as np
import pytest

from offhook.serving.speech import SpeechProcess
from offhook.speech import UnknownVoiceError
from offhook.ssml import Sentence, Text


@pytest.mark.slow
def test_a_sentence_is_spoken_once_and_then_remembered() -> None:
    speech = SpeechProcess()
    try:
        first = speech.synthesize(Sentence((Text("hello"),)))
        second = speech.synthesize(Sentence((Text("hello"),)))

        assert first is second
        assert first.dtype == np.int16
        assert 0.2 < len(first) / 8000 < 3
        with pytest.raises(UnknownVoiceError, match="nobody"):
            speech.synthesize(Sentence((Text("hello"),), voice="nobody"))
    finally:
        speech.close()
