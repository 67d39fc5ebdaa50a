"""The two wordings of a missing thing (errors.md 3.4)."""

from offhook.api.wording import Wording


def test_the_classic_wording_names_nothing() -> None:
    assert Wording().call("c-1").description == "not found"
    assert Wording().recording("r-1").description == "not found"


def test_the_detailed_wording_names_the_id_as_far_as_it_can_be_shown() -> None:
    wording = Wording(detailed=True)

    assert wording.call("c-\x071").description == "Call [c-1] not found"
    assert wording.recording("r" * 200).description == f"Recording [{'r' * 128}] not found"
