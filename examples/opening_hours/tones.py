"""The chime of the example app, made with nothing but the standard library."""

import io
import math
import struct
import wave

RATE_HZ = 8000


def chime(frequency_hz: float = 1000.0, duration_s: float = 1.0) -> io.BytesIO:
    """Return a WAV file with one tone."""
    samples = [
        int(9000 * math.sin(2 * math.pi * frequency_hz * i / RATE_HZ))
        for i in range(int(RATE_HZ * duration_s))
    ]
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(RATE_HZ)
        wav.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    file.seek(0)
    return file
