"""A STUN binding request (RFC 8489), to a server that somebody has named."""

import secrets
import socket
import struct
from ipaddress import IPv6Address

PORT = 3478
COOKIE = 0x2112A442  # RFC 8489 5
REQUEST, RESPONSE = 0x0001, 0x0101
XOR_MAPPED_ADDRESS, MAPPED_ADDRESS = 0x0020, 0x0001
WAITS_S = (0.5, 1.0, 2.0)  # before a request is repeated (RFC 8489 6.2.1)


def ask(host: str, port: int) -> tuple[str, str]:
    """Return the address that the server sees, and ours; raises OSError and ValueError."""
    identity = secrets.token_bytes(12)
    question = struct.pack("!HHI", REQUEST, 0, COOKIE) + identity
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind) as way:
        way.connect(address)
        for wait_s in WAITS_S:
            way.settimeout(wait_s)
            way.send(question)
            try:
                return read(way.recv(2048), identity), str(way.getsockname()[0])
            except TimeoutError:
                continue
    raise TimeoutError(f"nothing came within {sum(WAITS_S):g} seconds")


def read(answer: bytes, identity: bytes) -> str:
    """Return the address in an answer; raises ValueError."""
    if len(answer) < 20 or answer[8:20] != identity:
        raise ValueError("the answer is to another question")
    kind, length, cookie = struct.unpack("!HHI", answer[:8])
    if (kind, cookie) != (RESPONSE, COOKIE):
        raise ValueError("the answer is no success")
    body, found = answer[20 : 20 + length], dict[int, bytes]()
    while len(body) >= 4:
        name, size = struct.unpack("!HH", body[:4])
        found[name] = body[4 : 4 + size]
        body = body[4 + size + -size % 4 :]
    if XOR_MAPPED_ADDRESS in found:
        key = struct.pack("!I", COOKIE) + identity
        return _address(found[XOR_MAPPED_ADDRESS], key)
    if MAPPED_ADDRESS in found:
        return _address(found[MAPPED_ADDRESS], bytes(16))
    raise ValueError("the answer has no address")


def _address(value: bytes, key: bytes) -> str:
    """Return the address of an attribute: family, port, address XOR the key (RFC 8489 14.2)."""
    size = {1: 4, 2: 16}.get(value[1] if len(value) > 1 else 0)
    if size is None or len(value) < 4 + size:
        raise ValueError("the answer has no address")
    plain = bytes(a ^ b for a, b in zip(value[4 : 4 + size], key, strict=False))
    return socket.inet_ntoa(plain) if size == 4 else str(IPv6Address(plain))
