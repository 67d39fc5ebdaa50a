"""What the console asks of the API is treated as everybody's request is."""

import random
from typing import Any

import pytest
from tests.api.client import ACCOUNT, APPLICATION, FENCED, OTHER, SUSPENDED, Stage

from offhook.api.inside import Inside
from offhook.errors import ApiError, Entry, fields, http
from offhook.ids import Ids
from offhook.testing.loop import virtual

CALL = {
    "from": "+12025550100",
    "to": "+12025550143",
    "applicationId": APPLICATION,
    "answerUrl": "https://app.example.test/answer",
}


class Office:
    """The API, asked from within."""

    def __init__(self, **settings: Any) -> None:
        self.stage = Stage(**settings)
        ids = Ids(random.Random(3))
        self.inside = Inside(self.stage.server, lambda: self.stage.directory, ids)

    async def call(
        self, account: str = ACCOUNT, user: str | None = "alice", **changes: object
    ) -> str:
        wish = {**CALL, **changes}
        return await self.inside.create_call(
            account, wish, user=user, address="198.51.100.7", host="voice.test"
        )

    async def refusal(self, entry: Entry, **wish: Any) -> ApiError:
        with pytest.raises(ApiError) as caught:
            await self.call(**wish)
        assert caught.value.entry is entry
        return caught.value


@virtual
@pytest.mark.parametrize("user", ["alice", None])
async def test_a_call_is_placed_for_a_user_or_whoever_is_at_this_machine(user: str | None) -> None:
    office = Office()
    call_id = await office.call(user=user)
    record = await office.stage.service.get(ACCOUNT, call_id)

    assert record is not None
    assert (record.from_, record.to) == (CALL["from"], CALL["to"])


@virtual
async def test_a_refusal_is_that_of_the_api_with_the_field_and_a_story() -> None:
    office = Office()
    error = await office.refusal(fields.NOT_E164, to="12025550143")
    (incident,) = office.stage.refused

    assert error.values == {"field": "to"}
    assert dict(error.headers)["X-Request-Id"] == incident.id
    assert (incident.account_id, incident.data["user"]) == (ACCOUNT, "alice")
    assert incident.data["path"] == f"/api/v2/accounts/{ACCOUNT}/calls"


@virtual
async def test_who_may_not_use_an_account_is_refused_here_too() -> None:
    office = Office()
    await office.refusal(http.UNAUTHORIZED, account=OTHER)
    await office.refusal(http.FORBIDDEN, account=SUSPENDED)
    await office.refusal(http.FORBIDDEN, account=SUSPENDED, user=None)
    await office.refusal(http.FORBIDDEN, account=FENCED)
    await office.refusal(http.ACCESS_DENIED, user="gone")
    await office.refusal(http.ACCESS_DENIED, user="nobody")
    await office.refusal(http.ACCESS_DENIED, user="clerk")
    await office.refusal(http.ACCESS_DENIED, account="4711", user=None)


@virtual
async def test_it_waits_in_the_same_line_as_all_others() -> None:
    office = Office(in_flight=1)
    office.stage.server.admission.close(3)
    error = await office.refusal(http.OVERLOADED)

    assert dict(error.headers)["Retry-After"] == "3"
    assert len(office.stage.refused) == 1
