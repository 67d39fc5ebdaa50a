"""Where an outbound call goes: its trunk, phone or SIP URI, or why there is no way."""

from collections.abc import Callable
from dataclasses import replace

from offhook.calls.journal import Journal
from offhook.calls.plant import Plant
from offhook.errors import calls
from offhook.records import CallRecord
from offhook.sip.endpoint import OutgoingCall
from offhook.sip.message import SipSyntaxError
from offhook.sip.trunks import Caller, NoRouteError, NotRegisteredError, Way, outgoing_call
from offhook.sip.ways import find_way

UNAVAILABLE = 480  # what a proxy answers for a phone that is not there
NO_ROUTE = 404  # what a proxy without a route answers


def finder(plant: Plant) -> Callable[[str], Way]:
    """Return what finds the way of a call at the time of asking."""

    def find(to: str) -> Way:
        now = plant.clock.now()
        return find_way(plant.directory(), to, plant.sip_host, plant.registrar, now)

    return find


def over_trunk(to: str, find: Callable[[str], Way]) -> bool:
    """Whether a call goes over a trunk, whose media can be believed to be where its SDP says."""
    try:
        return find(to).trunk is not None
    except (NotRegisteredError, NoRouteError, SipSyntaxError):
        return False  # the call will tell


def outgoing(
    record: CallRecord,
    find: Callable[[str], Way],
    host: str,
    journal: Journal,
    headers: tuple[tuple[str, str], ...] = (),
) -> Callable[[bytes], OutgoingCall]:
    """Return how to address the call once its offer is made; the function raises CallError."""
    caller = Caller(record.from_, record.display_name, record.privacy)

    def make(sdp: bytes) -> OutgoingCall:
        try:
            call = outgoing_call(find(record.to), caller, host, sdp, record.uui)
        except NotRegisteredError as error:
            journal.log("call.unregistered", to=record.to, reason=str(error))
            raise calls.refused(UNAVAILABLE) from error
        except (NoRouteError, SipSyntaxError) as error:
            journal.log("call.unroutable", to=record.to, reason=str(error))
            raise calls.sip_failed(NO_ROUTE, str(error)) from error
        return replace(call, headers=call.headers + headers)

    return make


def to_device(record: CallRecord) -> Callable[[bytes], OutgoingCall]:
    """Return how to address a device of an endpoint, which is told the id of the call."""

    def make(sdp: bytes) -> OutgoingCall:
        return OutgoingCall(record.call_id, record.from_, record.to, sdp, None)

    return make
