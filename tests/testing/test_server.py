"""A server process for tests: what it says when it does not start."""

import asyncio
from pathlib import Path

import pytest

from offhook.testing.server import ServerError, free_ports, running_process


def test_free_ports_are_different_and_usable() -> None:
    ports = free_ports(5)

    assert len(set(ports)) == 5
    assert all(1024 <= port <= 65535 for port in ports)


@pytest.mark.slow
def test_a_process_that_ends_at_once_says_why(tmp_path: Path) -> None:
    async def main() -> None:
        command = ["-c", "import sys; sys.exit('no such thing')"]
        async with running_process(command, free_ports(1)[0], tmp_path / "it.log"):
            pass

    with pytest.raises(ServerError, match="no such thing"):
        asyncio.run(main())
