"""Shedding load."""

import pytest

from offhook.api.admission import Admission
from offhook.errors import ApiError


def test_as_many_as_the_cap_are_in_flight_and_no_more() -> None:
    admission = Admission(2)
    with admission, admission:
        assert admission.in_flight == 2
        with pytest.raises(ApiError, match="Handling too many requests"), admission:
            pass
        assert admission.in_flight == 2

    assert admission.in_flight == 0


def test_a_node_that_is_not_ready_refuses_until_it_is() -> None:
    answers = [False, True]
    admission = Admission(1, lambda: answers.pop(0))
    with pytest.raises(ApiError, match="Handling too many requests"), admission:
        pass
    with admission:
        assert admission.in_flight == 1


def test_a_request_that_fails_gives_its_place_back() -> None:
    admission = Admission(1)
    with pytest.raises(KeyError), admission:
        raise KeyError

    assert admission.in_flight == 0


def test_a_closed_server_says_when_to_come_back_and_can_open_again() -> None:
    admission = Admission(1)
    admission.close(0)
    with pytest.raises(ApiError) as caught, admission:
        pass

    assert caught.value.headers == (("Retry-After", "1"),)

    admission.open()
    with admission:
        assert admission.in_flight == 1
