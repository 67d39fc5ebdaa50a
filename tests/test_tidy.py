"""Style as a test: the import law, sizes, and files that must stay pure (docs/design.md)."""

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).parent.parent / "src" / "offhook"
MODULES = sorted(SRC.rglob("*.py"))

# Who may import whom: a package may import those further right, and root files (design.md 6).
LAYERS = {
    "demo": 0,
    "dev": 0,
    "capacity": 0,
    "recipes": 0,
    "doctor": -1,  # looks at what `serving` starts
    "remote": 0,
    "replay": 0,
    "serving": 0,
    "api": 1,
    "console": 1,
    "calls": 2,
    "lint": 2,
    "webhooks": 3,
    "sip": 3,
    "media": 3,
    "speech": 3,
    "store": 3,
    "webrtc": 3,
    "explain": 3,
    "cluster": 3,
    "verbs": 3,
}
# Composition roots: may import everything.
ROOFS = {
    "app.py",
    "cli.py",
    "cli_bench.py",
    "cli_call.py",
    "cli_dev.py",
    "cli_doctor.py",
    "cli_errors.py",
    "cli_explain.py",
    "cli_lint.py",
    "cli_replay.py",
    "cli_signature.py",
    "cli_tail.py",
    "cli_webhooks.py",
    "__main__.py",
}
PURE = [
    "clock.py",  # the one that reads the clock reads nothing else
    "sip/grammar.py",
    "sip/uri.py",
    "sip/headers.py",
    "sip/message.py",
    "sip/transactions.py",
    "sip/dialog.py",
    "sip/session.py",
    "sip/stack.py",
    "sip/core.py",
    "sip/digest.py",
    "sip/nonces.py",
    "sip/strikes.py",
    "sip/verifier.py",
    "sip/bindings.py",
    "sip/registrar.py",
    "sip/gate.py",
    "sip/fields.py",
    "sip/inbound.py",
    "sip/outbound.py",
    "sip/reasons.py",
    "sip/timers.py",
    "sip/sdp.py",
    "sip/offer.py",
    "media/engine.py",
    "media/inbound.py",
    "media/rtp.py",
    "media/rtcp.py",
    "media/jitter.py",
    "media/rooms.py",
    "media/sums.py",
    "media/switch.py",
    "media/dtmf.py",
    "media/tones.py",
    "media/detect.py",
    "calls/state.py",
]
IMPURE = {"asyncio", "socket", "threading", "uvloop", "aiohttp", "subprocess"}


def imports(tree: ast.AST) -> set[str]:
    """Dotted names of all modules that a tree imports."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def layer(module: str) -> str | None:
    """`offhook.sip.stack` -> `sip`; None for root files and foreign modules."""
    parts = module.split(".")
    return parts[1] if parts[0] == "offhook" and len(parts) > 1 and parts[1] in LAYERS else None


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SRC)))
def test_module_is_tidy(path: Path) -> None:
    """One test a module, all its faults at once."""
    text = path.read_text()
    tree = ast.parse(text)
    faults: list[str] = []
    if text.strip() and not ast.get_docstring(tree):
        faults.append("no module docstring")
    if len(text.splitlines()) > 400:
        faults.append(f"{len(text.splitlines())} lines: at most 400")
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > 50:
                faults.append(f"{node.name} has {size} lines: at most 50")

    assert not faults


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SRC)))
def test_module_obeys_the_import_law(path: Path) -> None:
    """Layers look down only; root files import no layer; siblings do not know each other."""
    relative = path.relative_to(SRC)
    if (relative.name in ROOFS and len(relative.parts) == 1) or relative.parts[0] == "testing":
        return
    own = relative.parts[0] if len(relative.parts) > 1 else None
    forbidden = []
    for name in imports(ast.parse(path.read_text())):
        other = layer(name)
        if other is None or other == own:
            continue
        if own is None or LAYERS[other] <= LAYERS[own]:
            forbidden.append(name)

    assert not forbidden


@pytest.mark.parametrize("name", PURE)
def test_pure_module_knows_no_socket_and_no_loop(name: str) -> None:
    """Protocol cores are sans-IO."""
    path = SRC / name
    found = {module.split(".")[0] for module in imports(ast.parse(path.read_text()))} & IMPURE

    assert not found


def only_declares(path: Path) -> bool:
    """Whether a module holds no code: constants, dataclasses and protocols need no test."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = [each for each in node.body if not _is_constant(each)]
            if body:
                return False
    return True


def _is_constant(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def test_every_module_has_its_own_test_file() -> None:
    """`src/offhook/sip/uri.py` is covered by `tests/sip/test_uri.py`."""
    tests = Path(__file__).parent
    untested = []
    for path in MODULES:
        relative = path.relative_to(SRC)
        if relative.name in ("__init__.py", "__main__.py") or relative.parts[0] == "demo":
            continue  # the demo is run as a whole by tests/interop/test_demo.py
        if relative.parts[0] == "recipes":
            continue  # all of them are run by tests/interop/test_error_catalogue.py
        if (tests / relative.parent / f"test_{relative.name}").exists() or only_declares(path):
            continue
        untested.append(str(relative))

    assert not untested
