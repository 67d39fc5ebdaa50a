"""What SIP costs: calls that come in over UDP, are answered, confirmed and hung up by the caller.

The answering side is our stack with real sockets in a process of its own, without call control; the
caller knows of SIP what it needs for that.
"""

import socket
import subprocess
import sys

from bench import Figure, Plan
from bench._process import HOST, cpu_s

CALLS, AT_ONCE = 2000, 50
PATIENCE_S = 5.0
_REQUEST = (
    "{method} sip:bench@{host}:{port} SIP/2.0\r\n"
    "Via: SIP/2.0/UDP {host}:{own};branch=z9hG4bK{method}{number}\r\nMax-Forwards: 70\r\n"
    "From: <sip:caller@{host}>;tag=c{number}\r\nTo: <sip:bench@{host}>{tag}\r\n"
    "Call-ID: {number}@bench\r\nCSeq: {turn}\r\nContact: <sip:caller@{host}:{own}>\r\n"
    "User-Agent: bench\r\nAllow: INVITE, ACK, BYE, CANCEL, OPTIONS\r\n{rest}"
)
_SDP = (
    "v=0\r\no=- 1 1 IN IP4 {0}\r\ns=-\r\nc=IN IP4 {0}\r\nt=0 0\r\n"
    "m=audio 40002 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)


class Caller:
    """Places calls and counts how far each has come."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        self._socket.connect((HOST, port))
        self._socket.settimeout(PATIENCE_S)
        self._port, self._own = port, self._socket.getsockname()[1]

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def place(self, numbers: range) -> None:
        """Carry so many calls at once through to their end."""
        sdp = _SDP.format(HOST)
        offer = f"Content-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n\r\n{sdp}"
        for number in numbers:
            self._send("INVITE", number, "1 INVITE", "", offer)
        left = set(numbers)
        while left:
            head = self._socket.recv(4096).decode()
            number = int(_field(head, "Call-ID: ").partition("@")[0])
            if not head.startswith("SIP/2.0 200") or number not in left:
                continue
            if "INVITE" in _field(head, "CSeq: "):
                tag = ";tag=" + _field(head, "To: ").partition(";tag=")[2]
                self._send("ACK", number, "1 ACK", tag)
                self._send("BYE", number, "2 BYE", tag)
            else:
                left.discard(number)

    def _send(
        self, method: str, number: int, turn: str, tag: str, rest: str = "Content-Length: 0\r\n\r\n"
    ) -> None:
        request = _REQUEST.format(
            method=method,
            number=number,
            turn=turn,
            tag=tag,
            rest=rest,
            host=HOST,
            port=self._port,
            own=self._own,
        )
        self._socket.send(request.encode())


def _field(head: str, name: str) -> str:
    return head.partition(f"\r\n{name}")[2].partition("\r\n")[0]


def run(plan: Plan) -> list[Figure]:
    """Measure some thousand calls."""
    calls = 200 if plan.quick else CALLS
    command = [sys.executable, "-m", "bench._answerer"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        with Caller(int(server.stdout.readline())) as caller:
            _place(caller, 0, AT_ONCE)  # warm up
            before = cpu_s(server.pid)
            _place(caller, AT_ONCE, calls)
            used = cpu_s(server.pid) - before
        server.stdin.close()
        server.wait()
    return [Figure("sip: CPU of a call that is answered and hung up", used / calls * 1000, "ms")]


def _place(caller: Caller, first: int, calls: int) -> None:
    for start in range(first, first + calls, AT_ONCE):
        caller.place(range(start, min(start + AT_ONCE, first + calls)))
