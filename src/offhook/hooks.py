"""Where to send a webhook: the attribute family of webhooks.md 8 and its URL resolution (2.2)."""

from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit


@dataclass(frozen=True, slots=True)
class Credentials:
    """HTTP Basic credentials."""

    username: str
    password: str = field(default="", repr=False)  # it must not get into a log by mistake


def is_loopback(host: str) -> bool:
    """Whether what is sent to a host stays on this machine."""
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761 6.3
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Target:
    """One address to ask: URL (absolute, or relative until resolved), method and credentials."""

    url: str
    method: str = "POST"
    credentials: Credentials | None = None

    def resolve(self, base: str | None) -> "Target":
        """Return this target with an absolute URL (RFC 3986 5); credentials stay their own."""
        return replace(self, url=urljoin(base, self.url)) if base else self


@dataclass(frozen=True, slots=True)
class Hook:
    """A synchronous webhook's primary target and its fallback."""

    primary: Target
    fallback: Target | None = None

    def resolve(self, base: str | None) -> "Hook":
        """Return this hook with absolute URLs."""
        return Hook(self.primary.resolve(base), self.fallback and self.fallback.resolve(base))


def is_relative(url: str) -> bool:
    """Whether a URL means nothing without a base."""
    return not urlsplit(url).scheme
