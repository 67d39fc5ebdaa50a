"""Events as requests (webhooks.md 2.1)."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from offhook.hooks import Credentials, Target
from offhook.webhooks.payload import event_request, with_query

EVENT: dict[str, Any] = {
    "eventType": "answer",
    "eventTime": "2026-03-04T05:06:12.345Z",
    "from": "+12025550100",
    "tag": None,
}


def test_a_post_carries_the_event_as_one_json_object_without_absent_members() -> None:
    target = Target("https://app.test/a?x=1", "POST", Credentials("u", "p"))
    request = event_request(target, EVENT, {"Accept": "*/*"})

    assert request.method == "POST"
    assert request.url == "https://app.test/a?x=1"
    assert request.headers == {"Content-Type": "application/json", "Accept": "*/*"}
    assert json.loads(request.body) == {k: v for k, v in EVENT.items() if v is not None}
    assert request.credentials == Credentials("u", "p")


def test_a_get_has_no_body_and_carries_the_event_as_query_parameters() -> None:
    request = event_request(Target("https://app.test/a", "GET"), EVENT, {})

    assert request.body == b""
    assert request.url == (
        "https://app.test/a?eventType=answer&eventTime=2026-03-04T05:06:12.345Z&from=%2B12025550100"
    )
    assert "Content-Type" not in request.headers


def test_query_parameters_are_appended_to_those_the_url_has() -> None:
    assert with_query("http://a.test/x?y=1#part", {"z": "2"}) == "http://a.test/x?y=1&z=2#part"
    assert with_query("http://a.test/x?", {"z": "2"}) == "http://a.test/x?z=2"
    assert with_query("http://a.test/x?y=1", {}) == "http://a.test/x?y=1"


def test_values_in_a_query_are_spelled_as_in_json_except_strings() -> None:
    values = {"flag": True, "count": 3, "part": 1.5, "nested": {"a": [1, "é"]}, "text": "a b&c"}
    query = urlsplit(with_query("http://a.test/", values)).query

    assert query == (
        "flag=true&count=3&part=1.5&nested=%7B%22a%22:%5B1%2C%22%C3%A9%22%5D%7D&text=a%20b%26c"
    )


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=5))
def test_any_strings_survive_the_query(values: dict[str, str]) -> None:
    url = with_query("http://a.test/x", values)

    assert dict(parse_qsl(urlsplit(url).query, keep_blank_values=True)) == values
    assert url.isascii()
