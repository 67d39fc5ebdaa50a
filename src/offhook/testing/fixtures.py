"""What a World holds at first: an account with a number, a trunk, and the sounds of the tests."""

import functools

import numpy as np

from offhook.directory import VOICE, Account, Application, Directory, Number, Trunk, User
from offhook.hooks import Hook, Target
from offhook.testing import sound
from offhook.testing.app import BASE, App

SERVER, TRUNK = "10.0.0.1", "10.0.0.2"  # addresses of the virtual network
TRUNK_NAME = "trunk.test"

ACCOUNT_ID = "9900000"
APPLICATION_ID = "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa"
USER, PASSWORD = "user", "secret"
HASHED = (  # the password, made as cheaply as scrypt can
    "scrypt$2$1$1$b2ZmaG9vay10ZXN0LWtpdA==$qfTUI1TRCF3A9uc/aQj1ki3yunv879vAFR71Efy4ysY="
)
NUMBER = "+12025550100"  # of the account
SIP_USER = "support"  # of the account, for who calls by SIP URI
PARTY = "+12025550143"  # of somebody at the far end of the trunk

API_URL = "https://voice.test"
ANSWER_URL = f"{BASE}/v/answer"
INITIATE_URL = f"{BASE}/v/init"
STATUS_URL = f"{BASE}/v/status"

T1_HZ, T3_HZ = 550.0, 1050.0  # what t1.* and t3.wav sound like
LEFT_HZ, RIGHT_HZ = 400.0, 900.0  # of st.wav


def directory() -> Directory:
    """Return the directory: one of everything, and limits that are out of the way."""
    initiate, status = Hook(Target(INITIATE_URL)), Target(STATUS_URL)
    return Directory(
        [Account(ACCOUNT_ID, "Test", cps=1000.0, sessions=10_000)],
        [User(USER, HASHED, {ACCOUNT_ID: (VOICE,)})],
        [Application(APPLICATION_ID, ACCOUNT_ID, "Test", initiate, status)],
        [Number(NUMBER, APPLICATION_ID), Number(SIP_USER, APPLICATION_ID)],
        [Trunk("trunk", TRUNK)],
    )


def serve(app: App) -> None:
    """Let the application serve the sound files that bxml.md 11 names, under every path."""
    for name, (body, content_type) in sound_files().items():
        app.file(name, body, Content_Type=content_type)


@functools.cache
def sound_files() -> dict[str, tuple[bytes, str]]:
    """Return the files, with their content types."""
    t1 = sound.tone(T1_HZ, 1)
    stereo = np.stack([sound.tone(LEFT_HZ, 1), sound.tone(RIGHT_HZ, 1)], axis=1)
    return {
        "t1.wav": (sound.wav(t1), "audio/wav"),
        "t3.wav": (sound.wav(sound.tone(T3_HZ, 3)), "audio/wav"),
        "t1.mp3": (sound.mp3(t1), "audio/mpeg"),
        "ulaw.wav": (sound.wav(t1, "ULAW"), "audio/wav"),
        "alaw.wav": (sound.wav(t1, "ALAW"), "audio/wav"),
        "st.wav": (sound.wav(stereo), "audio/wav"),
        "x.ogg": (sound.ogg(t1), "audio/ogg"),
    }
