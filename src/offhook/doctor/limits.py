"""Limits of the process: open files against the calls that are configured."""

import resource

from offhook.doctor.finding import Finding, Findings, Patient, fault, ok, warning
from offhook.doctor.ports import sharing

CHECK = "open files"
WORKER_FILES = 64  # beside the sockets of calls
CONTROL_FILES = 256  # database, processes, libraries
SOCKETS = 2  # of a pair in the media worker: RTP and RTCP


def check(patient: Patient) -> Findings:
    """Compare RLIMIT_NOFILE with what calls and requests need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield worker(patient, _counted(hard))
    yield control(patient, _counted(soft))


def worker(patient: Patient, hard: int) -> Finding:
    """The media worker raises its own limit as far as the hard one."""
    calls, shared = patient.settings.limits.calls, sharing(patient)
    need = SOCKETS * calls + WORKER_FILES
    room = max(0, hard - WORKER_FILES) // SOCKETS
    fix = f"raise it to {need} (`ulimit -Hn`, LimitNOFILE= of systemd), or lower limits.calls"
    if hard >= need:
        return ok(CHECK, f"the hard limit {hard} is enough for {calls} calls")
    if shared * room >= calls:
        seen = f"the hard limit {hard} is enough for {calls} calls that share sockets"
        return warning(CHECK, f"{seen}, but for {room} of those that cannot", fix)
    seen = f"the hard limit {hard} is enough for {shared * room} calls, but limits.calls is {calls}"
    return fault(CHECK, seen, fix)


def control(patient: Patient, soft: int) -> Finding:
    """The server itself needs one for each request, and one for each webhook under way."""
    limits = patient.settings.limits
    need = limits.in_flight + limits.calls + CONTROL_FILES
    check_ = f"{CHECK} of the server"
    if soft >= need:
        return ok(check_, f"the soft limit {soft} is enough for requests and webhooks")
    return warning(
        check_,
        f"the soft limit {soft} is below {need}: {limits.in_flight} requests and webhooks of "
        f"{limits.calls} calls at once would reach it",
        f"start the server with `ulimit -n {need}` (LimitNOFILE= of systemd)",
    )


def _counted(limit: int) -> int:
    return 1 << 30 if limit == resource.RLIM_INFINITY else limit
