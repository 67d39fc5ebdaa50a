"""What an INVITE says about its call beside the addresses (webhooks.md 7.1): pure readers.

All take the headers of an `IncomingCall`. What is malformed is left out: none of it is worth a
call.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping

from offhook.directory import normal_number
from offhook.sip.grammar import SipSyntaxError, split_list
from offhook.sip.headers import NameAddr

Headers = Mapping[str, tuple[str, ...]]

_VERSTAT = re.compile(r"verstat=\"?(TN-Validation-(?:Passed|Failed)|No-TN-Validation)", re.I)


def diversion(headers: Headers) -> dict[str, str] | None:
    """Return who the call was diverted from: the most recent, topmost entry (RFC 5806 4.2)."""
    try:
        entries = split_list(", ".join(headers.get("diversion", ())))
        if not entries:
            return None
        party = NameAddr.parse(entries[0])
    except SipSyntaxError:
        return None
    fields = {"origTo": normal_number((party.uri.user or str(party.uri)).partition(";")[0])}
    return fields | {name: value or "" for name, value in party.params.items()}


def stir_shaken(headers: Headers) -> dict[str, str] | None:
    """Return what the trunk found out about the caller's identity, and what the caller claims.

    The verdict is the trunk's `verstat` (3GPP TS 24.229 7.2A.20); attestation and origin come from
    the PASSporT of the Identity header (RFC 8588), which the trunk has verified.
    """
    fields: dict[str, str] = {}
    for name in ("p-asserted-identity", "from"):
        if found := _VERSTAT.search(", ".join(headers.get(name, ()))):
            fields["verstat"] = found[1]
            break
    claims = _claims(headers.get("identity", ("",))[0])
    for claim, field in (("attest", "attestationIndicator"), ("origid", "originatingId")):
        if isinstance(value := claims.get(claim), str) and value.isprintable():
            fields[field] = value
    return fields or None


def _claims(identity: str) -> dict[str, object]:
    """Read the payload of a PASSporT (RFC 8225 3) without checking its signature."""
    parts = identity.partition(";")[0].strip().split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def user_to_user(headers: Headers) -> str | None:
    """Return the User-to-User values as received, joined by commas (RFC 7433)."""
    return ",".join(headers.get("user-to-user", ())) or None


def customer_headers(headers: Headers) -> dict[str, str]:
    """Return the `X-` headers, the last value of each."""
    return {name: values[-1] for name, values in headers.items() if name.startswith("x-")}
