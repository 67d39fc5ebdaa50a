"""Where a network in a box lives: a folder with configuration and store, and its ports."""

import fcntl
import json
import os
import socket
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from offhook.beacon import Beacon
from offhook.dev.own import PersonaError, read
from offhook.dev.personas import PERSONAS, Persona
from offhook.testing.server import ACCOUNT, APP_NUMBER, APPLICATION, free_ports

HTTP_PORT = 8080
SIP_PORT = 5060
PHONES_PORT = 5070
USER, PASSWORD = "dev", "dev"  # of a server that only this machine can reach

CONFIG = """# Written by `offhook dev` at each start: changes made here are lost.
[server]
port = {http}

[sip]
port = {sip}

[media]
ports = "20000-32000"

[store]
url = "{store}"

[limits]
drain_s = 2
load = 1.0  # a laptop has other things to do

[[accounts]]
id = "{account}"
name = "dev"
cps = 50
sessions = 250

[[users]]
name = "{user}"
password = "{password}"
accounts = ["{account}"]

[[applications]]
id = "{application}"
account = "{account}"
name = "dev"
initiate_url = "{app_url}/voice/initiate"
status_url = "{app_url}/voice/status"

[[numbers]]
number = "{number}"
application = "{application}"

[[trunks]]
name = "phones"
host = "127.0.0.1"
port = {phones}

[[applications]]
id = "{switchboard}"
account = "{account}"
name = "switchboard"
initiate_url = "{switchboard_url}"
"""

SOFTPHONE = """
[[phones]]
name = "{name}"
password = "{password}"
number = "{number}"
application = "{switchboard}"
"""
SWITCHBOARD = "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1ab"  # connects softphones with everybody else


@dataclass(frozen=True, slots=True)
class Softphone:
    """A telephone of your own that may register."""

    name: str
    number: str
    password: str = PASSWORD


SOFTPHONES = (
    Softphone("softphone", "+12025550190"),
    Softphone("softphone2", "+12025550191"),
)


class DevError(Exception):
    """The network cannot be started or used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Site:
    """Folder, ports, and the app's base URL."""

    folder: Path
    http: int
    sip: int
    phones: int
    app_url: str
    own_url: str  # of the apps that come with the network
    personas: tuple[Persona, ...] = PERSONAS

    @property
    def config(self) -> Path:
        """The server's configuration file."""
        return self.folder / "offhook.toml"

    @property
    def store_url(self) -> str:
        """The server's database."""
        return f"sqlite:///{self.folder}/offhook.sqlite3"

    @property
    def url(self) -> str:
        """The server's base URL."""
        return f"http://127.0.0.1:{self.http}"

    @property
    def beacon(self) -> Beacon:
        """What other commands are told while this process runs."""
        return Beacon(
            pid=os.getpid(),
            url=self.url,
            config=str(self.config),
            account=ACCOUNT,
            user=USER,
            password=PASSWORD,
            application=APPLICATION,
            number=APP_NUMBER,
            app_url=self.app_url,
        )

    @property
    def console(self) -> str:
        """The console's first page."""
        return f"{self.url}/console/"

    def write(self) -> None:
        """Write the configuration file."""
        text = CONFIG.format(
            http=self.http,
            sip=self.sip,
            phones=self.phones,
            store=self.store_url,
            account=ACCOUNT,
            user=USER,
            password=PASSWORD,
            application=APPLICATION,
            number=APP_NUMBER,
            app_url=self.app_url,
            switchboard=SWITCHBOARD,
            switchboard_url=f"{self.own_url}/switchboard",
        )
        for phone in SOFTPHONES:
            text += SOFTPHONE.format(switchboard=SWITCHBOARD, **asdict(phone))
        self.config.write_text(text + contacts(self.personas))


def contacts(personas: Iterable[Persona] = PERSONAS) -> str:
    """Return TOML by which the console's dialler offers the telephones."""
    return "".join(
        f"\n[[contacts]]\nnumber = {json.dumps(each.numbers[0])}\n"
        f"name = {json.dumps(each.name)}\nabout = {json.dumps(_about(each))}\n"
        for each in personas
    )


def _about(persona: Persona) -> str:
    """Return what a persona does, and where there are more of its kind."""
    numbers = persona.numbers
    more = f" (to {numbers[-1][-4:]})" if len(numbers) > 1 else ""
    return f"{persona.does}{more}"


def everybody(path: Path | None) -> tuple[Persona, ...]:
    """Return all personas, those of a file of one's own too; raises DevError."""
    if path is None:
        return PERSONAS
    taken = [Persona(range(0), "your app", "", own_number=APP_NUMBER), *PERSONAS]
    taken += [Persona(range(0), each.name, "", own_number=each.number) for each in SOFTPHONES]
    try:
        return (*PERSONAS, *read(path, taken))
    except PersonaError as error:
        raise DevError(str(error)) from error


@contextmanager
def held(folder: Path) -> Iterator[Path]:
    """Make a folder, kept out of git, and hold it alone; raises DevError when it is in use."""
    folder = folder.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".gitignore").write_text("*\n")
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise DevError(f"{folder} cannot be used: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DevError(
                f"`offhook dev` already runs in {folder}: stop it, or choose another --folder"
            ) from None
        yield folder


@contextmanager
def turn() -> Iterator[None]:
    """Wait until no other network of this user is starting: ports are chosen, then opened."""
    path = Path(tempfile.gettempdir()) / f"offhook-dev-{os.getuid()}.lock"
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def http_port(wanted: int | None) -> int:
    """Return the port wanted, or the usual one or a free one; raises DevError if it is taken."""
    if wanted is None:
        return usual(HTTP_PORT)
    if not is_free(wanted):
        raise DevError(f"port {wanted} is taken: choose another --port, or leave it out")
    return wanted


def usual(port: int) -> int:
    """Return a port if it is free, else another one that is."""
    return port if is_free(port) else free_ports(1)[0]


def is_free(port: int) -> bool:
    """Whether nobody has a port of loopback, neither UDP nor TCP."""
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:  # as servers do: what closed a moment ago is free
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
