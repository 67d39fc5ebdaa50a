"""The first difference."""

from offhook.replay.compare import find, is_through
from offhook.replay.steps import Step, Steps


def script(*titles: str, cut: str | None = None, notices: tuple[str, ...] = ()) -> Steps:
    def steps(of: tuple[str, ...]) -> list[Step]:
        return [Step(title, at=100.0 + n) for n, title in enumerate(of)]

    return Steps(steps(titles), steps(notices), cut)


def test_no_difference() -> None:
    assert find(script("a", "b"), script("a", "b"), 100.0, whole=True) is None


def test_another_step_is_shown_with_what_came_before() -> None:
    was, is_ = script(*"abcdefg"), script(*"abcdeX")
    found = find(was, is_, 100.0, whole=False)

    assert found is not None
    assert list(found.lines()) == [
        "difference at step 6 of the script, 5.000 s into it:",
        "",
        "      2  b",
        "      3  c",
        "      4  d",
        "      5  e",
        "  -   6  f",
        "  +   6  X",
    ]
    assert found.as_data()["recorded"] == {"title": "f", "text": "", "event": 0}


def test_another_text_is_shown_as_a_diff() -> None:
    was, is_ = Steps([Step("document", "a\nb")], []), Steps([Step("document", "a\nc")], [])
    found = find(was, is_, 0.0, whole=True)

    assert found is not None
    assert list(found.lines())[2:] == [
        "  !   1  document",
        "",
        "    --- recorded",
        "    +++ now",
        "    @@ -1,2 +1,2 @@",
        "     a",
        "    -b",
        "    +c",
    ]


def test_steps_that_are_missing_count_once_the_replay_is_over() -> None:
    was, is_ = script("a", "b"), script("a")
    found = find(was, is_, 100.0, whole=True)

    assert find(was, is_, 100.0, whole=False) is None
    assert found is not None
    assert "  +   2  nothing more" in list(found.lines())


def test_steps_that_are_more_count_at_once() -> None:
    found = find(script("a"), script("a", "b"), 100.0, whole=False)

    assert found is not None
    assert (found.recorded, found.at_s) == (None, 0.0)
    assert found.as_data()["recorded"] is None


def test_after_a_cut_nothing_counts() -> None:
    was, is_ = script("a", cut="because", notices=("x",)), script("a", "b")

    assert find(was, is_, 100.0, whole=True) is None
    assert is_through(was, is_)
    assert not is_through(was, script())
    assert not is_through(script("a"), script("a"))


def test_notices_count_when_the_script_is_the_same_and_all_is_over() -> None:
    was, is_ = script("a", notices=("x", "y")), script("a", notices=("x", "z"))
    found = find(was, is_, 100.0, whole=True)

    assert find(was, is_, 100.0, whole=False) is None
    assert found is not None
    assert (found.line, found.index) == ("notices", 1)


def test_nothing_at_all_then_is_a_difference_too() -> None:
    found = find(script(), script("a"), 100.0, whole=True)

    assert found is not None
    assert found.at_s == 0.0
