"""`<say-as>` in English: how codes, numbers, dates and times are read out (bxml.md 5.1).

Text that does not look like what it should be is left as it is: the engine does its best.
"""

import re
from collections.abc import Callable
from typing import Final

# fmt: off
ONES: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)
TENS: Final = (
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)
# fmt: on
SCALES: Final = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"), (100, "hundred"))
IRREGULAR: Final = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
SYMBOLS: Final = {
    ".": "dot",
    "@": "at",
    "-": "dash",
    "_": "underscore",
    "/": "slash",
    "+": "plus",
    "*": "star",
    "#": "pound",
    "&": "and",
    "%": "percent",
    ":": "colon",
}


def english(text: str, kind: str, date_format: str | None = None) -> str:
    """Return the words for a text that is to be read as `kind`."""
    if kind == "date":
        return _date(text, date_format or "mdy")
    return _READERS[kind](text)


def _characters(text: str) -> str:
    return ", ".join(_character(char) for char in text if not char.isspace())


def _character(char: str) -> str:
    if char.isascii() and char.isdigit():
        return ONES[int(char)]
    return SYMBOLS.get(char, char.upper() if char not in "aA" else "ay")  # the letter, no article


def _telephone(text: str) -> str:
    """Read 7 or 10 digits in groups of three, three and four (3-3-4 or 3-4)."""
    digits = re.sub(r"[^0-9]", "", text)
    if len(digits) not in (7, 10) or not re.fullmatch(r"[0-9 ().+-]+", text):
        return _characters(text)
    groups = [digits[:-7], digits[-7:-4], digits[-4:]]
    return ", ".join(_digits(group) for group in groups if group)


def _digits(text: str) -> str:
    return " ".join(ONES[int(char)] for char in text)


def _cardinal(text: str) -> str:
    match = re.fullmatch(r"([+-]?)([0-9][0-9,]*)(?:\.([0-9]+))?", text)
    if not match:
        return text
    sign = {"-": "minus ", "+": "plus "}.get(match[1], "")
    fraction = f" point {_digits(match[3])}" if match[3] else ""
    return sign + _whole(match[2].replace(",", "")) + fraction


def _whole(digits: str) -> str:
    """Read a whole number; one too long for words, digit by digit."""
    return number(int(digits)) if len(digits) <= 12 else _digits(digits)


def number(value: int) -> str:
    """Return the words of a number from 0 to 999 billion."""
    if value < 20:
        return ONES[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return TENS[tens] + (f" {ONES[ones]}" if ones else "")
    unit, name = next(scale for scale in SCALES if value >= scale[0])
    count, rest = divmod(value, unit)
    return f"{number(count)} {name}" + (f" {number(rest)}" if rest else "")


def _ordinal(text: str) -> str:
    match = re.fullmatch(r"([0-9][0-9,]*)(?:st|nd|rd|th)?", text)
    digits = match[1].replace(",", "") if match else ""
    return _nth(int(digits)) if match and len(digits) <= 12 else text


def _nth(value: int) -> str:
    *rest, last = number(value).split(" ")
    if last in IRREGULAR:
        last = IRREGULAR[last]
    elif last.endswith("y"):
        last = last[:-1] + "ieth"
    else:
        last += "th"
    return " ".join([*rest, last])


def _date(text: str, date_format: str) -> str:
    """Read numbers in the order of the format as month, day and year."""
    found = re.findall(r"[0-9]+", text)
    if len(found) == 1 and len(date_format) > 1:  # 20260304: two digits each, four for the year
        found = _cut(found[0], date_format)
    if len(found) != len(date_format):
        return text
    parts = {letter: int(digits[:6]) for letter, digits in zip(date_format, found, strict=True)}
    if not (1 <= parts.get("m", 1) <= 12 and 1 <= parts.get("d", 1) <= 31):
        return text
    month = MONTHS[parts["m"] - 1] if "m" in parts else ""
    day = _nth(parts["d"]) if "d" in parts else ""
    year = _year(parts["y"]) if "y" in parts else ""
    words = " ".join(word for word in (month, day) if word)
    return ", ".join(word for word in (words, year) if word)


def _cut(digits: str, date_format: str) -> list[str]:
    cut = []
    for letter in date_format:
        width = 4 if letter == "y" else 2
        cut.append(digits[:width])
        digits = digits[width:]
    return cut if cut[-1] and not digits else []


def _year(value: int) -> str:
    """Read a year as people say it: twenty twenty-six, nineteen oh five, two thousand one."""
    century, rest = divmod(value, 100)
    if not 10 <= century <= 99 or (century % 10 == 0 and rest < 10):
        return number(value)
    if rest == 0:
        return f"{number(century)} hundred"
    return f"{number(century)} {'oh ' if rest < 10 else ''}{number(rest)}"


def _time(text: str) -> str:
    """Read minutes and seconds such as 2'05"."""
    match = re.fullmatch(
        r"(?:([0-9]{1,4})['\u2032\u2019])?\s*(?:([0-9]{1,4})[\"\u2033\u201d])?", text
    )
    if not match or not text:
        return text
    parts = [(match[1], "minute"), (match[2], "second")]
    return " ".join(_counted(int(digits), unit) for digits, unit in parts if digits)


def _counted(count: int, unit: str) -> str:
    return f"{number(count)} {unit}{'' if count == 1 else 's'}"


_READERS: Final[dict[str, Callable[[str], str]]] = {
    "characters": _characters,
    "telephone": _telephone,
    "cardinal": _cardinal,
    "ordinal": _ordinal,
    "time": _time,
}
