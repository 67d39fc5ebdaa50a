"""The directory in the browser: who sees it, who changes it, and what is refused."""

from dataclasses import replace

import pytest
from tests.console.client import BASE, Browser, Page
from tests.console.site import Site

from offhook.console.instruments import Instruments
from offhook.directory import (
    OPERATOR,
    VOICE,
    Account,
    Application,
    Directory,
    Number,
    Phone,
    Trunk,
    User,
    merged,
)
from offhook.hooks import Credentials, Hook, Target
from offhook.passwords import verify_password
from offhook.testing import fixtures
from offhook.testing.loop import virtual
from offhook.testing.world import World

HERE = f"{BASE}/directory"
APP = fixtures.APPLICATION_ID
OTHER = "4711"
EVIL = "<script>alert('x')</script>"


async def sent(browser: Browser, path: str, **fields: str) -> Page:
    return await browser.post(f"{HERE}/{path}", fields)


async def site_with(*entries: object) -> Site:
    site = Site()
    site.store.put(*entries)  # type: ignore[arg-type]
    await site.browser.get(HERE)  # for the token
    await site.browser.get(f"{HERE}/applications")
    return site


def kept(site: Site) -> list[object]:
    return [entry for table in site.store.load_directory() for entry in table]


@virtual
async def test_what_the_file_says_is_shown_as_its_own_and_left_alone() -> None:
    site = await site_with()
    for kind, name in (("applications", APP), ("numbers", fixtures.NUMBER), ("trunks", "trunk")):
        listed = await site.browser.get(f"{HERE}/{kind}")
        page = await site.browser.get(f"{HERE}/{kind}/{name.replace('+', '%2B')}")
        refused = await sent(site.browser, f"{kind}/{name}", do="remove")

        assert listed.texts("span.badge")[0] == "file"
        assert page.root.xpath("//main//button[text()='Save']") == []
        assert "The configuration file has this" in page.texts("main")[0]
        assert refused.status == 400
        assert "is not in the store" in refused.texts("p.fault")[0]


@virtual
async def test_a_trunk_is_added_changed_and_removed() -> None:
    site = await site_with()
    wish = {"name": "a/b", "host": "sip.example.com", "port": "5070", "transport": "tcp"}
    more = {"patterns": "+1*\n+44*", "allowed_sources": "10.0.0.0/8", "username": "u"}
    added = await sent(site.browser, "trunks", **wish, **more, password="p")
    expected = Trunk(
        "a/b", "sip.example.com", 5070, "tcp", "u", "p", ("10.0.0.0/8",), ("+1*", "+44*")
    )

    assert added.headers["location"] == f"{HERE}/trunks?done=a%2Fb+is+added."
    assert kept(site) == [expected]

    page = await site.browser.get(f"{HERE}/trunks/a%2Fb")
    assert page.root.xpath("//input[@name='host']/@value") == ["sip.example.com"]
    assert page.root.xpath("//input[@name='password']/@value") == []
    wish |= {"port": "", "transport": "udp"}
    await sent(site.browser, "trunks/a/b", do="change", **wish, **more, password="")
    assert kept(site) == [replace(expected, port=5060, transport="udp")]

    removed = await sent(site.browser, "trunks/a/b", do="remove")
    assert removed.headers["location"].endswith("done=a%2Fb+is+removed.")
    assert kept(site) == []


@virtual
@pytest.mark.parametrize(
    ("kind", "wish", "key", "told"),
    [
        ("trunks", {"name": "x", "host": "h", "port": "no"}, "port", "write a port from 1 to"),
        ("trunks", {"name": "x"}, "host", "is missing"),
        ("trunks", {"name": "x", "host": "h", "transport": "sctp"}, "transport", "udp, tcp"),
        (
            "trunks",
            {"name": "x", "host": "h", "allowed_sources": "10.0.0.1/8"},
            "allowed_sources",
            "is no network",
        ),
        ("trunks", {"name": "trunk", "host": "h"}, "", "trunk exists already."),
        (
            "applications",
            {"name": "x", "initiate_url": "ftp://x"},
            "initiate_url",
            "an http or https URL",
        ),
        ("applications", {"name": ""}, "name", "is missing"),
        (
            "applications",
            {"name": "x", "callback_timeout": "26"},
            "callback_timeout",
            "seconds from 1 to 25",
        ),
        ("numbers", {"number": "1 2", "application": APP}, "number", "a number such as"),
        ("numbers", {"number": "+12025550100", "application": APP}, "", "exists already"),
        ("users", {"name": "a:b", "password": "x"}, "name", "a name without a colon"),
        ("users", {"name": "a"}, "password", "is needed"),
        (
            "users",
            {"name": "a", "password": "x", "accounts": OTHER},
            "",
            "account 4711, which does not exist",
        ),
    ],
)
async def test_a_fault_stands_at_its_field_and_what_was_written_stays(
    kind: str, wish: dict[str, str], key: str, told: str
) -> None:
    site = await site_with()
    page = await sent(site.browser, kind, **wish)
    faults = page.texts(f"p#fault-{key}" if key else "p.fault")

    assert page.status == 400
    assert told in faults[0]
    assert page.root.xpath("//input[@name='name' or @name='number']/@value") == [
        wish.get("name", wish.get("number"))
    ]
    assert kept(site) == []


@virtual
async def test_a_user_is_kept_by_a_hash_that_no_page_shows() -> None:
    site = await site_with()
    wish = {"name": "bob", "accounts": fixtures.ACCOUNT_ID, "roles": "voice", "enabled": "yes"}
    await sent(site.browser, "users", **wish, password="secret")
    (user,) = kept(site)
    assert isinstance(user, User)
    assert verify_password("secret", user.password_hash)

    page = await site.browser.get(f"{HERE}/users/bob")
    assert "scrypt" not in page.text
    changed = await sent(site.browser, "users/bob", do="change", **{**wish, "enabled": ""})
    assert changed.texts("p.note") == ["It is changed."]
    assert kept(site) == [replace(user, enabled=False)]


@virtual
async def test_an_application_keeps_what_the_form_does_not_say() -> None:
    credentials, spare = Credentials("u", "p"), Credentials("v", "q")
    hook = Hook(Target("https://a/i", "GET", credentials), Target("https://b/i", "POST", spare))
    status = Target("https://a/s", "POST", credentials)
    application = Application(APP[:-1] + "b", fixtures.ACCOUNT_ID, "ivr", hook, status)
    site = await site_with(application)
    page = await site.browser.get(f"{HERE}/applications/{application.id}")
    form = {
        each.get("name"): each.get("value", "")
        for each in page.root.xpath("//form[1]//input[@name]")
        if each.get("type") != "password"
    }
    chosen = page.root.xpath("//form[1]//select")
    form |= {each.get("name"): each.xpath("option[@selected]/text()")[0] for each in chosen}
    assert "q" not in form.values()
    await sent(site.browser, f"applications/{application.id}", **{**form, "name": "renamed"})

    assert kept(site) == [replace(application, name="renamed")]


@virtual
async def test_a_secret_is_shown_once_and_rotated() -> None:
    site = await site_with(Application(APP[:-1] + "c", fixtures.ACCOUNT_ID, "ivr"))
    path = f"applications/{APP[:-1]}c"
    made = await sent(site.browser, path, do="make-secret")
    (first,) = made.texts("code#secret")
    again = await site.browser.get(f"{HERE}/{path}")
    rotated = await sent(site.browser, path, do="rotate-secrets")
    (second,) = rotated.texts("code#secret")

    assert first.startswith("ohs_")
    assert first != second
    assert first not in again.text
    assert "Those before it (1) sign for 24 hours more." in rotated.texts("p.note")
    ids = rotated.root.xpath("//input[@name='secret']/@value")
    expired = await sent(site.browser, path, do="expire-secret", secret=ids[0])
    assert len(expired.root.xpath("//input[@name='secret']/@value")) == 1
    strange = await sent(site.browser, path, do="expire-secret", secret="k-strange")
    assert strange.texts("p.fault") == ["Not done: there is no secret k-strange."]
    assert (await sent(site.browser, "numbers/support", do="make-secret")).status == 400


@virtual
async def test_a_new_application_has_an_id_and_removal_tells_what_is_left_alone() -> None:
    site = await site_with()
    added = await sent(site.browser, "applications", name="ivr", callback_timeout="9.5")
    name = added.headers["location"].rpartition("/")[2]
    await sent(site.browser, "numbers", number="+12025550177", application=name)
    assert kept(site) == [
        Application(name, fixtures.ACCOUNT_ID, "ivr", callback_timeout_s=9.5),
        Number("+12025550177", name),
    ]
    removed = await sent(site.browser, f"applications/{name}", do="remove")
    page = await site.browser.get(removed.headers["location"])

    assert f"leads to application {name}, which does not exist" in page.texts("p.fault")[0]


@virtual
async def test_entries_of_other_accounts_are_not_there() -> None:
    foreign = Application(APP[:-1] + "d", OTHER, "foreign")
    site = await site_with(Account(OTHER), foreign, Number("+4930", foreign.id))

    assert "foreign" not in (await site.browser.get(f"{HERE}/applications")).text
    assert "+4930" not in (await site.browser.get(f"{HERE}/numbers")).text
    assert (await site.browser.get(f"{HERE}/applications/{foreign.id}")).status == 404
    assert (await sent(site.browser, f"applications/{foreign.id}", do="remove")).status == 404


@virtual
@pytest.mark.parametrize("path", ["odd", "trunks/none", "phones/none", "applications/none"])
async def test_what_is_not_there_is_said_so(path: str) -> None:
    site = await site_with()

    assert (await site.browser.get(f"{HERE}/{path}")).status == 404


@virtual
async def test_phones_are_of_the_file_only() -> None:
    site = await site_with()

    assert (await site.browser.get(f"{HERE}/phones?add=1")).status == 403
    assert (await sent(site.browser, "phones", name="x")).status == 403


@virtual
async def test_what_is_known_of_far_ends_is_shown() -> None:
    async with World() as world:
        old = world.directory
        world.directory = merged(old, Directory(phones=[Phone("desk", {}, "+12025550190")]))
        phones = await Browser.of(world).get(f"{HERE}/phones")
    site = await site_with(Trunk("x", "h"))
    site.desk = replace(
        site.desk, instruments=Instruments(trunk=lambda each: f"{each.host} is well")
    )
    site.open()
    trunks = await site.browser.get(f"{HERE}/trunks")
    page = await site.browser.get(f"{HERE}/trunks/x")

    assert "phone desk is not registered: it has not registered so far" in phones.texts("tbody")[0]
    assert "h is well" in trunks.texts("tbody")[0]
    assert "H is well." in page.texts("main")[0]


@virtual
async def test_a_deed_that_is_none_is_refused() -> None:
    site = await site_with(Trunk("x", "h"))

    assert (await sent(site.browser, "trunks/x", do="burn")).status == 400
    assert kept(site) == [Trunk("x", "h")]


@virtual
async def test_names_are_text() -> None:
    site = await site_with(Trunk(EVIL, EVIL, patterns=(EVIL,)))
    for path in ("trunks", f"trunks/{EVIL.replace('/', '%2F')}"):
        page = await site.browser.get(f"{HERE}/{path}")

        assert EVIL in page.root.text_content()
        assert page.root.xpath("//script[not(@src)]") == []


@virtual
async def test_only_who_runs_the_server_changes_it_and_sees_users_and_trunks() -> None:
    site = Site(user=User("clerk", fixtures.HASHED, {fixtures.ACCOUNT_ID: (VOICE,)}))
    await site.log_in()
    assert (await site.browser.get(f"{HERE}/applications")).status == 200
    assert (await site.browser.get(f"{HERE}/applications/{APP}")).status == 200
    assert (await site.browser.get(f"{HERE}/applications?add=1")).status == 403
    for kind in ("users", "trunks", "phones"):
        assert (await site.browser.get(f"{HERE}/{kind}")).status == 404
        assert (await sent(site.browser, kind, name="x")).status == 404
    assert (await sent(site.browser, "applications", name="x")).status == 403
    assert (await sent(site.browser, f"applications/{APP}", do="make-secret")).status == 403
    assert kept(site) == []


@virtual
async def test_an_operator_changes_it_but_does_not_lock_himself_out() -> None:
    own = User("boss", fixtures.HASHED, {fixtures.ACCOUNT_ID: (VOICE, OPERATOR)})
    site = Site(user=own)
    site.store.put(own)
    await site.log_in()
    form = {"name": "boss", "accounts": fixtures.ACCOUNT_ID, "roles": "voice operator"}
    refused = await sent(site.browser, "users/boss", do="change", **form)
    stays = await sent(site.browser, "users/boss", do="remove")
    added = await sent(site.browser, "trunks", name="x", host="h")

    assert refused.texts("p#fault-enabled") == ["you are logged in as this user: it stays enabled"]
    assert stays.texts("p.fault") == ["Not done: you are logged in as this user."]
    assert added.status == 303
