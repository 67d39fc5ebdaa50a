"""The server that is measured is configured as the operator's, and its figures are read."""

from prometheus_client.samples import Sample

from offhook.capacity.site import Figures, _wishes
from offhook.config import load


def test_media_and_limits_are_those_of_the_configuration() -> None:
    env = {
        "OFFHOOK_MEDIA_PORTS": "30000-30099",
        "OFFHOOK_MEDIA_SOCKETS": "per-leg",
        "OFFHOOK_MEDIA_WORKERS": "3",
        "OFFHOOK_LIMITS_CALLS": "40",
        "OFFHOOK_LIMITS_LOAD": "0.5",
    }
    wishes = _wishes(load(env=env).settings, "http://app", 5070)

    assert (wishes.app_url, wishes.trunk, wishes.ports) == ("http://app", 5070, "30000-30099")
    assert wishes.media == 'sockets = "per-leg"\nworkers = 3'
    assert "calls = 40\nload = 0.5\n" in wishes.node


def test_figures_are_found_by_their_names() -> None:
    figures = Figures(
        [
            Sample("offhook_used", {"resource": "a core"}, 0.25),
            Sample("offhook_used", {"resource": "files"}, 0.5),
            Sample("offhook_media_ticks_skipped", {"worker": "1"}, 2.0),
            Sample("offhook_media_ticks_skipped", {"worker": "2"}, 3.0),
            Sample("offhook_full", {}, 1.0),
        ]
    )

    assert figures.used == {"a core": 0.25, "files": 0.5}
    assert figures.skipped == 5
