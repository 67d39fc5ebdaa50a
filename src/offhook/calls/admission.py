"""Who may place or receive a call: account and node limits (errors.md 3.8, 3.10, rest.md 7)."""

import math
from dataclasses import dataclass

from offhook.calls import capacity
from offhook.calls.capacity import Sessions
from offhook.calls.dialer import Dialer
from offhook.calls.limits import RETRY_AFTER_S
from offhook.calls.plant import Plant
from offhook.directory import Account, Application, Directory, Phone
from offhook.errors import ApiError, CallError, Entry, calls, http
from offhook.nearest import nearest
from offhook.records import CallRecord, CallState, Direction
from offhook.requests import OutboundRequest
from offhook.sip import annotations
from offhook.sip.endpoint import IncomingCall
from offhook.sip.trunks import called_party, calling_party


@dataclass(frozen=True, slots=True)
class Refusal:
    """The final response to an INVITE that becomes no call, and why (for the log only)."""

    code: int
    why: str
    headers: tuple[tuple[str, str], ...] = ()
    account_id: str | None = None  # whose call it would have been


BUSY_HEADERS = (("Retry-After", str(RETRY_AFTER_S)),)


def outbound(account: Account, dialer: Dialer, sessions: Sessions) -> None:
    """Admit a createCall; raises ApiError 429 or 503 in the contract's order."""
    waiting = dialer.size(account.id)
    rate = dialer.rate(account)
    if account.queueing and waiting >= account.queue_capacity:
        why = f"{waiting} calls wait in the queue, which holds {account.queue_capacity}"
        after_s = math.ceil(1 / (account.dequeue_rate or account.cps))
        raise _try_again(http.RATE_LIMIT, why, after_s)
    if not account.queueing and rate.wait_s() > 0:
        why = f"the account's cps is {account.cps:g}, and its queue is off"
        raise _try_again(http.RATE_LIMIT, why)
    if waiting == 0 and sessions.account_full(account):
        raise _try_again(http.SESSION_LIMIT, capacity.account_full(account))
    if why := sessions.node_full():
        raise _try_again(http.NODE_FULL, why)


def leg(account: Account | None, dialer: Dialer, sessions: Sessions, *, forwarding: bool) -> None:
    """Admit a leg of a call and count it at the rate; raises CallError (errors.md 8.2).

    A Forward is placed whatever the limits say, and counts all the same (rest.md 7).
    """
    if not forwarding and (refusal := _leg_refusal(account, dialer, sessions)):
        raise refusal
    if account is not None:
        dialer.rate(account).take()


def _leg_refusal(account: Account | None, dialer: Dialer, sessions: Sessions) -> CallError | None:
    refusal = capacity.refusal(account, sessions)
    if account is None or refusal or dialer.rate(account).wait_s() <= 0:
        return refusal
    return calls.rate_exceeded(f"the account's {account.cps:g} calls per second are used up")


def _try_again(entry: Entry, why: str, after_s: int = RETRY_AFTER_S) -> ApiError:
    return ApiError(entry, headers=(("Retry-After", str(after_s)),), why=why)


def outbound_record(account: Account, request: OutboundRequest, plant: Plant) -> CallRecord:
    """Return the first state of an outbound call."""
    now = plant.clock.wall()
    return CallRecord(
        call_id=plant.ids.call(),
        account_id=account.id,
        application_id=request.application_id,
        to=request.to,
        from_=request.from_,
        direction=Direction.OUTBOUND,
        state=CallState.QUEUED if account.queueing else CallState.INITIATED,
        last_update=now,
        enqueued_time=now if account.queueing else None,
        start_time=None if account.queueing else now,
        tag=request.tag or None,
        hook=request.answer,
        status=request.disconnect,
        call_timeout_s=request.call_timeout_s,
        callback_timeout_s=request.callback_timeout_s,
        priority=request.priority,
        display_name=request.display_name,
        privacy=request.privacy,
        uui=request.uui,
        machine_detection=request.machine_detection,
    )


def inbound(
    incoming: IncomingCall, plant: Plant, dialer: Dialer, sessions: Sessions, draining: bool
) -> CallRecord | Refusal:
    """Admit a caller: a known number, a working account, room for one more."""
    directory = plant.directory()
    called = called_party(incoming)
    phone = incoming.phone or directory.phone_for(called)
    application = directory.application_for(called) or directory.application_of(phone)
    if application is None:
        return Refusal(404, _unknown(called, directory, phone))
    if application.initiate is None:
        why = f"application {application.name!r} of {called} has no URL for callers (initiate)"
        return Refusal(404, why, account_id=application.account_id)
    account = directory.accounts.get(application.account_id)
    if refusal := _closed(account):
        return refusal
    assert account is not None
    if draining or not plant.store.healthy:
        return Refusal(503, "the node is shutting down, or its store fails", BUSY_HEADERS)
    rate = dialer.rate(account)
    if rate.wait_s() > 0:
        why = f"the account's {account.cps:g} calls per second are used up"
        return Refusal(503, why, BUSY_HEADERS, account.id)
    if (full := capacity.refusal(account, sessions)) is not None:
        return Refusal(503, full.why, BUSY_HEADERS, account.id)
    rate.take()
    return _inbound_record(incoming, called, application, plant)


def _closed(account: Account | None) -> Refusal | None:
    if account is None:
        return Refusal(404, "the number's application names no account")
    if not account.voice_enabled:
        return Refusal(404, f"Voice is off for account {account.id}", account_id=account.id)
    if account.suspended:
        return Refusal(403, f"account {account.id} is suspended", account_id=account.id)
    return None


def _unknown(called: str, directory: Directory, phone: Phone | None) -> str:
    if called in directory.numbers:
        return f"number {called} names an application that does not exist"
    meant = nearest(called, directory.numbers)
    why = f"{called} is no number here" + (f"; the nearest is {meant}" if meant else "")
    if phone is None:
        return why
    return f"{why}, and phone {phone.name} has no application for other numbers"


def _inbound_record(
    incoming: IncomingCall, called: str, application: Application, plant: Plant
) -> CallRecord:
    now = plant.clock.wall()
    return CallRecord(
        call_id=plant.ids.call(),
        account_id=application.account_id,
        application_id=application.id,
        to=called,
        from_=calling_party(incoming),
        direction=Direction.INBOUND,
        state=CallState.INITIATED,
        last_update=now,
        start_time=now,
        sip_call_id=incoming.call_id,
        stir_shaken=annotations.stir_shaken(incoming.headers),
        hook=application.initiate,
        status=application.status,
        status_fallback=application.status_fallback,
        callback_timeout_s=application.callback_timeout_s,
    )
