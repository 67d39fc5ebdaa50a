"""What a stream is asked for with."""

from offhook.hooks import Target
from offhook.verbs.streaming import StreamOrder


def test_only_the_url_of_its_events_may_be_relative() -> None:
    order = StreamOrder("wss://ws.test/a", ("inbound",), events=Target("e"))

    assert order.resolve("http://app.test/v/answer").events == Target("http://app.test/v/e")
    assert StreamOrder("wss://ws.test/a", ()).resolve("http://app.test").events is None
