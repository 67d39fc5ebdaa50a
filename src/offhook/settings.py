"""What can be configured: a struct a section (each key is explained in examples/offhook.toml).

Values become the directory's by `Settings.directory`; how they are read is the business of
`config`, and what they may look like that of `sections`.
"""

import random
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from offhook.directory import (
    VOICE,
    Account,
    Application,
    Directory,
    Number,
    SigningSecret,
    Trunk,
    User,
)
from offhook.hooks import Credentials, Hook, Target, is_loopback
from offhook.passwords import check_hash, hash_password
from offhook.phones import PhoneSettings, once, unopened
from offhook.sections import (
    AccountId,
    AnyPort,
    Method,
    Name,
    Port,
    Positive,
    Seconds,
    Secrets,
    Section,
    StunServer,
    Url,
    Uuid,
    networks,
)


class Server(Section, frozen=True, kw_only=True):
    """The HTTP side."""

    host: Name = "127.0.0.1"
    port: AnyPort = 8080
    base_url: Url | None = None


class Sip(Section, frozen=True, kw_only=True):
    """The SIP side: UDP and TCP on one port (RFC 3261 18)."""

    host: Name = "127.0.0.1"
    port: AnyPort = 5060
    advertised_host: Name | None = None
    realm: Name = "offhook"
    digests: Annotated[
        tuple[Literal["SHA-256", "MD5"], ...], Meta(min_length=1, description="one or both")
    ] = ("MD5",)


class Media(Section, frozen=True, kw_only=True):
    """The RTP side."""

    host: Name = "127.0.0.1"
    ports: Annotated[
        str, Meta(pattern=r"^\d{1,5}-\d{1,5}$", description='a range such as "20000-40000"')
    ] = "20000-40000"
    advertised_host: Name | None = None
    sockets: Literal["shared", "per-leg"] = "shared"
    realtime: bool = True
    workers: Annotated[int, Meta(ge=0, le=64, description="up to 64; 0: as many as pay")] = 0

    def __post_init__(self) -> None:
        low, high = self.first_port, self.last_port
        if not 1 <= low < high <= 65_535:
            raise ValueError(f"ports: {self.ports!r} is no range of ports")
        if self.workers > 1 and (high - low) // self.workers < 8:
            raise ValueError(f"ports: {self.ports!r} are too few for {self.workers} workers")

    @property
    def first_port(self) -> int:
        """The lowest RTP port."""
        return int(self.ports.partition("-")[0])

    @property
    def last_port(self) -> int:
        """The highest RTP port."""
        return int(self.ports.partition("-")[2])


class Store(Section, frozen=True, kw_only=True):
    """Where calls, logs and the outbox are kept."""

    url: Annotated[
        str,
        Meta(
            pattern=r"^(sqlite|postgresql(\+\w+)?)://",
            description="sqlite:///FILE or postgresql://…",
        ),
    ] = "sqlite:///offhook.sqlite3"


class Recordings(Section, frozen=True, kw_only=True):
    """Where the media of recordings is kept, and how long."""

    folder: Name | None = None
    keep_days: Annotated[float, Meta(gt=0, description="days, above 0")] = 30.0
    storage: Literal["folder", "s3"] = "folder"
    bucket: Name | None = None
    prefix: Annotated[
        str, Meta(pattern=r"^([\w.-]+(/[\w.-]+)*)?$", description="names between slashes")
    ] = ""
    endpoint: Url | None = None
    region: Name = "us-east-1"
    access_key_id: Name | None = None
    secret_access_key: Name | None = None
    path_style: bool = True
    allow_http: bool = False

    def __post_init__(self) -> None:
        if self.storage == "s3" and self.bucket is None:
            raise ValueError('bucket: is needed where storage is "s3"')
        if (self.access_key_id is None) != (self.secret_access_key is None):
            raise ValueError("secret_access_key: is needed with access_key_id, and the reverse")
        if self.endpoint and not self.http_allowed and self.endpoint.startswith("http:"):
            raise ValueError(
                "endpoint: would send recordings in the clear: use https, or set allow_http = true"
            )

    @property
    def http_allowed(self) -> bool:
        """Whether media may go in the clear: this machine hears itself anyway."""
        return self.allow_http or is_loopback(urlsplit(self.endpoint or "").hostname or "")


class Speech(Section, frozen=True, kw_only=True):
    """What is heard in what people say."""

    recognizer: Literal["auto", "none"] = "auto"


class Limits(Section, frozen=True, kw_only=True):
    """What protects this node."""

    in_flight: Positive = 1000
    calls: Positive = 2000
    load: Annotated[
        float, Meta(gt=0, le=1, description="a share above 0 and up to 1, which refuses nobody")
    ] = 0.9
    endpoints: Positive = 1000
    recently_ended_window_s: Seconds = 60.0
    drain_s: Seconds = 30.0


class Console(Section, frozen=True, kw_only=True):
    """The pages for browsers, on the port of the API."""

    enabled: bool = True
    login: Literal["auto", "always"] = "auto"


class Errors(Section, frozen=True, kw_only=True):
    """How errors read."""

    not_found_wording: Literal["classic", "detailed"] = "classic"


class WebRtc(Section, frozen=True, kw_only=True):
    """Where devices of endpoints find this server; needs offhook[webrtc]."""

    host: Name = "127.0.0.1"
    advertised_host: Name | None = None
    stun: StunServer | None = None

    @property
    def stun_server(self) -> tuple[str, int] | None:
        """Host and port of the STUN server."""
        host, _, port = (self.stun or "").partition(":")
        return (host, int(port)) if host else None


class Webhooks(Section, frozen=True, kw_only=True):
    """What Offhook may connect to on an application's word."""

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    ca_file: Name | None = None
    require_https_with_credentials: bool = True
    endpoint_events: Literal["devices", "flat"] = "devices"

    def __post_init__(self) -> None:
        networks("allow", self.allow)
        networks("deny", self.deny)


class Tokens(Section, frozen=True, kw_only=True):
    """Bearer tokens."""

    secret: (
        Annotated[str, Meta(min_length=32, description="32 random characters or more")] | None
    ) = None
    lifetime_s: Positive = 3600
    static: dict[Annotated[str, Meta(min_length=16)], Name] = {}  # noqa: RUF012  # a Struct copies it


class AccountSettings(Section, frozen=True, kw_only=True):
    """An account."""

    id: AccountId
    name: str = ""
    voice_enabled: bool = True
    suspended: bool = False
    allowed_networks: tuple[str, ...] = ()
    cps: Annotated[float, Meta(gt=0, description="calls per second, above 0")] = 5.0
    sessions: Positive = 100
    queueing: bool = True
    dequeue_rate: Annotated[float, Meta(gt=0, description="calls per second, above 0")] | None = (
        None
    )
    verify_from: bool = False

    def __post_init__(self) -> None:
        networks("allowed_networks", self.allowed_networks)

    def value(self) -> Account:
        """Return the directory's entry."""
        return Account(**msgspec.structs.asdict(self))


class UserSettings(Section, frozen=True, kw_only=True):
    """A user or API client."""

    name: Annotated[str, Meta(pattern=r"^[^:]+$", description="a name without a colon")]
    password: str | None = None
    password_hash: str | None = None
    accounts: tuple[AccountId, ...] = ()
    roles: tuple[Name, ...] = (VOICE,)
    enabled: bool = True

    def __post_init__(self) -> None:
        if (self.password is None) == (self.password_hash is None):
            raise ValueError("password: is needed, or password_hash, and not both")
        if self.password_hash is not None:
            try:
                check_hash(self.password_hash)
            except ValueError as error:
                raise ValueError(f"password_hash: {error}") from error

    def value(self, rng: random.Random) -> User:
        """Return the directory's entry; hashes a plain password, which takes a moment."""
        stored = self.password_hash or hash_password(self.password or "", rng)
        return User(self.name, stored, dict.fromkeys(self.accounts, self.roles), self.enabled)


class ApplicationSettings(Section, frozen=True, kw_only=True):
    """An application (rest.md 8)."""

    id: Uuid
    account: AccountId
    name: Name
    initiate_url: Url | None = None
    initiate_method: Method = "POST"
    initiate_fallback_url: Url | None = None
    initiate_fallback_method: Method = "POST"
    initiate_fallback_username: str | None = None
    initiate_fallback_password: str | None = None
    status_url: Url | None = None
    status_method: Method = "POST"
    status_fallback_url: Url | None = None
    status_fallback_method: Method = "POST"
    username: str | None = None
    password: str | None = None
    callback_timeout: Annotated[float, Meta(ge=1, le=25, description="seconds from 1 to 25")] = 15.0
    signing_secrets: Secrets = ()

    def secrets(self) -> list[SigningSecret]:
        """Return what its webhooks are signed with."""
        name = self.id.lower()
        return [
            SigningSecret(f"file-{name[:8]}-{place}", name, secret)
            for place, secret in enumerate(self.signing_secrets, 1)
        ]

    def value(self) -> Application:
        """Return the directory's entry."""
        own = _credentials(self.username, self.password)
        spare = _credentials(self.initiate_fallback_username, self.initiate_fallback_password)
        primary = _target(self.initiate_url, self.initiate_method, own)
        fallback = _target(self.initiate_fallback_url, self.initiate_fallback_method, spare)
        return Application(
            id=self.id.lower(),
            account_id=self.account,
            name=self.name,
            initiate=Hook(primary, fallback) if primary else None,
            status=_target(self.status_url, self.status_method, own),
            status_fallback=_target(self.status_fallback_url, self.status_fallback_method, own),
            callback_timeout_s=self.callback_timeout,
        )


class NumberSettings(Section, frozen=True, kw_only=True):
    """A telephone number or SIP user, and the application its calls go to."""

    number: Annotated[
        str, Meta(pattern=r"^\S+$", description="a number such as +12025550100, or a SIP user")
    ]
    application: Uuid

    def value(self) -> Number:
        """Return the directory's entry."""
        return Number(self.number, self.application.lower())


class TrunkSettings(Section, frozen=True, kw_only=True):
    """A SIP peer."""

    name: Name
    host: Name
    port: Port = 5060
    transport: Literal["udp", "tcp"] = "udp"
    username: str | None = None
    password: str | None = None
    allowed_sources: tuple[str, ...] = ()
    patterns: tuple[Name, ...] = ("*",)

    def __post_init__(self) -> None:
        networks("allowed_sources", self.allowed_sources)

    def value(self) -> Trunk:
        """Return the directory's entry."""
        return Trunk(**msgspec.structs.asdict(self))


class ContactSettings(Section, frozen=True, kw_only=True):
    """A number that the console's dialler offers."""

    number: Annotated[
        str, Meta(pattern=r"^\S+$", description="a number such as +12025550100, or a SIP URI")
    ]
    name: Name
    about: str = ""


class Settings(Section, frozen=True, kw_only=True):
    """The whole file."""

    server: Server = Server()
    sip: Sip = Sip()
    media: Media = Media()
    store: Store = Store()
    recordings: Recordings = Recordings()
    speech: Speech = Speech()
    limits: Limits = Limits()
    console: Console = Console()
    errors: Errors = Errors()
    webhooks: Webhooks = Webhooks()
    webrtc: WebRtc = WebRtc()
    tokens: Tokens = Tokens()
    accounts: tuple[AccountSettings, ...] = ()
    users: tuple[UserSettings, ...] = ()
    applications: tuple[ApplicationSettings, ...] = ()
    numbers: tuple[NumberSettings, ...] = ()
    trunks: tuple[TrunkSettings, ...] = ()
    phones: tuple[PhoneSettings, ...] = ()
    contacts: tuple[ContactSettings, ...] = ()

    def __post_init__(self) -> None:
        once("accounts", (account.id for account in self.accounts))
        once("users", (user.name for user in self.users))
        once("applications", (application.id.lower() for application in self.applications))
        once("numbers", (number.number for number in self.numbers))
        once("trunks", (trunk.name for trunk in self.trunks))
        once("phones", (phone.name for phone in self.phones))
        taken = [number.number for number in self.numbers]
        once("phones", [*taken, *(phone.number for phone in self.phones if phone.number)])
        if fault := unopened(self.phones, self.sip.digests):
            raise ValueError(f"phones: {fault}")

    def directory(self, rng: random.Random) -> Directory:
        """Return what the file says about accounts and the like; `rng` salts plain passwords."""
        return Directory(
            [account.value() for account in self.accounts],
            [user.value(rng) for user in self.users],
            [application.value() for application in self.applications],
            [number.value() for number in self.numbers],
            [trunk.value() for trunk in self.trunks],
            [secret for application in self.applications for secret in application.secrets()],
            [phone.value(self.sip.realm) for phone in self.phones],
        )


def _credentials(username: str | None, password: str | None) -> Credentials | None:
    return Credentials(username, password or "") if username is not None else None


def _target(url: str | None, method: str, credentials: Credentials | None) -> Target | None:
    return Target(url, method, credentials) if url is not None else None
