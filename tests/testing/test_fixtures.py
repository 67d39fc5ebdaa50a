"""The world's contents are as the conformance cases say."""

import io

import numpy as np
import pytest
import soundfile

from offhook.passwords import verify_password
from offhook.testing import fixtures, sound
from offhook.testing.app import App
from offhook.testing.loop import virtual
from offhook.webhooks.http import HttpRequest


def test_the_user_has_the_password() -> None:
    assert verify_password(fixtures.PASSWORD, fixtures.HASHED)


def test_the_number_leads_to_the_application_and_the_party_to_the_trunk() -> None:
    directory = fixtures.directory()
    application = directory.application_for(fixtures.NUMBER)
    trunk = directory.trunk_for(fixtures.PARTY)

    assert application is not None
    assert application.id == fixtures.APPLICATION_ID
    assert application.initiate is not None
    assert application.initiate.primary.url == "http://app.test/v/init"
    assert trunk is not None
    assert trunk.host == fixtures.TRUNK


@pytest.mark.parametrize(
    ("name", "duration_s", "pitch_hz"),
    [
        ("t1.wav", 1, fixtures.T1_HZ),
        ("t3.wav", 3, fixtures.T3_HZ),
        ("t1.mp3", 1, fixtures.T1_HZ),
        ("ulaw.wav", 1, fixtures.T1_HZ),
        ("alaw.wav", 1, fixtures.T1_HZ),
    ],
)
def test_each_file_sounds_right(name: str, duration_s: float, pitch_hz: float) -> None:
    @virtual
    async def story() -> None:
        app = App()
        fixtures.serve(app)
        request = HttpRequest("GET", f"http://m.test/a/{name}")
        response = await app.send(request, timeout_s=15, limit=10**6)
        samples, rate = soundfile.read(io.BytesIO(response.body), dtype="int16")

        assert response.headers["content-type"] in ("audio/wav", "audio/mpeg")
        assert len(samples) / rate == pytest.approx(duration_s, abs=0.15)
        assert sound.pitch(samples.astype(np.int16)) == pytest.approx(pitch_hz, abs=3)

    story()


@virtual
async def test_the_file_that_is_not_there_is_not_there() -> None:
    app = App()
    fixtures.serve(app)
    request = HttpRequest("GET", "http://app.test/v/404.wav")

    assert (await app.send(request, timeout_s=15, limit=10**6)).status == 404
