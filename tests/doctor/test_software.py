"""Python, libraries and the media worker: each fault present and absent."""

import asyncio
import os
import socket
import sys
from pathlib import Path

import pytest
from tests.doctor.patients import is_fault, is_ok, only, patient

from offhook.doctor import software
from offhook.testing.server import free_ports


def test_python_must_be_new_enough() -> None:
    assert is_fault(software.python((3, 10, 9)), "3.10.9 is too old", "3.11")
    assert is_ok(software.python((3, 11, 0)), "3.11.0")


def test_libraries_must_be_there_and_new_enough() -> None:
    found = software.libraries(
        {"numpy": ("2.0", "1.26.4"), "aiohttp": ("3.12", None), "lxml": ("6.0", "6.0.2")}
    )

    assert is_fault(found, "numpy 1.26.4 (needs 2.0), aiohttp is missing (needs 3.12)", "pip")
    assert "lxml" not in found.seen


def test_those_of_this_environment_are() -> None:
    installed = software.installed()

    assert installed["numpy"][0] == "2.0"
    assert "bandwidth-sdk" not in installed
    assert is_ok(software.libraries(installed), "numpy")


@pytest.mark.slow
def test_a_media_worker_starts_and_opens_a_port() -> None:
    (low,) = free_ports(1)
    low += low % 2
    found = asyncio.run(software.worker(patient(media={"ports": f"{low}-{low + 9}"})))

    assert is_ok(found, "127.0.0.1:")


@pytest.mark.slow
def test_a_media_worker_without_a_free_port_is_a_fault() -> None:
    (low,) = free_ports(1)
    low += low % 2
    with socket.socket(type=socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", low))
        found = asyncio.run(software.worker(patient(media={"ports": f"{low}-{low + 1}"})))

    assert is_fault(found, "opens no port", "media.ports")


@pytest.mark.slow
def test_a_media_worker_that_does_not_start_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Python that ends at once stands for an installation that is broken."""
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", os.fspath(broken))
    monkeypatch.setattr("offhook.media.control.START_S", 0.5)
    found = asyncio.run(software.worker(patient()))

    assert is_fault(found, "no media worker starts", "offhook serve")


@pytest.mark.slow
def test_all_of_it() -> None:
    found = list(software.check(patient()))

    assert [each.check for each in found] == ["Python", "libraries", "media worker"]
    assert is_ok(only(found, "Python"))
