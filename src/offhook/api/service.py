"""What the API needs of call control; the exchange implements it."""

from typing import Protocol

from offhook.directory import Account
from offhook.hooks import Hook
from offhook.records import CallRecord
from offhook.requests import CallFilter, OutboundRequest, Standing


class CallService(Protocol):
    """Places calls, shows them and changes them. Refusals are raised as ApiError."""

    async def create(self, account: Account, request: OutboundRequest) -> CallRecord:
        """Queue or place a call; 429 for the account's limits, 503 when the node is full."""
        ...

    async def get(self, account_id: str, call_id: str) -> CallRecord | None:
        """Return a call, live or ended up to seven days ago."""
        ...

    async def list(self, account_id: str, wanted: CallFilter) -> list[CallRecord]:
        """Return at most `wanted.limit` calls after `wanted.after`, by `requests.position`."""
        ...

    async def locate(self, account_id: str, call_id: str) -> Standing:
        """Tell whether the call can be spoken of, before what is said is looked at."""
        ...

    async def redirect(self, account_id: str, call_id: str, hook: Hook, tag: str | None) -> None:
        """Stop the document and ask `hook`; tag None leaves, blank clears; 404 or 409."""
        ...

    async def complete(self, account_id: str, call_id: str) -> None:
        """End the call; 404 or 409."""
        ...

    async def rescript(
        self, account_id: str, call_id: str, body: bytes, charset: str | None
    ) -> None:
        """Stop the document and run this one; 404, 400 for invalid BXML, 409 in this order."""
        ...
