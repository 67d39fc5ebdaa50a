"""Look-ups in what the operator has configured."""

import pytest

from offhook.directory import (
    Account,
    Application,
    Directory,
    Number,
    SigningSecret,
    Trunk,
    User,
    dangling,
    merged,
    normal_number,
)

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


def test_of_two_directories_the_second_wins() -> None:
    first = Directory([Account("1", "old"), Account("2")])
    second = Directory([Account("1", "new")])

    assert {a.id: a.name for a in merged(first, second).accounts.values()} == {"1": "new", "2": ""}


def test_names_that_lead_nowhere_are_found() -> None:
    directory = Directory(
        accounts=[Account("1")],
        users=[User("a", "h", {"1": ("voice",), "2": ("voice",)})],
        applications=[Application("app", "3", "x")],
        numbers=[Number("+1", "APP"), Number("+2", "none")],
        secrets=[SigningSecret("k-1", "APP", "s"), SigningSecret("k-2", "none", "s")],
    )

    assert dangling(directory) == [
        "user a belongs to account 2, which does not exist",
        "application app belongs to account 3, which does not exist",
        "number +2 leads to application none, which does not exist",
        "secret k-2 is for application none, which does not exist",
    ]


def test_webhooks_are_signed_with_what_is_in_use_the_newest_first() -> None:
    directory = Directory(
        secrets=[
            SigningSecret("k-1", "APP", "oldest", created=1.0, expires=50.0),
            SigningSecret("k-2", "app", "newest", created=2.0),
            SigningSecret("k-3", "other", "another's", created=3.0),
        ]
    )

    assert directory.signing_secrets("App", 49.9) == ["newest", "oldest"]
    assert directory.signing_secrets("app", 50.0) == ["newest"]
    assert directory.signing_secrets("none", 0.0) == []
    assert "newest" not in repr(directory.secrets)
