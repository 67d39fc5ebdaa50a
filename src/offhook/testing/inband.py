"""Session descriptions of telephones whose keys are tones in the sound."""

import re


def without_telephone_events(sdp: bytes) -> bytes:
    """Return a description that does not know RFC 4733, so that keys travel as sound."""
    text = sdp.decode()
    for payload_type in re.findall(r"a=rtpmap:(\d+) telephone-event", text, re.IGNORECASE):
        text = re.sub(rf"a=(rtpmap|fmtp):{payload_type} .*\r\n", "", text)
        text = re.sub(rf"(m=audio .*) {payload_type}\b", r"\1", text)
    return text.encode()
