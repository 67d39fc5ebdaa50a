"""The table of operations."""

import pytest

from offhook.api.described import Described, Success
from offhook.api.replies import Reply
from offhook.api.routes import Asked, Operation, Route, find
from offhook.errors import ApiError


async def nothing(asked: Asked) -> Reply:
    return Reply(204)


RUN = Operation(nothing, Described((Success(204),)))
ITEMS = Route("items", {"POST": RUN, "GET": RUN})
MEDIA = Route("items/{itemId}/media/{mediaId}", {"DELETE": RUN, "GET": RUN, "PUT": RUN})
TABLE = (ITEMS, MEDIA)


def test_a_path_finds_its_route_and_its_variable_segments() -> None:
    assert find(TABLE, ("items",)) == (ITEMS, ())
    assert find(TABLE, ("items", "1", "media", "a/b")) == (MEDIA, ("1", "a/b"))


@pytest.mark.parametrize(
    "path", [(), ("",), ("Items",), ("items", "1"), ("items", "", "media", "2"), ("{itemId}",)]
)
def test_other_paths_are_not_found(path: tuple[str, ...]) -> None:
    with pytest.raises(ApiError, match="Not Found"):
        find(TABLE, path)


def test_allow_lists_the_methods_in_the_contracts_order() -> None:
    assert (ITEMS.allow, MEDIA.allow) == ("GET, HEAD, POST", "GET, HEAD, PUT, DELETE")


def test_head_is_get_and_other_methods_are_405_with_allow() -> None:
    assert ITEMS.operation("HEAD") is ITEMS.operation("GET")

    with pytest.raises(ApiError) as caught:
        ITEMS.operation("get")

    assert caught.value.headers == (("Allow", "GET, HEAD, POST"),)
