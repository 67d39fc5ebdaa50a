"""Rules of this machine's firewall (nftables, iptables), as far as they are about ports.

Only what decides on new packets that come in is read: base chains of the hook `input`. A rule that
asks for more than protocol and port (a source, an interface, a state) counts as one for some
packets; a jump to another chain is not followed, and counts as not known.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

READ_S = 10.0
FAMILIES = ("inet", "ip")  # of tables: those that IPv4 passes
FINAL = {"accept": True, "drop": False, "reject": False}
ELSEWHERE = {"jump", "goto", "vmap", "xt"}  # another chain, a map, a target of iptables
VERDICTS = {"ACCEPT": True, "DROP": False, "REJECT": False}


class Passage(StrEnum):
    """What becomes of a packet from anywhere."""

    OPEN = "open"
    CLOSED = "closed"
    PARTLY = "partly"  # let in from some sources or on some interfaces, perhaps
    UNKNOWN = "unknown"  # another chain decides


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it is about, and what it says."""

    protocol: str | None = None  # udp or tcp; None: all
    ports: tuple[tuple[int, int], ...] = ()  # ranges; none: all
    partly: bool = False  # it asks for more than that
    accepts: bool | None = None  # None: another chain says

    def meets(self, protocol: str, port: int) -> bool:
        """Whether a packet can be meant."""
        about = self.protocol in (None, protocol)
        return about and (not self.ports or any(low <= port <= high for low, high in self.ports))


@dataclass(frozen=True, slots=True)
class Chain:
    """The rules for packets that come in, in order."""

    name: str
    rules: tuple[Rule, ...]
    accepts: bool  # its policy, for what no rule decides

    def passage(self, protocol: str, port: int) -> Passage:
        """Return what becomes of new packets to a port."""
        partly = Passage.CLOSED
        for rule in self.rules:
            if not rule.meets(protocol, port):
                continue
            if rule.accepts is None:
                partly = Passage.UNKNOWN
            elif not rule.partly:
                return Passage.OPEN if rule.accepts else partly
            elif rule.accepts and partly is Passage.CLOSED:
                partly = Passage.PARTLY
        return Passage.OPEN if self.accepts else partly


def read() -> list[Chain] | None:
    """Return the chains in force; None where they cannot be read (no program, no permission)."""
    new, old = _output("nft", "-j", "list", "ruleset"), _output("iptables-save")
    if not new and not old:
        return None
    chains = nftables(json.loads(new)) if new else []
    return [*chains, iptables(old)] if old else chains  # both may be in force


def program(name: str) -> str | None:
    """Return the path of a program, also of one that is for administrators."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def _output(*command: str) -> str:
    found = program(command[0])
    if found is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603  # of the system, with arguments of ours
            [found, *command[1:]], capture_output=True, text=True, timeout=READ_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def nftables(ruleset: dict[str, Any]) -> list[Chain]:
    """Return the chains of `nft -j list ruleset`."""
    items = ruleset.get("nftables", [])
    chains = [each["chain"] for each in items if "chain" in each]
    bases = [each for each in chains if each.get("hook") == "input" and each["family"] in FAMILIES]
    found = []
    for base in bases:
        key = (base["family"], base["table"], base["name"])
        rules = [each["rule"] for each in items if "rule" in each]
        mine = [r for r in rules if (r["family"], r["table"], r["chain"]) == key]
        name = f"{base['family']} {base['table']} {base['name']}"
        policy = base.get("policy", "accept") == "accept"
        found.append(Chain(name, tuple(_nft_rules(mine)), policy))
    return found


def _nft_rules(rules: Iterable[dict[str, Any]]) -> Iterator[Rule]:
    for rule in rules:
        about = Rule()
        for expression in rule.get("expr", []):
            verdicts = [word for word in FINAL if word in expression]
            if match := expression.get("match"):
                about = _narrowed(about, match)
            elif expression.get("xt", {}).get("type") == "match":
                about = replace(about, partly=True)  # of iptables-nft: it tells nothing more
            elif verdicts:
                yield replace(about, accepts=FINAL[verdicts[0]])
            elif expression.keys() & ELSEWHERE:
                yield about


def _narrowed(about: Rule, match: dict[str, Any]) -> Rule:
    """Return what a rule is about once it asks for this as well."""
    if (place := _nft_ports(match)) is not None:
        return replace(about, protocol=place[0], ports=place[1])
    if (protocol := _nft_protocol(match)) is not None:
        return replace(about, protocol=protocol)
    return replace(about, partly=True)


def _nft_ports(match: dict[str, Any]) -> tuple[str, tuple[tuple[int, int], ...]] | None:
    payload = match["left"].get("payload", {}) if isinstance(match["left"], dict) else {}
    if payload.get("field") != "dport" or match.get("op") not in ("==", "in"):
        return None
    right = match["right"]
    wanted = right["set"] if isinstance(right, dict) and "set" in right else [right]
    ranges = tuple(filter(None, map(_nft_range, wanted)))
    if len(ranges) < len(wanted):
        return None  # a set with a name, whose members stand elsewhere
    return payload.get("protocol", "th"), ranges


def _nft_range(value: Any) -> tuple[int, int] | None:
    match value:
        case int():
            return value, value
        case {"range": [int() as low, int() as high]}:
            return low, high
        case _:
            return None


def _nft_protocol(match: dict[str, Any]) -> str | None:
    left, right = match["left"], match["right"]
    if not isinstance(left, dict) or not isinstance(right, str) or match.get("op") != "==":
        return None
    meta = left.get("meta", {}).get("key") == "l4proto"
    field = left.get("payload", {}).get("field") in ("protocol", "nexthdr")
    return right if meta or field else None


_POLICY = re.compile(r"^:INPUT (\w+)", re.MULTILINE)
_RULE = re.compile(r"^-A INPUT (.*)$", re.MULTILINE)
_KNOWN = {"-p", "-m", "-j", "-g", "--dport", "--dports", "--reject-with", "--comment"}


def iptables(text: str) -> Chain:
    """Return the chain INPUT of `iptables-save`."""
    table = text.partition("*filter")[2].partition("COMMIT")[0]
    policy = _POLICY.search(table)
    rules = [_iptables_rule(line.split()) for line in _RULE.findall(table)]
    return Chain("INPUT", tuple(filter(None, rules)), policy is None or policy[1] == "ACCEPT")


def _iptables_rule(words: Sequence[str]) -> Rule | None:
    options = {name: words[at + 1] for at, name in enumerate(words[:-1]) if name[:1] == "-"}
    target = options.get("-j") or options.get("-g")
    if target is None or target in ("LOG", "NFLOG", "MARK", "RETURN"):
        return None
    ports = options.get("--dport") or options.get("--dports") or ""
    ranges = [each.partition(":") for each in filter(None, ports.split(","))]
    return Rule(
        options.get("-p"),
        tuple((int(low), int(high or low)) for low, _, high in ranges),
        "!" in words or bool(options.keys() - _KNOWN),
        VERDICTS.get(target),
    )
