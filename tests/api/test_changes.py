"""updateCall's checks: errors.md 4.3 row by row."""

import msgspec
import pytest

from offhook.api.changes import Redirect, UpdateCall, redirect
from offhook.errors import ApiError
from offhook.hooks import Hook, Target

URL = "https://app.example.test/on"
STATES = "Invalid state: must be one of [active, completed]"
MISSING = "Missing at least one required field. Required fields are [redirectUrl]"


def body(**members: object) -> UpdateCall:
    return msgspec.convert(members, UpdateCall)


@pytest.mark.parametrize(
    ("members", "description"),
    [
        ({"state": None}, STATES),
        ({"state": None, "redirectUrl": URL}, STATES),
        ({"state": "Active", "redirectUrl": URL}, STATES),
        ({"state": ""}, STATES),
        ({}, MISSING),
        ({"state": "active"}, MISSING),
        ({"redirectUrl": " "}, MISSING),
        (
            {"redirectUrl": "/goodbyeMessage"},
            "Invalid redirectUrl: only http and https are allowed",
        ),
        ({"redirectUrl": "https://"}, "Invalid redirectUrl: must be a valid URL"),
        (
            {"redirectUrl": URL + "x" * 2048},
            "Invalid redirectUrl: must contain at most 2048 characters",
        ),
        (
            {"redirectUrl": URL, "redirectMethod": "PUT"},
            "Invalid redirectUrl method. Supported methods: [POST, GET]",
        ),
        (
            {"redirectUrl": URL, "redirectFallbackUrl": "x"},
            "Invalid redirectFallbackUrl: only http and https are allowed",
        ),
        (
            {"redirectUrl": URL, "redirectFallbackMethod": "get"},
            "Invalid redirectFallbackUrl method. Supported methods: [POST, GET]",
        ),
        (
            {"redirectUrl": URL, "password": "x" * 1025},
            "Invalid password: must contain at most 1024 characters",
        ),
        (
            {"redirectUrl": URL, "tag": "x" * 4097},
            "Could not update call: sendCallback tag must contain at most 4096 characters",
        ),
    ],
)
def test_each_rule_has_its_text(members: dict[str, object], description: str) -> None:
    with pytest.raises(ApiError) as caught:
        redirect(body(**members))

    assert caught.value.description == description


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"redirectMethod": "POST", "redirectFallbackMethod": "POST"},
        {"redirectUrl": "not a url", "redirectMethod": "PUT", "tag": "x" * 9999, "username": ":"},
    ],
)
def test_with_completed_all_else_is_ignored(members: dict[str, object]) -> None:
    assert redirect(body(state="completed", **members)) is None


def test_an_absent_state_means_active_and_an_absent_tag_leaves_it() -> None:
    assert redirect(body(redirectUrl=URL)) == Redirect(Hook(Target(URL)), None)
    assert redirect(body(redirectUrl=URL, tag=None)) == Redirect(Hook(Target(URL)), None)
    assert redirect(body(redirectUrl=URL, tag="")) == Redirect(Hook(Target(URL)), "")
