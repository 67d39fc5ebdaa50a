"""Where exceptions come from."""

from offhook.faults import place


def test_an_exception_is_told_by_its_type_and_place_and_without_its_values() -> None:
    try:
        _ = {"a": 1}["secret"]
    except KeyError as error:
        told = place(error)

    assert told.startswith("KeyError at test_faults.py:")
    assert "secret" not in told


def test_one_that_was_never_raised_has_no_place() -> None:
    assert place(ValueError("x")) == "ValueError"
