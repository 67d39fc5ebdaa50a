"""Errors of the token endpoint."""

from offhook.errors import tokens


def test_the_errors_are_those_of_rfc_6749() -> None:
    assert {(e.status, e.type) for e in tokens.ENTRIES} == {
        (400, "invalid_request"),
        (400, "unsupported_grant_type"),
        (400, "invalid_scope"),
        (401, "invalid_client"),
    }


def test_descriptions_are_in_the_character_set_of_rfc_6749_5_2() -> None:
    for entry in tokens.ENTRIES:
        assert not set(entry.description) & set('"\\')
        assert entry.description.isascii()
