"""Phones that register: what the configuration says of them (docs/phones.md)."""

import hashlib
from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from offhook.directory import Phone
from offhook.sections import Name, Section, Uuid

MD5, SHA_256 = "MD5", "SHA-256"


class PhoneSettings(Section, frozen=True, kw_only=True):
    """A telephone that registers with a password."""

    name: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9._+-]{1,64}$",
            description="a SIP user: up to 64 letters, digits and . _ + -",
        ),
    ]
    password: Name | None = None
    ha1_md5: (
        Annotated[
            str,
            Meta(pattern=r"^[0-9a-fA-F]{32}$", description="MD5 of name:realm:password, in hex"),
        ]
        | None
    ) = None
    ha1_sha256: (
        Annotated[
            str,
            Meta(
                pattern=r"^[0-9a-fA-F]{64}$", description="SHA-256 of name:realm:password, in hex"
            ),
        ]
        | None
    ) = None
    number: (
        Annotated[
            str, Meta(pattern=r"^\+[1-9][0-9]{6,14}$", description="a number such as +12025550190")
        ]
        | None
    ) = None
    application: Uuid | None = None

    def __post_init__(self) -> None:
        hashed = self.ha1_md5 is not None or self.ha1_sha256 is not None
        if (self.password is not None) == hashed:
            raise ValueError("password: is needed, or ha1_md5 or ha1_sha256, and not both")

    def value(self, realm: str) -> Phone:
        """Return the directory's entry; the password itself is not kept."""
        secrets = {MD5: self.ha1_md5, SHA_256: self.ha1_sha256}
        if self.password is not None:
            text = f"{self.name}:{realm}:{self.password}".encode()
            secrets = {
                MD5: hashlib.md5(text, usedforsecurity=False).hexdigest(),
                SHA_256: hashlib.sha256(text).hexdigest(),
            }
        known = {name: secret.lower() for name, secret in secrets.items() if secret is not None}
        return Phone(self.name, known, self.number, self.application and self.application.lower())


def unopened(phones: Iterable[PhoneSettings], digests: Iterable[str]) -> str | None:
    """Say which phone could not log in, because all are asked in the same way."""
    for phone in phones:
        if phone.password is not None:
            continue
        known = {MD5: phone.ha1_md5, SHA_256: phone.ha1_sha256}
        for digest in digests:
            if known[digest] is None:
                key = "ha1_md5" if digest == MD5 else "ha1_sha256"
                return f"{phone.name!r} needs {key}: [sip] digests has {digest!r}"
    return None


def once(key: str, names: Iterable[str]) -> None:
    """Raise ValueError for the first name that is there twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{key}: {name!r} is there twice: remove one of them")
        seen.add(name)
