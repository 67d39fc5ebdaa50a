"""The configuration: each fault present and absent."""

from dataclasses import replace
from pathlib import Path

from tests.doctor.patients import is_fault, is_ok, is_warning, levels, only, patient
from tests.webhooks.servers import certificate

from offhook.directory import Directory, Number
from offhook.doctor import configuration
from offhook.doctor.finding import Finding


def test_a_file_that_can_be_read_is_well(tmp_path: Path) -> None:
    file = tmp_path / "offhook.toml"
    file.write_text("[server]\nport = 8081\n")
    config, found = configuration.read(file, {})
    _, defaults = configuration.read(None, {})

    assert config is not None
    assert config.settings.server.port == 8081
    assert is_ok(found, str(file))
    assert is_ok(defaults, "defaults")


def test_a_file_with_a_fault_names_it_and_what_is_right(tmp_path: Path) -> None:
    file = tmp_path / "offhook.toml"
    file.write_text("[server]\nprot = 8081\n")
    config, misspelt = configuration.read(file, {})
    file.write_text("[server\n")
    _, broken = configuration.read(file, {})
    _, missing = configuration.read(tmp_path / "none.toml", {})
    _, variable = configuration.read(None, {"OFFHOOK_SERVER_PORT": "x"})

    assert config is None
    assert is_fault(misspelt, "server.prot: unknown key", "did you mean server.port?")
    assert is_fault(broken, "is not TOML", "examples/offhook.toml")
    assert is_fault(missing, "No such file")
    assert is_fault(variable, "OFFHOOK_SERVER_PORT")


def test_names_that_lead_nowhere_are_faults() -> None:
    sound = only(configuration.check(patient()), "directory")
    dangling = only(configuration.check(patient(numbers=[Number("+1", "none")])), "directory")

    assert is_ok(sound)
    assert is_fault(dangling, "number +1 leads to application none")


def test_an_empty_directory_is_a_warning() -> None:
    empty = replace(patient(), directory=Directory())
    found = only(configuration.check(empty), "directory")

    assert is_warning(found, "no accounts and no users and no applications", "accounts add")


def test_passwords_in_the_clear_are_a_warning() -> None:
    everywhere = {"host": "0.0.0.0"}
    proxied = everywhere | {"base_url": "https://voice.example.com"}
    found = [
        only(configuration.check(patient(server=server)), "encryption")
        for server in ({}, everywhere, proxied)
    ]

    assert is_ok(found[0], "this machine alone")
    assert is_warning(found[1], "0.0.0.0", "proxy with TLS")
    assert is_ok(found[2], "https://voice.example.com")


def test_certificates_to_trust_must_be_there(tmp_path: Path) -> None:
    cert, _ = certificate(tmp_path, "localhost")
    other = tmp_path / "other.pem"
    other.write_text("no certificate")

    def trusted(file: Path) -> Finding:
        return only(
            configuration.check(patient(webhooks={"ca_file": str(file)})), "trusted certificates"
        )

    assert is_ok(trusted(cert), "can be read")
    assert is_fault(trusted(other), "other.pem", "webhooks.ca_file")
    assert is_fault(trusted(tmp_path / "none.pem"), "No such file", "PEM")
    assert "trusted certificates" not in levels(configuration.check(patient()))
