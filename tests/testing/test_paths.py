"""Rules say what happens to packets on which paths."""

from offhook.testing.paths import CUT, GOOD, Paths, Quality

BAD = Quality(loss=0.3)


def test_without_rules_every_path_has_the_default_quality() -> None:
    assert Paths().quality("rtp", "10.0.0.1", "10.0.0.2") == GOOD
    assert Paths(BAD).quality("sip", "10.0.0.1", "10.0.0.2") == BAD


def test_a_rule_is_about_its_direction_and_kind_only() -> None:
    paths = Paths()
    paths.shape(BAD, source="10.0.0.1", to="10.0.0.2", kind="rtp")

    assert paths.quality("rtp", "10.0.0.1", "10.0.0.2") == BAD
    assert paths.quality("sip", "10.0.0.1", "10.0.0.2") == GOOD
    assert paths.quality("rtp", "10.0.0.2", "10.0.0.1") == GOOD


def test_the_latest_rule_wins_also_after_the_path_was_used() -> None:
    paths = Paths()
    paths.shape(BAD, to="10.0.0.2")
    assert paths.quality("rtp", "10.0.0.1", "10.0.0.2") == BAD
    paths.shape(GOOD, to="10.0.0.2")

    assert paths.quality("rtp", "10.0.0.1", "10.0.0.2") == GOOD


def test_a_cut_host_is_deaf_and_mute_until_healed() -> None:
    paths = Paths()
    paths.cut("10.0.0.2")

    assert paths.quality("sip", "10.0.0.2", "10.0.0.1") == CUT
    assert paths.quality("rtp", "10.0.0.1", "10.0.0.2") == CUT
    assert paths.quality("rtp", "10.0.0.1", "10.0.0.3") == GOOD

    paths.heal()
    assert paths.quality("sip", "10.0.0.2", "10.0.0.1") == GOOD
