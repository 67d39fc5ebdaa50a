"""Calls at a steady rate: createCall, INVITE, answer webhook, BXML, BYE and disconnect webhook.

Clients, callee and application are this process and know no more than they need, so that the
server has a core to itself. The delay is from the first byte of createCall to the INVITE that it
leads to; failures are calls of which any part did not happen.
"""

import socket
import tempfile
from pathlib import Path

import msgspec
import uvloop

from bench import Figure, Plan
from bench._process import HOST, children, cpu_s
from offhook.capacity.client import Tally, quantile
from offhook.capacity.parties import Answer
from offhook.capacity.run import SHORT
from offhook.capacity.site import running_site
from offhook.config import load

PER_SECOND = 200
SECONDS = 60.0
WARM_UP_CALLS = 200
PATIENCE_S = 20.0  # for the last call to end


def run(plan: Plan) -> list[Figure]:
    """Place calls for a minute, or for two seconds."""
    seconds = 2.0 if plan.quick else SECONDS
    with (
        tempfile.TemporaryDirectory(prefix="offhook-bench-") as folder,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtp,  # what is said is not heard
    ):
        rtp.bind((HOST, 0))
        return uvloop.run(_run(Path(folder), rtp.getsockname()[1], seconds))


async def _run(folder: Path, rtp_port: int, seconds: float) -> list[Figure]:
    tally, settings = Tally(), load().settings
    limits = msgspec.structs.replace(settings.limits, load=1.0)  # a full machine is what we want
    settings = msgspec.structs.replace(settings, limits=limits)
    calls = round(PER_SECOND * seconds)

    def invited(user: str, port: int, answer: Answer) -> None:
        del port
        tally.invited(user)
        answer(rtp_port)

    async with running_site(folder, settings, SHORT, tally, invited) as site:
        await site.client.finish(WARM_UP_CALLS, PER_SECOND, PATIENCE_S)
        tally.delays_s.clear()
        control = site.server.pid
        helpers = children(control)
        before, others = cpu_s(control), sum(map(cpu_s, helpers))
        await site.client.finish(calls, PER_SECOND, PATIENCE_S)
        used, others = cpu_s(control) - before, sum(map(cpu_s, helpers)) - others
    failed = WARM_UP_CALLS + calls - tally.ended + len(tally.refused)
    title = f"rate: {PER_SECOND} calls a second for {seconds:.0f} s:"
    return [
        Figure(f"{title} CPU of control per call", used / calls * 1000, "ms"),
        Figure(f"{title} CPU of its other processes per call", others / calls * 1000, "ms"),
        *(
            Figure(
                f"{title} createCall to INVITE, {name}", quantile(tally.delays_s, part) * 1000, "ms"
            )
            for name, part in (("median", 0.5), ("p99", 0.99), ("longest", 1.0))
        ),
        Figure(f"{title} failures", failed, "calls"),
    ]
