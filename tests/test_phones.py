"""What the configuration may say of phones, and what it is told when it says something else."""

import hashlib
from pathlib import Path

import pytest

from offhook.config import ConfigError, load
from offhook.directory import Directory, dangling
from offhook.phones import PhoneSettings

MD5 = hashlib.md5(b"desk:offhook:open").hexdigest()
SHA256 = hashlib.sha256(b"desk:offhook:open").hexdigest()


def loaded(path: Path, text: str) -> str:
    """Return what is said of a file; empty when nothing is wrong."""
    file = path / "offhook.toml"
    file.write_text(text)
    try:
        load(file)
    except ConfigError as error:
        return str(error).removeprefix(f"{file}: ")
    return ""


def test_a_password_and_its_hashes_are_the_same() -> None:
    plain = PhoneSettings(name="desk", password="open").value("offhook")
    hashed = PhoneSettings(name="desk", ha1_md5=MD5.upper(), ha1_sha256=SHA256).value("offhook")

    assert plain == hashed
    assert plain.secrets == {"MD5": MD5, "SHA-256": SHA256}


def test_nothing_shows_a_secret() -> None:
    settings = PhoneSettings(name="desk", password="open", number="+12025550190")
    hashed = PhoneSettings(name="desk", ha1_md5=MD5)
    shown = f"{settings!r} {settings.value('offhook')!r} {hashed!r}"

    assert "open" not in shown
    assert MD5 not in shown
    assert "desk" in shown


DESK = '[[phones]]\nname = "desk"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (DESK, "phones[0].password: is needed, or ha1_md5 or ha1_sha256, and not both"),
        (DESK + f'password = "a"\nha1_md5 = "{MD5}"', "and not both"),
        (DESK + 'password = ""', "phones[0].password"),
        (DESK + 'ha1_md5 = "abc"', "fix: write MD5 of name:realm:password, in hex"),
        (
            DESK + f'ha1_sha256 = "{SHA256}"',
            "'desk' needs ha1_md5: [sip] digests has 'MD5'",
        ),
        (DESK + 'password = "a"\nnumber = "190"', "fix: write a number such as +12025550190"),
        (DESK + 'pasword = "a"', "did you mean phones[0].password?"),
        ('[[phones]]\nname = "de sk"\npassword = "a"', "a SIP user: up to 64 letters"),
        ((DESK + 'password = "a"\n') * 2, "phones: 'desk' is there twice"),
        ("[sip]\ndigests = []", "fix: write one or both"),
        ('[sip]\ndigests = ["MD4"]', "digests"),
        (
            '[[numbers]]\nnumber = "+12025550190"\n'
            'application = "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa"\n'
            + DESK
            + 'password = "a"\nnumber = "+12025550190"',
            "phones: '+12025550190' is there twice",
        ),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, said: str) -> None:
    assert said in loaded(tmp_path, text)


def test_what_is_right_is_taken(tmp_path: Path) -> None:
    more = f'[sip]\ndigests = ["SHA-256"]\n{DESK}ha1_sha256 = "{SHA256}"'

    assert loaded(tmp_path, more) == ""
    assert loaded(tmp_path, DESK + 'password = "a"\nnumber = "+12025550190"') == ""


def test_an_application_that_does_not_exist_dangles() -> None:
    lost = "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa"
    phone = PhoneSettings(name="desk", password="open", application=lost).value("offhook")

    assert dangling(Directory(phones=[phone])) == [
        f"phone desk leads to application {lost}, which does not exist"
    ]
