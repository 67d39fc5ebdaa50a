"""baresip as a peer: a telephone of somebody else's making, that talks, listens and has keys."""

import asyncio
import contextlib
import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from tests.interop.sipp import HOST, program
from tests.interop.site import PATIENCE_S, POLL_S, Site

from offhook.dev.site import is_free
from offhook.scopes import background
from offhook.testing.server import free_ports
from offhook.testing.sound import Pcm, wav

MODULES = Path("/usr/lib/baresip/modules")
CONFIG = """
poll_method poll
sip_listen {host}:{sip}
net_interface {host}
audio_source aufile,{folder}/voice.wav
audio_path {folder}
rtp_stats yes
rtp_ports {rtp}-{last_rtp}
snd_path {folder}
ctrl_tcp_listen {host}:{control}
module_path {modules}
module {speaks}.so
opus_stereo no
opus_sprop_stereo no
module sndfile.so
module aufile.so
module account.so
module menu.so
module_app ctrl_tcp.so
"""
SPEAKS = {"G722": "g722", "opus": "opus"}  # modules of codecs
HEADER = 44  # bytes of the files that it writes what it hears to
ACCOUNT = "<sip:{aor}>;audio_codecs={codec};{more}\n"


@dataclass(frozen=True, slots=True)
class Registers:
    """Where a telephone registers, and with what."""

    port: int
    password: str
    transport: str = "udp"
    every_s: int = 60


@dataclass
class Baresip:
    """A running one, spoken to over its control port (netstrings of JSON)."""

    folder: Path
    user: str
    sip: int
    writer: asyncio.StreamWriter
    events: list[dict[str, Any]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def uri(self) -> str:
        """Where it is called."""
        return f"sip:{self.user}@{HOST}:{self.sip}"

    def command(self, name: str, parameters: str = "") -> None:
        """Have it do something."""
        body = json.dumps({"command": name, "params": parameters}).encode()
        self.writer.write(b"%d:%b," % (len(body), body))

    async def call_in(self, site: Site) -> str:
        """Call the server's number; returns the call's id."""
        count = len(site.app.events("initiate")) + 1
        self.command("dial", f"sip:{site.server.number}@{HOST}:{site.server.sip}")
        call_id: str = (await site.told("initiate", count))["callId"]
        return call_id

    async def wait(self, kind: str) -> dict[str, Any]:
        """Wait for a kind of event, such as CALL_ESTABLISHED."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not (found := [e for e in self.events if e.get("type") == kind]):
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            raise AssertionError(f"no {kind} in {self.events}\n{log(self.folder)}") from None
        return found[0]

    def heard_so_far(self) -> Pcm:
        """Return what has come out of its decoder while the call goes on."""
        found = list(self.folder.glob("dump-*dec.wav"))
        sound = found[0].read_bytes()[HEADER:] if found else b""  # its length is not told yet
        return np.frombuffer(sound[: len(sound) // 2 * 2], np.int16)

    def heard(self) -> Pcm:
        """Return what came out of its decoder in its last call; complete when that is closed."""
        *_, path = sorted(self.folder.glob("dump-*dec.wav"))
        sound, rate = soundfile.read(path, dtype="int16", always_2d=True)
        pcm: Pcm = np.ascontiguousarray(sound[:: rate // 8000, 0])
        return pcm

    def packets_received(self) -> int:
        """Return how many RTP packets came in; known when the call is closed."""
        found = re.search(r"packets: +[0-9]+ +([0-9]+)", log(self.folder))
        assert found is not None, log(self.folder)
        return int(found[1])

    async def listen(self, reader: asyncio.StreamReader) -> None:
        """Take in what it tells until it ends."""
        with contextlib.suppress(asyncio.IncompleteReadError):
            while size := (await reader.readuntil(b":"))[:-1]:
                message = json.loads((await reader.readexactly(int(size) + 1))[:-1])
                self.events.append(message)
                self.changed.set()


def log(folder: Path) -> str:
    """What it said."""
    return (folder / "baresip.log").read_text(errors="replace")[-3000:]


@asynccontextmanager
async def running_baresip(
    folder: Path,
    voice: Pcm,
    *,
    user: str,
    answers: bool,
    codec: str = "PCMU",
    registers: Registers | None = None,
    rate_hz: int = 8000,
) -> AsyncIterator[Baresip]:
    """Start a telephone that says `voice`, of a rate that its codec has, whenever it talks."""
    sip, (control, rtp) = _two_in_a_row(), free_ports(2)
    more = f"answermode={'auto' if answers else 'manual'};"
    if registers is None:
        aor, more = f"{user}@{HOST}:{sip}", f"{more}regint=0"
    else:
        aor = f"{user}@{HOST}:{registers.port};transport={registers.transport}"
        more += f"auth_user={user};auth_pass={registers.password};regint={registers.every_s}"
    (folder / "voice.wav").write_bytes(wav(voice, rate_hz=rate_hz))
    text = CONFIG.format(
        host=HOST,
        sip=sip,
        folder=folder,
        rtp=rtp,
        last_rtp=rtp + 10,
        control=control,
        modules=MODULES,
        speaks=SPEAKS.get(codec, "g711"),
    )
    (folder / "config").write_text(text)
    account = ACCOUNT.format(aor=aor, codec=codec, more=more)
    (folder / "accounts").write_text(account)
    with (folder / "baresip.log").open("wb") as output:  # opened once, before
        process = await asyncio.create_subprocess_exec(
            *(program("baresip"), "-f", str(folder)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
            env=os.environ | {"HOME": str(folder)},
        )
    try:
        reader, writer = await _control(control, folder)
        phone = Baresip(folder, user, sip, writer)
        try:
            async with background(phone.listen(reader)):
                yield phone
        finally:
            writer.close()
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def _two_in_a_row() -> int:
    """Return a free port before another one: it wants to take TLS on that."""
    while not is_free((port := free_ports(1)[0]) + 1):
        pass
    return port


async def _control(port: int, folder: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to the control port as soon as it is there."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    return await asyncio.open_connection(HOST, port)
                except OSError:
                    await asyncio.sleep(POLL_S)
    except TimeoutError:
        raise AssertionError(f"baresip does not start:\n{log(folder)}") from None
