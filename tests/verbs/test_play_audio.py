"""`<PlayAudio>` (bxml.md 4.9)."""

import pytest
from tests.verbs.line import ScriptedLine
from tests.verbs.reading import fault, verb

from offhook.errors import CallError
from offhook.hooks import Credentials
from offhook.verbs.play_audio import PlayAudio


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("<PlayAudio>t1.wav</PlayAudio>", PlayAudio(url="t1.wav")),
        (
            "<PlayAudio>\n  ../m/t1.wav?a=1&amp;b=2\n</PlayAudio>",
            PlayAudio(url="../m/t1.wav?a=1&b=2"),
        ),
        (
            '<PlayAudio username="u" password="p">http://a.test/x.mp3</PlayAudio>',
            PlayAudio(url="http://a.test/x.mp3", credentials=Credentials("u", "p")),
        ),
        ('<PlayAudio password="p">a.wav</PlayAudio>', PlayAudio(url="a.wav")),
    ],
)
def test_it_is_read(xml: str, expected: PlayAudio) -> None:
    assert verb(xml) == expected


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        ("<PlayAudio/>", "<PlayAudio> needs text: where the sound is (line 1)"),
        ("<PlayAudio>  </PlayAudio>", "<PlayAudio> needs text"),
        ("<PlayAudio>file:///etc/passwd</PlayAudio>", "must be an http, https or relative URL"),
        ("<PlayAudio>a.wav\nb.wav</PlayAudio>", "must be one URL without line breaks"),
        ("<PlayAudio><url>a.wav</url></PlayAudio>", "<url> is not allowed inside <PlayAudio>"),
    ],
)
def test_faults_are_named(xml: str, reason: str) -> None:
    assert reason in fault(xml)


def test_clips_follow_each_other_without_a_gap() -> None:
    line = ScriptedLine(clips={"t1.wav": 1.0, "t3.wav": 3.0})
    login = Credentials("u")

    assert line.run(PlayAudio(url="t1.wav", credentials=login), PlayAudio(url="t3.wav")) == (
        None,
        4.0,
    )
    assert line.heard == [("t1.wav", 0.0, 1.0), ("t3.wav", 1.0, 4.0)]
    assert line.logins == [login, None]


def test_a_clip_that_cannot_be_played_fails_the_call() -> None:
    with pytest.raises(CallError, match="404"):
        ScriptedLine().run(PlayAudio(url="404.wav"))
