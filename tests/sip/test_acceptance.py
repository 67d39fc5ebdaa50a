"""A 2xx of ours on its way."""

from tests.sip.peer import Peer
from tests.sip.wired import ANSWER

from offhook.sip.acceptance import Acceptance
from offhook.sip.message import Request, respond


def accept(peer: Peer) -> tuple[Acceptance, list[Request], list[str]]:
    invite = peer.invite(number=3)
    tx = peer.stack.core.serve(invite, peer.source)
    acks: list[Request] = []
    silence: list[str] = []
    response = respond(invite, 200, to_tag="us", body=ANSWER)
    acceptance = Acceptance(
        peer.stack.core, tx, response, acks.append, lambda: silence.append("silence")
    )
    return acceptance, acks, silence


def start() -> Peer:
    peer = Peer()
    peer.give(peer.request("OPTIONS"))  # sets the stack's time
    peer.take_all()
    return peer


def test_it_is_repeated_at_doubling_intervals_up_to_t2_for_32_seconds() -> None:
    peer = start()
    _, acks, silence = accept(peer)
    peer.take_response(200)
    times = []
    began = peer.now
    while (due := peer.stack.deadline()) is not None and due <= began + 40:
        peer.now = due
        peer.stack.handle_deadline(due)
        times += [due - began for _ in peer.take_all()]

    assert times == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert silence == ["silence"]
    assert acks == []


def test_the_first_ack_with_its_number_ends_it() -> None:
    peer = start()
    acceptance, acks, silence = accept(peer)
    acceptance.take(peer.request("ACK", number=2))

    assert acceptance.pending

    for _ in range(2):
        acceptance.take(peer.request("ACK", number=3))
    peer.take_all()
    peer.pass_time(40)

    assert len(acks) == 1
    assert peer.take_all() == []
    assert silence == []
    assert not acceptance.pending
