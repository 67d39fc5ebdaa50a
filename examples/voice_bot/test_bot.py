"""Tests of the bot in real calls: the fixture `offhook` comes with Offhook's pytest plugin."""

from typing import Any

import pytest
from app import BOT_URL, app
from bot import Bot

from offhook.testing.lab import Lab
from offhook.testing.sockets import Link
from offhook.testing.sound import tone, tones


@pytest.fixture(autouse=True)
def served(offhook: Lab) -> None:
    """Let our app answer the webhooks, and a bot each stream."""
    offhook.app = app
    bots: dict[Link, Bot] = {}

    def hear(link: Link, message: dict[str, Any]) -> None:
        for reply in bots.setdefault(link, Bot()).hear(message):
            link.send(reply)

    offhook.sockets.on(BOT_URL, hear)


def test_the_bot_repeats_what_a_caller_says(offhook: Lab) -> None:
    caller = offhook.phone("+12025550143")
    call = caller.dial()
    call.hears("say something")
    call.stream("bot")
    caller.say("ninety nine balloons")
    call.hears("ninety nine")


def test_the_bot_is_silent_when_a_caller_interrupts_it(offhook: Lab) -> None:
    caller = offhook.phone("+12025550143")
    call = caller.dial()
    call.hears("say something")
    call.stream("bot")
    caller.say(tone(440, 5))
    call.hears_tone(440)
    caller.say(tone(660, 1))
    call.hears_tone(660)
    (repeated,) = tones(caller.sound, 440)
    assert repeated.duration_s < 2  # of five


def test_a_caller_hears_goodbye_when_the_bot_has_hung_up(offhook: Lab) -> None:
    call = offhook.phone("+12025550143").dial()
    call.hears("say something")
    call.stream("bot").close()
    call.hears("goodbye")
    call.ended(cause="hangup")
