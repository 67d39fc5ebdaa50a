"""Rules that Record and StartRecording share."""

import pytest

from offhook.hooks import Credentials, Hook, Target
from offhook.verbs.transcribing import check_secure

LOGIN = Credentials("u")


def test_credentials_may_go_over_https_and_to_where_the_document_came_from() -> None:
    check_secure(
        None,
        Hook(Target("http://a.test/x")),
        Hook(Target("http://localhost:5000/x", credentials=LOGIN)),
        Hook(Target("http://127.0.0.1/x", credentials=LOGIN)),
        Hook(Target("https://a.test/x", credentials=LOGIN), Target("/y", credentials=LOGIN)),
    )


@pytest.mark.parametrize(
    "hook",
    [
        Hook(Target("http://a.test/x", credentials=LOGIN)),
        Hook(Target("/x"), Target("HTTP://a.test/x", credentials=LOGIN)),
    ],
)
def test_credentials_never_go_in_the_clear(hook: Hook) -> None:
    with pytest.raises(ValueError, match="https"):
        check_secure(hook)
