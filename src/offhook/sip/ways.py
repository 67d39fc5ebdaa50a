"""Which way a call goes: to a phone that has registered, by a trunk, or straight to a SIP URI."""

from offhook.directory import Directory, Phone, normal_number
from offhook.nearest import nearest
from offhook.sip.registrar import Registrar
from offhook.sip.trunks import NoRouteError, NotRegisteredError, Way, way_to
from offhook.sip.uri import Uri


def find_way(directory: Directory, to: str, host: str, registrar: Registrar, now: float) -> Way:
    """Return the way of a call; a number or name of a phone leads to that phone and no trunk.

    Raises NotRegisteredError, NoRouteError, and SipSyntaxError for a bad URI.
    """
    uri = Uri.parse(to) if to.lower().startswith(("sip:", "sips:")) else None
    ours = uri is None or registrar.is_home(uri)
    called = to if uri is None else uri.user or ""
    if ours and (phone := directory.phone_for(called)):
        return _to_phone(phone, host, registrar, now)
    way = way_to(directory, to)
    nowhere = ours and uri is not None and way.trunk is None and directory.phones
    if nowhere and normal_number(called) not in directory.numbers:
        meant = nearest(called, [*directory.phones, *directory.numbers])
        near = f"; the nearest is {meant}" if meant else ""
        raise NoRouteError(f"nobody here has the name {called}{near}")
    return way


def _to_phone(phone: Phone, host: str, registrar: Registrar, now: float) -> Way:
    """Return the way to where a phone has registered from."""
    binding = registrar.find(phone, now)
    if binding is None:
        raise NotRegisteredError(registrar.absence(phone, now))
    record = Uri("sip", phone.name, host=host)
    return Way(str(binding.contact), str(record), phone=binding.flow)
