"""A telephone that registers (RFC 3261 10.2), in virtual time and on a real network."""

import asyncio
from dataclasses import dataclass

from offhook.hooks import Credentials
from offhook.sip.dialog import MAX_FORWARDS
from offhook.sip.message import Request, Response
from offhook.sip.transactions import Failure
from offhook.sip.transport import Address
from offhook.testing.phone import Phones


@dataclass(slots=True)
class Registration:
    """The registrations of one telephone: same Call-ID, rising numbers (RFC 3261 10.2.4)."""

    phones: Phones
    name: str
    password: str
    transport: str = "udp"
    number: int = 0

    async def register(
        self, expires_s: int = 3600, contact: str | None = None, headers: tuple[str, ...] = ()
    ) -> Response:
        """Say where the telephone is, 0 seconds for nowhere; returns the final answer.

        Its own contact unless another one is given; `headers` are lines to add. Raises OSError when
        there is no answer.
        """
        heard: asyncio.Future[Response | Failure] = asyncio.get_running_loop().create_future()
        server, endpoint = self.phones.server, self.phones.endpoint
        suffix = "" if self.transport == "udp" else f";transport={self.transport}"
        own = f"<sip:{self.name}@{self.phones.home}{suffix}>"
        party = f"<sip:{self.name}@{server.host}>"

        def make(transport: str) -> Request:
            self.number += 1
            lines = [
                ("Via", endpoint.via(transport)),
                MAX_FORWARDS,
                ("From", f"{party};tag=registers"),
                ("To", party),
                ("Call-ID", f"registers-{self.name}@{self.phones.home}"),
                ("CSeq", f"{self.number} REGISTER"),
                ("Contact", contact or own),
                ("Expires", str(expires_s)),
                *(_header(line) for line in headers),
            ]
            return Request.make("REGISTER", f"sip:{server.host}:{server.port}", lines)

        def tell(outcome: Response | Failure) -> None:
            if isinstance(outcome, Failure) or outcome.status >= 200:
                heard.set_result(outcome)

        credentials = Credentials(self.name, self.password)
        self.phones.phone(self.name).credentials = credentials
        to = Address(self.transport, server.host, server.port)
        endpoint.ask(make, to, credentials, tell)
        outcome = await heard
        if isinstance(outcome, Failure):
            raise OSError(outcome.reason)
        return outcome


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name, value.strip()
