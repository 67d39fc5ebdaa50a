"""Where an outbound call goes: its trunk or SIP URI, or why there is no way."""

from collections.abc import Callable
from dataclasses import replace

from offhook.calls.journal import Journal
from offhook.directory import Directory
from offhook.errors import calls
from offhook.records import CallRecord
from offhook.sip.endpoint import OutgoingCall
from offhook.sip.message import SipSyntaxError
from offhook.sip.trunks import Caller, NoRouteError, outgoing_call

NO_ROUTE = 404  # what a proxy without a route answers


def outgoing(
    record: CallRecord,
    directory: Directory,
    host: str,
    journal: Journal,
    headers: tuple[tuple[str, str], ...] = (),
) -> Callable[[bytes], OutgoingCall]:
    """Return how to address the call once its offer is made; the function raises CallError."""
    caller = Caller(record.from_, record.display_name, record.privacy)

    def make(sdp: bytes) -> OutgoingCall:
        try:
            call = outgoing_call(directory, record.to, caller, host, sdp, record.uui)
        except (NoRouteError, SipSyntaxError) as error:
            journal.log("call.unroutable", to=record.to, reason=str(error))
            raise calls.sip_failed(NO_ROUTE, str(error)) from error
        return replace(call, headers=call.headers + headers)

    return make
