"""Look-ups in what the operator has configured."""

import pytest

from offhook.directory import Account, Application, Directory, Number, Trunk, User, normal_number

APP = Application("3D4F7C5E-2a51-4c59-9b6f-6f0a61f8d1aa", "9900000", "desk")
DIRECTORY = Directory(
    accounts=[Account("9900000")],
    applications=[APP],
    numbers=[Number("+1 (202) 555-0100", APP.id.lower()), Number("support", APP.id)],
    trunks=[
        Trunk("any", "any.test"),
        Trunk("us", "us.test", patterns=("+1*",)),
        Trunk("one", "one.test", patterns=("+12025550143",)),
    ],
)


def test_an_application_is_found_in_any_letter_case_by_its_account_only() -> None:
    assert DIRECTORY.application("9900000", APP.id.upper()) == APP
    assert DIRECTORY.application("9900001", APP.id) is None


@pytest.mark.parametrize("called", ["+12025550100", "12025550100", "support"])
def test_an_inbound_call_finds_its_application_by_number_or_user(called: str) -> None:
    assert DIRECTORY.application_for(called) == APP


def test_an_unknown_number_has_no_application() -> None:
    assert DIRECTORY.application_for("+12025550199") is None


@pytest.mark.parametrize(
    ("number", "trunk"),
    [("+4930123456", "any"), ("+12025550100", "us"), ("+12025550143", "one")],
)
def test_the_longest_pattern_picks_the_trunk(number: str, trunk: str) -> None:
    found = DIRECTORY.trunk_for(number)

    assert found is not None
    assert trunk == found.name


def test_a_number_no_trunk_takes_has_none() -> None:
    assert Directory(trunks=[Trunk("us", "us.test", patterns=("+1*",))]).trunk_for("+49301") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1-202-555-0100", "+12025550100"), ("+4930123456", "+4930123456"), ("alice", "alice")],
)
def test_numbers_are_normalised_and_names_are_not(text: str, expected: str) -> None:
    assert expected == normal_number(text)


def test_the_queue_holds_five_minutes_of_calls() -> None:
    assert Account("1", cps=5).queue_capacity == 1500
    assert Account("1", queueing=False).queue_capacity == 0


def test_secrets_are_not_shown() -> None:
    trunk = Trunk("us", "us.test", username="me", password="secret")

    assert "secret" not in repr((trunk, User("me", "scrypt$secret")))
