"""What the operator configures: accounts, users, applications, numbers, trunks, phones,
signing secrets; and look-ups.

Values only: where they come from (TOML file, store) is the business of `config` and `store`.
Passwords are kept as hashes (`passwords.py`); a trunk's password, webhook credentials and
signing secrets must be used as they are, and are never logged.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from offhook.hooks import Hook, Target

VOICE = "voice"  # the role that opens the Voice API
OPERATOR = "operator"  # the role of who runs the server: he may change the directory in the console


@dataclass(frozen=True, slots=True)
class Account:
    """One tenant and its limits (rest.md 7 and 8)."""

    id: str  # digits
    name: str = ""
    voice_enabled: bool = True
    suspended: bool = False
    allowed_networks: tuple[str, ...] = ()  # CIDR; empty allows every source address
    cps: float = 5.0  # calls per second, both directions
    sessions: int = 100  # concurrent legs
    queueing: bool = True
    dequeue_rate: float | None = None  # calls per second; None means cps
    verify_from: bool = False  # refuse a `from` that is no number of the account

    @property
    def queue_capacity(self) -> int:
        """Five minutes of calls (rest.md 7); 0 with queueing off."""
        return int(self.cps * 300) if self.queueing else 0


@dataclass(frozen=True, slots=True)
class User:
    """A person or API client: user name and password, or client id and secret."""

    name: str
    password_hash: str = field(repr=False)
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict)  # account id -> roles
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Application:
    """What inbound calls run, and the billing identity of outbound ones (rest.md 8)."""

    id: str  # UUID
    account_id: str
    name: str
    initiate: Hook | None = None
    status: Target | None = None
    status_fallback: Target | None = None
    callback_timeout_s: float = 15.0


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number (E.164) or SIP user and the application its calls go to."""

    number: str
    application_id: str


@dataclass(frozen=True, slots=True)
class Trunk:
    """A SIP peer: where calls go out, and whom calls may come in from."""

    name: str
    host: str
    port: int = 5060
    transport: str = "udp"  # udp or tcp
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    allowed_sources: tuple[str, ...] = ()  # CIDR; empty means the host's own addresses
    patterns: tuple[str, ...] = ("*",)  # numbers it takes: prefix with a final `*`, or exact

    def takes(self, number: str) -> bool:
        """Whether this trunk carries calls to `number`."""
        return any(
            number.startswith(p[:-1]) if p.endswith("*") else number == p for p in self.patterns
        )


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone that registers here, and proves with a password that it is itself."""

    name: str  # SIP user
    secrets: Mapping[str, str] = field(repr=False, hash=False)  # algorithm -> hashed A1 (RFC 7616)
    number: str | None = None  # E.164: what it is called by, and calls as
    application_id: str | None = None  # for its calls to numbers of no application, and to it


@dataclass(frozen=True, slots=True)
class SigningSecret:
    """What the webhooks of an application are signed with (docs/signatures.md)."""

    id: str
    application_id: str
    secret: str = field(repr=False)
    created: float = 0.0  # seconds since the epoch; 0 for those of the file
    expires: float | None = None  # from then on nothing is signed with it

    def signs(self, now: float) -> bool:
        """Whether it is in use."""
        return self.expires is None or now < self.expires


class Directory:
    """All of the above, indexed. Immutable: a change builds a new one."""

    def __init__(  # noqa: PLR0913, PLR0917  # one for each table of the configuration
        self,
        accounts: Iterable[Account] = (),
        users: Iterable[User] = (),
        applications: Iterable[Application] = (),
        numbers: Iterable[Number] = (),
        trunks: Iterable[Trunk] = (),
        secrets: Iterable[SigningSecret] = (),
        phones: Iterable[Phone] = (),
    ) -> None:
        self.accounts = {account.id: account for account in accounts}
        self.users = {user.name: user for user in users}
        self.applications = {app.id.lower(): app for app in applications}
        self.numbers = {normal_number(number.number): number for number in numbers}
        self.trunks = {trunk.name: trunk for trunk in trunks}
        self.secrets = {secret.id: secret for secret in secrets}
        self.phones = {phone.name: phone for phone in phones}
        self._phones_by_number = {
            normal_number(phone.number): phone for phone in self.phones.values() if phone.number
        }
        self._secrets_of: dict[str, list[SigningSecret]] = {}
        for secret in sorted(self.secrets.values(), key=lambda each: -each.created):
            self._secrets_of.setdefault(secret.application_id.lower(), []).append(secret)

    def application(self, account_id: str, application_id: str) -> Application | None:
        """Return the account's application; UUIDs match in any case (errors.md 4.2)."""
        found = self.applications.get(application_id.lower())
        return found if found and found.account_id == account_id else None

    def application_for(self, called: str) -> Application | None:
        """Return the application an inbound call to this number or SIP user belongs to."""
        number = self.numbers.get(normal_number(called))
        return self.applications.get(number.application_id.lower()) if number else None

    def phone_for(self, called: str) -> Phone | None:
        """Return the phone that has this number, or this name."""
        return self._phones_by_number.get(normal_number(called)) or self.phones.get(called)

    def application_of(self, phone: Phone | None) -> Application | None:
        """Return the application that a phone's calls go to where no number says otherwise."""
        if phone is None or phone.application_id is None:
            return None
        return self.applications.get(phone.application_id.lower())

    def signing_secrets(self, application_id: str, now: float) -> list[str]:
        """Return what to sign an application's webhooks with now, the newest first."""
        secrets = self._secrets_of.get(application_id.lower(), ())
        return [each.secret for each in secrets if each.signs(now)]

    def owns_number(self, account_id: str, number: str) -> bool:
        """Whether the number's application belongs to the account."""
        found = self.application_for(number)
        return found is not None and found.account_id == account_id

    def trunk_for(self, number: str) -> Trunk | None:
        """Return the trunk with the longest pattern that takes this number."""
        candidates = [
            (max(len(p) for p in trunk.patterns if _matches(p, number)), trunk)
            for trunk in self.trunks.values()
            if trunk.takes(number)
        ]
        return max(candidates, key=lambda pair: pair[0])[1] if candidates else None


def merged(first: Directory, second: Directory) -> Directory:
    """Return both together; where they name the same thing, the second counts."""
    return Directory(
        (first.accounts | second.accounts).values(),
        (first.users | second.users).values(),
        (first.applications | second.applications).values(),
        (first.numbers | second.numbers).values(),
        (first.trunks | second.trunks).values(),
        (first.secrets | second.secrets).values(),
        (first.phones | second.phones).values(),
    )


def dangling(directory: Directory) -> list[str]:
    """Return a sentence for each name in a directory that leads nowhere."""
    faults = [
        f"user {user.name} belongs to account {account}, which does not exist"
        for user in directory.users.values()
        for account in user.roles
        if account not in directory.accounts
    ]
    faults += [
        f"application {app.id} belongs to account {app.account_id}, which does not exist"
        for app in directory.applications.values()
        if app.account_id not in directory.accounts
    ]
    faults += [
        f"number {number.number} leads to application {number.application_id}, which does not exist"
        for number in directory.numbers.values()
        if number.application_id.lower() not in directory.applications
    ]
    faults += [
        f"secret {each.id} is for application {each.application_id}, which does not exist"
        for each in directory.secrets.values()
        if each.application_id.lower() not in directory.applications
    ]
    faults += [
        f"phone {each.name} leads to application {each.application_id}, which does not exist"
        for each in directory.phones.values()
        if each.application_id and each.application_id.lower() not in directory.applications
    ]
    return faults


def _matches(pattern: str, number: str) -> bool:
    return number.startswith(pattern[:-1]) if pattern.endswith("*") else number == pattern


def normal_number(text: str) -> str:
    """Return E.164 for a telephone number with or without `+` and separators, else the text."""
    digits = re.sub(r"[\s().-]", "", text)
    return f"+{digits.lstrip('+')}" if re.fullmatch(r"\+?[1-9]\d{6,14}", digits) else text
