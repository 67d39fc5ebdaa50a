"""`offhook call` and `offhook tail` beside a running `offhook dev`, as somebody types them."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.dev.test_run import Network, network
from tests.remote.script import scripted

from offhook import beacon
from offhook.cli import main
from offhook.remote.finding import PASSWORD, USER

LIMIT_S = 60
LONG = "<Response><Pause duration='60'/></Response>"
HANGUP = "<Response><Hangup/></Response>"


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    runtime = tmp_path_factory.mktemp("runtime")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(beacon.RUNTIME, str(runtime))
        with network(tmp_path_factory.mktemp("box")) as made:
            yield made


def start(*arguments: str) -> "subprocess.Popen[str]":
    code = [
        "import signal",
        f"signal.alarm({2 * LIMIT_S})",
        "signal.signal(signal.SIGINT, signal.default_int_handler)",  # ignored in the background
        "from offhook.cli import main",
        "main()",
    ]
    return subprocess.Popen(
        [sys.executable, "-c", "; ".join(code), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
    )


def run(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
    with start(*arguments) as process:
        out, err = process.communicate(stdin, LIMIT_S)
    return process.returncode, out, err


@pytest.mark.slow
def test_a_call_needs_no_option_and_is_told_to_its_end(box: Network) -> None:
    code, out, err = run("call", "+12025550105")  # who answers and hangs up after 3 seconds

    assert (code, err) == (0, "")
    for told in (
        r"^c-[0-9a-f-]+$",
        r"--> INVITE sip:\+12025550105",
        r"answer POST http://\S+/voice/answer: 200",
        r"verb   Gather",
        r"<-- BYE",
        r"disconnect POST http://\S+/voice/status: 200",
    ):
        assert re.search(told, out, re.MULTILINE), out
    assert out.splitlines()[-2:] == ["ended: hangup", "why: +12025550105 hung up."]


@pytest.mark.slow
def test_a_document_of_ones_own_is_run(box: Network, tmp_path: Path) -> None:
    file = tmp_path / "hello.xml"
    file.write_text("<Response><Pause duration='0.1'/><Hangup/></Response>")
    told = []
    for bxml, stdin in ((str(file), ""), ("-", HANGUP)):
        code, out, err = run("call", "+12025550102", "--bxml", bxml, "--json", stdin=stdin)
        assert code == 0, err
        *events, result = map(json.loads, out.splitlines())
        told.append([e["data"]["verb"] for e in events if e["kind"] == "verb.started"])
        assert result["cause"] == "hangup"
        assert [e["number"] for e in events] == list(range(1, len(events) + 1))

    assert told == [["Pause", "Hangup"], ["Hangup"]]


@pytest.mark.slow
def test_another_end_than_a_hang_up_has_its_own_status_and_reason(box: Network) -> None:
    code, out, _ = run("call", "+12025550110", "--bxml", HANGUP)

    assert code == 3
    assert "ended: busy (Callee is busy)" in out
    assert "why: +12025550110 was busy" in out
    assert "reference: docs/errors/callee-busy.md" in out


@pytest.mark.slow
def test_an_interrupt_completes_the_call_while_a_tail_looks_on(box: Network) -> None:
    with start(
        "call", "+12025550102", "--bxml", "<Response><Pause duration='60'/></Response>"
    ) as p:
        assert p.stdout is not None
        call_id = p.stdout.readline().strip()
        with start("tail", call_id) as follower:
            for line in p.stdout:
                if "verb   Pause" in line:
                    break
            p.send_signal(signal.SIGINT)
            out, err = p.communicate(timeout=LIMIT_S)
            seen, _ = follower.communicate(timeout=LIMIT_S)

    assert p.returncode == 130
    assert "completing the call" in err
    assert "rest.completed" in out
    assert "ended: hangup" in out
    assert follower.returncode == 0
    assert "REST created" in seen
    assert "disconnect POST" in seen


@pytest.mark.slow
def test_all_calls_are_followed_until_the_server_stops_and_ctrl_c(box: Network) -> None:
    def refused() -> str:
        out = run("call", "+12025550411", "--json")[1]
        return str(json.loads(out.splitlines()[-1])["callId"])

    before = refused()
    with start("tail", "--since", "1m") as follower:
        assert follower.stdout is not None
        _until(follower.stdout, before, "ended: ")
        _until(follower.stdout, refused(), "ended: ")
        follower.send_signal(signal.SIGINT)
        follower.communicate(timeout=LIMIT_S)

    assert follower.returncode == 0


def _until(lines: Iterable[str], *words: str) -> None:
    """Read on until a line has these words; who prints them ends itself if that takes too long."""
    assert any(all(word in line for word in words) for line in lines), words


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--bxml", "<Response><Hangu/></Response>"], 1, "--bxml:1:11: <Hangu> is not a verb"),
        (["--bxml", "nowhere.xml"], 1, "nowhere.xml: No such file"),
        (["--bxml", HANGUP, "--answer-url", "http://x"], 2, "two documents: choose one"),
        (["--server", "http://voice.test", "--bxml", HANGUP], 2, "served on loopback"),
        ([], 2, "name --answer-url or --bxml"),
        (["--answer-url", "http://x"], 1, "no answer from http://127.0.0.1:9/api/v2"),
        (["--answer-url", "http://x", "--from="], 2, "say which with --from (the configuration"),
    ],
)
def test_mistakes_are_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    status: int,
    said: str,
) -> None:
    monkeypatch.setenv(beacon.RUNTIME, str(tmp_path))
    monkeypatch.setenv(USER, "alice")
    monkeypatch.setenv(PASSWORD, "secret")
    monkeypatch.setenv("OFFHOOK_STORE_URL", f"sqlite:///{tmp_path}/o.sqlite3")
    given = ["--server", "http://127.0.0.1:9", "--account", "7", "--application", "a"]
    done = CliRunner().invoke(main, ["call", "+1", "--from", "+2", *given, *arguments])

    assert done.exit_code == status, done.output
    assert said in done.output


CONFIG = """[store]
url = "sqlite:///{folder}/o.sqlite3"
[[accounts]]
id = "7"
[[accounts]]
id = "8"
[[applications]]
id = "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa"
account = "7"
name = "mine"
[[applications]]
id = "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1bb"
account = "8"
name = "theirs"
[[numbers]]
number = "+12025550100"
application = "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa"
[[numbers]]
number = "+12025550101"
application = "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1bb"
"""


def test_who_calls_and_for_which_application_the_configuration_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(beacon.RUNTIME, str(tmp_path))
    monkeypatch.setenv(USER, "alice")
    monkeypatch.setenv(PASSWORD, "secret")
    config = tmp_path / "offhook.toml"
    config.write_text(CONFIG.format(folder=tmp_path))
    over = {"events": [], "next": 0, "state": "ended", "pendingWebhooks": 0}
    script: dict[str, list[tuple[int, object]]] = {
        "POST /api/v2/accounts/7/calls": [(201, {"callId": "c-1"})],
        "GET /offhook/v1/accounts/7/events/c-1": [(200, over)],
        "GET /api/v2/accounts/7/calls/c-1": [(200, {"disconnectCause": "hangup"})],
        "GET /offhook/v1/explain/c-1": [(200, {"sentence": "You hung up\x1b[2J."})],
    }
    with scripted(script) as there:
        given = ["--server", there.url, "--account", "7", "--answer-url", "http://app.test/a"]
        command = ["--config", str(config), "call", "+12025550143", "--timeout", "9", *given]
        done = CliRunner().invoke(main, command, catch_exceptions=False)

    assert done.exit_code == 0, done.output
    assert done.output.splitlines() == ["c-1", "ended: hangup", "why: You hung up\\x1b[2J."]
    assert there.asked[0][1] == {
        "to": "+12025550143",
        "from": "+12025550100",
        "applicationId": "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa",
        "callTimeout": 9.0,
        "answerUrl": "http://app.test/a",
    }
