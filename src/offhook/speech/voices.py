"""The voices that a document may ask for (bxml.md 5.2), and which one it gets."""

from dataclasses import dataclass
from typing import Final

from offhook.safexml import shown
from offhook.speech import UnknownVoiceError


@dataclass(frozen=True, slots=True)
class Voice:
    """A name that documents use; how it sounds is the engine's affair."""

    name: str
    locale: str
    gender: str  # "female" or "male"
    enhanced: bool = False


# fmt: off
# The order counts: a look-up by gender and locale takes the first that fits.
_TABLE: Final = """
susan     en_US  f  | paul      en_US  m  | julie     en_US  f  | kate      en_US  f
ruth      en_US  f+ | bridget   en_UK  f  | katrin    de     f  | esperanza es     f
violeta   es     f  | rosa      es_MX  f  | lupe      es_US  f+ | jolie     fr     f
gabrielle fr_CA  f+ | paola     it     f  | nadiya    ru     f  | masako    ja     f
zeina     arb    f  | zhiyu     cmn-CN f  | dave      en_US  m  | stephen   en_US  m+
simon     en_UK  m  | stefan    de     m  | jorge     es     m  | pedro     es_US  m+
bernard   fr     m  | liam      fr_CA  m+ | luca      it     m  | anatoli   ru     m
kenji     ja     m  | salli     en_US  f  | salli_enh en_US  f+ | chantal   fr_CA  f
miguel    es_US  m  | joey      en_US  m  | joey_enh  en_US  m+ | penelope  es_US  f
russell   en_AU  m  | emma      en_GB  f  | emma_enh  en_GB  f+ | nicole    en_AU  f
raveena   en_IN  f  | mads      da_DK  m  | justin    en_US  m  | ivy       en_US  f
ivy_enh   en_US  f+ | carmen    ro_RO  f  | naja      da_DK  f  | ruben     nl_NL  m
geraint   en_GB_WLS m
"""
# fmt: on


def _voice(row: str) -> Voice:
    name, locale, kind = row.split()
    return Voice(name, locale, "female" if kind[0] == "f" else "male", kind.endswith("+"))


VOICES: Final = tuple(_voice(row) for row in _TABLE.strip().replace("\n", "|").split("|"))
_BY_NAME: Final = {voice.name: voice for voice in VOICES}


def choose(voice: str | None, gender: str | None, locale: str | None) -> Voice:
    """Return the voice for what a document says; raises UnknownVoiceError (bxml.md 4.15)."""
    if voice:
        chosen = _BY_NAME.get(voice.lower())
        if chosen is None:
            raise UnknownVoiceError(f"there is no voice {shown(voice)}")
        return chosen
    spoken = [each for each in VOICES if _same(each.locale, locale or "en_US")]
    if not spoken:
        raise UnknownVoiceError(f"no voice speaks the locale {shown(locale or '')}")
    wanted = [each for each in spoken if each.gender == (gender or "female")]
    return (wanted or spoken)[0]


def _same(one: str, other: str) -> bool:
    """Locales are equal in any letter case, with `-` or `_`."""
    return one.replace("-", "_").lower() == other.replace("-", "_").lower()
