"""Guessing is slowed down by user and source, forgiven after a while, and bounded in memory."""

from offhook.sip.strikes import KEPT, NAMED, UNNAMED, WINDOW_S, Strikes

SOURCE, USER = "10.0.0.9", "10.0.0.9 desk"


def test_a_user_of_a_source_is_out_before_the_source_is() -> None:
    strikes = Strikes()
    for _ in range(NAMED):
        assert not strikes.is_out((SOURCE, USER), 0.0)
        strikes.count((SOURCE, USER), 0.0)

    assert strikes.is_out((SOURCE, USER), 0.0)
    assert not strikes.is_out((SOURCE, "10.0.0.9 hall"), 0.0)
    assert not strikes.is_out(("10.0.0.8", "10.0.0.8 desk"), 0.0)


def test_a_source_that_tries_many_users_is_out() -> None:
    strikes = Strikes()
    for number in range(UNNAMED):
        strikes.count((SOURCE, f"{SOURCE} u{number}"), 0.0)

    assert strikes.is_out((SOURCE, "10.0.0.9 another"), 0.0)


def test_all_is_forgiven_after_the_window() -> None:
    strikes = Strikes()
    for _ in range(NAMED):
        strikes.count((USER,), 10.0)

    assert strikes.is_out((USER,), 10.0 + WINDOW_S - 0.1)
    assert not strikes.is_out((USER,), 10.0 + WINDOW_S)

    strikes.count((USER,), 10.0 + WINDOW_S)

    assert not strikes.is_out((USER,), 10.0 + WINDOW_S)


def test_names_are_bounded() -> None:
    strikes = Strikes()
    for number in range(KEPT + 100):
        strikes.count((str(number),), 0.0)

    assert len(strikes) == KEPT
