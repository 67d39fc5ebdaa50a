"""A server that has more to do than it may refuses new calls, and only those."""

import asyncio
import threading
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.interop.site import CALLER, PARTY, Site, running_site, until

pytestmark = pytest.mark.slow

LIMIT = 0.1  # of a core: an idle server needs a hundredth
PATIENCE_S = 60.0


def figure(site: Site, name: str, **labels: str) -> float:
    """Read one figure, or 0 if there is none of these labels."""
    answer = site.rest.ask("GET", "/metrics", headers={"Host": "localhost"})
    assert answer.status == 200, answer
    for family in text_string_to_metric_families(answer.body.decode()):
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return sample.value
    return 0.0


def test_a_busy_server_takes_no_more_calls_until_it_is_less_busy(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_site(tmp_path, node=f"load = {LIMIT}") as site:
            site.app.on("/answer", '<Pause duration="600"/>')
            site.phones.phone(PARTY)

            def is_full() -> bool:
                return figure(site, "offhook_full") == 1.0

            call_id = await created(site)
            await site.wait_log(call_id, "verb.started", verb="Pause")
            assert await asyncio.to_thread(figure, site, "offhook_call_legs") == 1.0
            enough = threading.Event()
            asking = asyncio.gather(*(asyncio.to_thread(ask, site, enough) for _ in range(4)))
            try:
                await until(is_full, "the server to mind", PATIENCE_S)
                await refused(site)
            finally:
                enough.set()
                await asking
            assert (await site.state(call_id))["state"] == "answered"
            await created(site)

    async def created(site: Site) -> str:
        """Create a call as soon as there is room: at the start there may be none for a while."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                request = site.request(to=PARTY)
                answer = await asyncio.to_thread(site.rest.ask, "POST", "/calls", request)
                if answer.status == 201:
                    return str(answer.json()["callId"])
                assert answer.status == 503, answer
                await asyncio.sleep(0.5)

    def ask(site: Site, enough: threading.Event) -> None:
        """Keep the server busy."""
        while not enough.is_set():
            site.rest.ask("GET", "/statistics")

    async def refused(site: Site) -> None:
        answer = await asyncio.to_thread(site.rest.ask, "POST", "/calls", site.request(to=PARTY))
        assert answer.status == 503, answer
        assert answer.json()["type"] == "system-overloaded"
        assert answer.json()["description"] == "Managing too many concurrent calls"
        assert answer.values("Retry-After") == ["1"]
        (request_id,) = answer.values("X-Request-Id")
        await until(lambda: site.store.incident(request_id) is not None, "the incident")
        assert f"limits.load is {LIMIT}" in str(site.store.incident(request_id))
        caller = await site.phones.phone(CALLER).dial(site.server.number)
        await asyncio.wait_for(caller.wait("ended"), 15)
        assert "503" in str(caller.end)
        assert await asyncio.to_thread(figure, site, "offhook_incidents_total", kind="invite") >= 1

    asyncio.run(story())
