"""What the directory has, as a table: the columns of a list and the fields of a form.

The fields are those of the configuration file, and so are their checks; a password is never shown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from offhook.directory import Account, Application, Directory, Number, Phone, Trunk, User
from offhook.hooks import Target
from offhook.phones import PhoneSettings
from offhook.sections import Section
from offhook.settings import ApplicationSettings, NumberSettings, TrunkSettings, UserSettings

Values = dict[str, str]  # of a form; several values are lines of one


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form."""

    name: str  # of the setting
    label: str
    form: str = "text"  # text, number, secret, lines, switch; or choice
    about: str = ""
    choices: tuple[str, ...] = ()  # of a choice; `application` has those of the account
    more: bool = False  # seldom needed
    fixed: bool = False  # part of the name: it cannot be changed


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entry."""

    path: str
    title: str  # of many
    one: str
    about: str
    entry: type[Any]
    section: type[Section]
    columns: tuple[tuple[str, Callable[[Any, Directory], str]], ...]
    fields: tuple[Field, ...]
    values: Callable[[Any], Values]  # of an entry, without passwords
    mine: Callable[[Any, Directory, str], bool]  # whether it belongs to an account
    key: str = "name"  # the setting that names it
    server_wide: bool = False  # only who runs the server sees and changes it
    in_store: bool = True  # else it is of the file only
    far_end: bool = False  # what is known of its state is shown


METHODS = ("POST", "GET")


def _application(name: str, directory: Directory) -> str:
    found = directory.applications.get(name.lower())
    return found.name if found else f"{name}: does not exist"


def _of_application(application: Application) -> Values:
    primary = application.initiate.primary if application.initiate else None
    fallback = application.initiate.fallback if application.initiate else None
    return {
        "id": application.id,
        "name": application.name,
        **_of_target("initiate", primary),
        **_of_target("initiate_fallback", fallback, own=True),
        **_of_target("status", application.status),
        **_of_target("status_fallback", application.status_fallback),
        "username": _username(primary) or _username(application.status),
        "callback_timeout": f"{application.callback_timeout_s:g}",
    }


def _of_target(name: str, target: Target | None, *, own: bool = False) -> Values:
    """Return the fields of a URL; some have credentials of their own."""
    values = {
        f"{name}_url": target.url if target else "",
        f"{name}_method": target.method if target else "POST",
    }
    return values | ({f"{name}_username": _username(target)} if own else {})


def _username(target: Target | None) -> str:
    return target.credentials.username if target and target.credentials else ""


def _of_user(user: User) -> Values:
    roles = {role: None for of_one in user.roles.values() for role in of_one}
    return {
        "name": user.name,
        "accounts": "\n".join(user.roles),
        "roles": "\n".join(roles),
        "enabled": "yes" if user.enabled else "",
    }


def _of_trunk(trunk: Trunk) -> Values:
    return {
        "name": trunk.name,
        "host": trunk.host,
        "port": str(trunk.port),
        "transport": trunk.transport,
        "username": trunk.username or "",
        "allowed_sources": "\n".join(trunk.allowed_sources),
        "patterns": "\n".join(trunk.patterns),
    }


def _numbers(application: Application, directory: Directory) -> str:
    mine = [
        each.number
        for each in directory.numbers.values()
        if each.application_id.lower() == application.id.lower()
    ]
    return mine[0] if len(mine) == 1 else f"{len(mine) or 'none'}"


APPLICATIONS: Final = Kind(
    "applications",
    "Applications",
    "application",
    "What calls run: callers lead to one by their number, calls of yours name one.",
    Application,
    ApplicationSettings,
    (
        ("Name", lambda each, _: each.name),
        ("Asked about callers", lambda each, _: each.initiate.primary.url if each.initiate else ""),
        ("Numbers", _numbers),
        ("ID", lambda each, _: each.id),
    ),
    (
        Field("name", "Name"),
        Field("id", "ID", about="a UUID; one is made if there is none", more=True, fixed=True),
        Field("initiate_url", "Initiate URL", about="asked what to do with a caller"),
        Field("status_url", "Status URL", about="told how callers' calls ended"),
        Field("username", "User name", about="for these URLs", more=True),
        Field("password", "Password", "secret", more=True),
        Field("initiate_method", "Method of the initiate URL", "choice", "", METHODS, True),
        Field("status_method", "Method of the status URL", "choice", "", METHODS, True),
        Field("initiate_fallback_url", "Initiate URL, if that fails", more=True),
        Field("initiate_fallback_method", "Its method", "choice", "", METHODS, True),
        Field("initiate_fallback_username", "Its user name", more=True),
        Field("initiate_fallback_password", "Its password", "secret", more=True),
        Field("status_fallback_url", "Status URL, if that fails", more=True),
        Field("status_fallback_method", "Its method", "choice", "", METHODS, True),
        Field("callback_timeout", "Seconds to wait for an answer", "number", "1 to 25", more=True),
    ),
    _of_application,
    lambda each, _, account: bool(each.account_id == account),
    key="id",
)
NUMBERS: Final = Kind(
    "numbers",
    "Numbers",
    "number",
    "A number that is called leads to an application.",
    Number,
    NumberSettings,
    (
        ("Number", lambda each, _: each.number),
        ("Application", lambda each, directory: _application(each.application_id, directory)),
    ),
    (
        Field(
            "number", "Number", about="such as +12025550100, or the user of a SIP URI", fixed=True
        ),
        Field("application", "Application", "choice"),
    ),
    lambda each: {"number": each.number, "application": each.application_id},
    lambda each, directory, account: bool(directory.owns_number(account, each.number)),
    key="number",
)
USERS: Final = Kind(
    "users",
    "Users",
    "user",
    "People and programs that may use accounts, with name and password.",
    User,
    UserSettings,
    (
        ("Name", lambda each, _: each.name),
        ("Accounts", lambda each, _: ", ".join(each.roles)),
        ("Roles", lambda each, _: ", ".join(_of_user(each)["roles"].split())),
        ("State", lambda each, _: "on" if each.enabled else "disabled"),
    ),
    (
        Field("name", "Name", fixed=True),
        Field("password", "Password", "secret"),
        Field("accounts", "Accounts", "lines", "one a line"),
        Field("roles", "Roles", "lines", "voice for the API; operator to run this server"),
        Field("enabled", "May log in", "switch"),
    ),
    _of_user,
    lambda each, _, account: account in each.roles,
    server_wide=True,
)
TRUNKS: Final = Kind(
    "trunks",
    "Trunks",
    "trunk",
    "SIP peers: where calls go out, and whom calls may come in from.",
    Trunk,
    TrunkSettings,
    (
        ("Name", lambda each, _: each.name),
        ("Address", lambda each, _: f"{each.host}:{each.port}/{each.transport}"),
        ("Takes", lambda each, _: ", ".join(each.patterns)),
        ("Comes from", lambda each, _: ", ".join(each.allowed_sources) or "its own addresses"),
    ),
    (
        Field("name", "Name", fixed=True),
        Field("host", "Host", about="a name or an address"),
        Field("port", "Port", "number"),
        Field("transport", "Transport", "choice", choices=("udp", "tcp")),
        Field("patterns", "Numbers it takes", "lines", "one a line, such as +1*; the longest wins"),
        Field(
            "allowed_sources",
            "Networks that calls come from",
            "lines",
            "one a line, such as 203.0.113.0/24; none: the addresses of the host",
        ),
        Field("username", "User name", about="if it asks for one", more=True),
        Field("password", "Password", "secret", more=True),
    ),
    _of_trunk,
    lambda *_: True,
    server_wide=True,
    far_end=True,
)
PHONES: Final = Kind(
    "phones",
    "Phones",
    "phone",
    "Telephones that register here; the configuration file has them (docs/phones.md).",
    Phone,
    PhoneSettings,
    (
        ("Name", lambda each, _: each.name),
        ("Number", lambda each, _: each.number or ""),
        ("Application", lambda each, own: _application(each.application_id or "", own)),
    ),
    (
        Field("name", "Name", fixed=True),
        Field("number", "Number"),
        Field("application", "Application", "choice"),
    ),
    lambda each: {
        "name": each.name,
        "number": each.number or "",
        "application": each.application_id or "",
    },
    lambda each, directory, account: (
        (found := directory.application_of(each)) is None or found.account_id == account
    ),
    server_wide=True,
    in_store=False,
    far_end=True,
)
KINDS: Final = {each.path: each for each in (APPLICATIONS, NUMBERS, USERS, TRUNKS, PHONES)}
TABLES: Final = {
    Account: "accounts",
    User: "users",
    Application: "applications",
    Number: "numbers",
    Trunk: "trunks",
    Phone: "phones",
}
START: Final[Mapping[str, Values]] = {  # what a new entry begins with
    "applications": {"callback_timeout": "15"},
    "users": {"roles": "voice", "enabled": "yes"},
    "trunks": {"port": "5060", "transport": "udp", "patterns": "*"},
}


def settings(kind: Kind, form: Mapping[str, str]) -> dict[str, Any]:
    """Return what a form says as the settings take it; None for what is left to its default."""
    values: dict[str, Any] = {}
    for field in kind.fields:
        text = form.get(field.name, "")
        match field.form:
            case "lines":
                values[field.name] = tuple(text.replace(",", " ").split()) or None
            case "switch":
                values[field.name] = bool(text)
            case "secret":
                values[field.name] = text or None
            case _:
                values[field.name] = text.strip() or None
    return values


def kept(kind: Kind, stored: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the passwords of an entry that goes on with them: fields left empty mean that."""
    match stored:
        case User() if values["password"] is None:
            return {"password_hash": stored.password_hash}
        case Trunk() if values["password"] is None and values["username"]:
            return {"password": stored.password}
        case Application():
            primary = stored.initiate.primary if stored.initiate else stored.status
            fallback = stored.initiate.fallback if stored.initiate else None
            found = {"password": primary, "initiate_fallback_password": fallback}
            return {
                name: target.credentials.password
                for name, target in found.items()
                if values[name] is None
                and values[name.replace("password", "username")]
                and target is not None
                and target.credentials is not None
            }
    return {}
