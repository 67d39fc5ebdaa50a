"""Sound that could not be set up, or went one way only."""

from collections.abc import Iterator

from offhook.errors import Who, calls
from offhook.explain.finding import Finding
from offhook.explain.story import Case, Story
from offhook.records import Event

HEARABLE_S = 2.0  # a shorter call may be over before the first packet
LOSS = 0.05  # of all packets: from here on speech suffers
JITTER_MS = 60.0  # more than the jitter buffer takes with ease


def failed(case: Case) -> Finding:
    """No common codec, no port, no ACK, or a dead worker."""
    story = case.story
    refused, lost = story.last("media.refused"), story.last("media.lost")
    full = story.last("media.failed")
    evidence: tuple[Event, ...]
    who: Who = Who.OPERATOR
    if refused:
        sentence = f"No audio could be agreed with the far side: {refused.data.get('reason')}."
        fix = "Allow PCMU or PCMA (G.711) over RTP/AVP on the far side."
        evidence = (refused, case.event)
        who = Who.CARRIER
    elif lost:
        sentence = f"The media worker that carried the call died: {lost.data.get('reason')}."
        fix = "Look in the log for why; new calls are served by its successor."
        evidence = (lost, case.event)
    else:
        reason = (full and full.data.get("reason")) or case.why or "no port or row was free"
        sentence = f"No audio port could be opened: {reason}."
        fix = "Widen media.ports, or raise the limit of open files."
        evidence = story.some(full, case.event)
    return Finding(sentence, fix, who, case.entry, evidence)


def symptoms(story: Story, cause: Finding) -> Iterator[Finding]:
    """What the counters say of a call that was answered."""
    del cause
    closed, connected = story.last("media.closed"), story.last("media.connected")
    answered = story.record.answer_time
    if closed is None or connected is None or answered is None:
        return
    talked_s = (story.record.end_time or closed.at) - answered
    received = int(closed.data.get("packets_received") or 0)
    lost = int(closed.data.get("packets_lost") or 0)
    jitter_ms = float(closed.data.get("jitter_ms") or 0.0)
    if received == 0:
        if talked_s >= HEARABLE_S and connected.data.get("receive", True):
            yield _deaf(connected, closed)
        return
    if lost > LOSS * (received + lost):
        what = f"{lost} of {received + lost} packets from the far side were lost"
        yield _poor(what, closed, "mos_heard")
    if jitter_ms > JITTER_MS:
        yield _poor(f"packets came with a jitter of {jitter_ms:.0f} ms", closed, "mos_heard")
    remote, sent = closed.data.get("remote_lost"), int(closed.data.get("packets_sent") or 0)
    if remote is not None and sent and int(remote) > LOSS * sent:
        what = f"the far side lost {remote} of the {sent} packets that we sent"
        yield _poor(what, closed, "mos_sent")


def _deaf(connected: Event, closed: Event) -> Finding:
    peer = f"{connected.data.get('host')}:{connected.data.get('rtp_port')}"
    strangers = int(closed.data.get("packets_refused") or 0)
    if strangers:
        return Finding(
            f"One-way audio: {strangers} packets came, but not from {peer}, which the far side's "
            "SDP names, so they were refused.",
            "Make the far side (or the NAT before it) send from the address in its SDP.",
            Who.CARRIER,
            evidence=(connected, closed),
        )
    return Finding(
        f"One-way audio: not a single RTP packet came from {peer}, while we sent "
        f"{closed.data.get('packets_sent')}.",
        "Check the address in our SDP (media.advertised_host) and that the firewall lets RTP in.",
        Who.OPERATOR,
        evidence=(connected, closed),
    )


def _poor(what: str, closed: Event, score: str) -> Finding:
    mos = closed.data.get(score)
    rated = "" if mos is None else f" (MOS {mos:.1f} of 4.4)"
    return Finding(
        f"The sound suffered: {what}{rated}.",
        "Look at the network between here and the far side.",
        Who.CARRIER,
        evidence=(closed,),
    )


RULES = {calls.MEDIA_FAILED.id: failed}
