"""What a finding says."""

from offhook.doctor.finding import Level, fault, ok, warning


def test_a_finding_as_json() -> None:
    assert fault("SIP port", "it is taken", "stop the other").as_data() == {
        "check": "SIP port",
        "level": "fault",
        "seen": "it is taken",
        "fix": "stop the other",
    }
    assert ok("x", "y").as_data()["fix"] == ""
    assert warning("x", "y", "z").level is Level.WARNING
