"""Rules and findings as data."""

import re

from offhook.verbs import faults
from offhook.verbs.faults import Finding, InvalidBxml, Rule
from offhook.verbs.places import Place

RULES = [each for each in vars(faults).values() if isinstance(each, Rule)]


def test_rules_have_names_of_their_own() -> None:
    ids = [rule.id for rule in RULES]

    assert len(set(ids)) == len(ids) > 15
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)+|encoding", each) for each in ids)
    assert all(rule.about.endswith(".") and rule.fix for rule in RULES)


def test_a_refusal_has_its_place_as_data_and_its_line_in_the_text() -> None:
    fault = InvalidBxml(Finding(faults.VALUE, "<Pause> is wrong", Place(3, 7, 2)))

    assert str(fault) == "<Pause> is wrong (line 3)"
    assert (fault.reason, fault.line, fault.column) == ("<Pause> is wrong", 3, 7)


def test_the_refusal_of_what_is_no_xml_tells_the_column_as_well() -> None:
    assert str(InvalidBxml(Finding(faults.SYNTAX, "a", Place(3, 7)))) == "a (line 3, column 7)"
    assert str(InvalidBxml(Finding(faults.SIZE, "a"))) == "a"
