"""`<Redirect>` (bxml.md 4.11) and the webhook family (2.2)."""

import pytest
from tests.verbs.line import ScriptedLine
from tests.verbs.reading import fault, verb

from offhook.hooks import Credentials, Hook, Target
from offhook.verbs import Goto
from offhook.verbs.redirect import Redirect


def hook(xml: str) -> Hook:
    redirect = verb(xml)
    assert isinstance(redirect, Redirect)
    return redirect.hook


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('redirectUrl="/r"', Hook(Target("/r"))),
        ('redirectUrl=" /r&#10;"', Hook(Target("/r"))),
        ('redirectUrl="n?a=1&amp;b=2" redirectMethod="get"', Hook(Target("n?a=1&b=2", "GET"))),
        (
            'redirectUrl="/r" username="u" password="p "',
            Hook(Target("/r", credentials=Credentials("u", "p "))),
        ),
        ('redirectUrl="/r" username="u"', Hook(Target("/r", credentials=Credentials("u", "")))),
        ('redirectUrl="/r" password="p"', Hook(Target("/r"))),
        (
            'redirectUrl="/r" redirectFallbackUrl="http://b.test/f" redirectFallbackMethod="GET"'
            ' fallbackUsername="fu" fallbackPassword="fp"',
            Hook(Target("/r"), Target("http://b.test/f", "GET", Credentials("fu", "fp"))),
        ),
        ('redirectUrl="/r" redirectFallbackMethod="GET"', Hook(Target("/r"))),
        ('redirectUrl="/r" redirectMethod="" username=""', Hook(Target("/r"))),
    ],
)
def test_its_webhook_is_read(attributes: str, expected: Hook) -> None:
    assert hook(f"<Redirect {attributes}/>") == expected


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ("", "<Redirect> needs the attribute redirectUrl"),
        ('redirectUrl=""', "<Redirect> needs the attribute redirectUrl"),
        ('redirectUrl=" "', "<Redirect> needs the attribute redirectUrl"),
        ('redirectUrl="ftp://a.test/"', "must be an http, https or relative URL"),
        ('redirectUrl="javascript:alert(1)"', "must be an http, https or relative URL"),
        ('redirectUrl="http://"', "must name a host"),
        ('redirectUrl="http://a.test:99999/"', "must be a URL"),
        ('redirectUrl="http://[::1/"', "must be a URL"),
        ('redirectUrl="/r" redirectMethod="PUT"', "redirectMethod must be one of GET, POST"),
        (f'redirectUrl="/r" username="{"u" * 1025}"', "must be at most 1024 characters"),
        (f'redirectUrl="/r" tag="{"t" * 257}"', "tag must be at most 256 characters"),
    ],
)
def test_faults_are_named(attributes: str, reason: str) -> None:
    assert reason in fault(f"<Redirect {attributes}/>")


@pytest.mark.parametrize(
    ("attribute", "tag"),
    [("", None), ('tag=""', ""), ('tag=" x "', " x "), (f'tag="{"t" * 256}"', "t" * 256)],
)
def test_its_tag_is_set_cleared_or_left(attribute: str, tag: str | None) -> None:
    assert verb(f'<Redirect redirectUrl="/r" {attribute}/>').new_tag == tag


def test_it_leaves_the_document_at_once_without_answering() -> None:
    redirect = Redirect(hook=Hook(Target("/r")))

    assert ScriptedLine().run(redirect) == (Goto(Hook(Target("/r")), "redirect", {}), 0.0)
    assert (redirect.answers, redirect.blocks) == (False, False)
