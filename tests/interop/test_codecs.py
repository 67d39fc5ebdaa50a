"""baresip, which speaks nothing but G.722 or Opus, calls us: audio both ways."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from tests.interop.baresip import running_baresip
from tests.interop.site import CALLER, running_site

from offhook.sip.offer import more
from offhook.testing.app import Reply
from offhook.testing.sound import Pcm, pitch, tone, tones, wav

pytestmark = [
    pytest.mark.peer,
    pytest.mark.slow,
    pytest.mark.skipif(len(more()) < 2, reason="needs the extra: offhook[codecs]"),
]

CHIME_HZ, VOICE_HZ = 1000.0, 440.0


def voice(rate_hz: int) -> Pcm:
    at = np.arange(10 * rate_hz) / rate_hz
    return (9000 * np.sin(2 * np.pi * VOICE_HZ * at)).astype(np.int16)


@pytest.mark.parametrize(
    ("codec", "theirs", "rate_hz"), [("G722", "G722", 16_000), ("OPUS", "opus", 48_000)]
)
def test_baresip_talks_and_hears(tmp_path: Path, codec: str, theirs: str, rate_hz: int) -> None:
    async def story() -> None:
        own, server = tmp_path / "baresip", tmp_path / "server"
        own.mkdir()
        server.mkdir()
        sound = voice(rate_hz)
        async with (
            running_baresip(
                own, sound, user=CALLER, answers=False, codec=theirs, rate_hz=rate_hz
            ) as phone,
            running_site(server, trunk=phone.sip) as site,
        ):
            chime = Reply(wav(tone(CHIME_HZ, 1.0)), headers={"Content-Type": "audio/wav"})
            site.app.on("/chime.wav", chime)
            site.app.on(
                "/voice/initiate",
                "<StartRecording/><PlayAudio>/chime.wav</PlayAudio>"
                '<Pause duration="1"/><StopRecording/><Hangup/>',
            )
            call_id = await phone.call_in(site)
            await phone.wait("CALL_CLOSED")
            await site.wait_log(call_id, "media.connected", codec=codec)
            await site.wait_log(call_id, "media.voice", active=True)
            closed = await site.wait_log(call_id, "media.closed")
            assert closed.data["packets_lost"] == 0
            (heard,) = tones(await asyncio.to_thread(phone.heard), CHIME_HZ)
            assert 0.9 < heard.duration_s < 1.1
            (kept,) = (server / "recordings").rglob("*.wav")
            said = np.frombuffer(await asyncio.to_thread(kept.read_bytes), "<i2")[22:]
            assert abs(pitch(said[4000:12000]) - VOICE_HZ) < 3

    asyncio.run(story())
