import httpx

from adapters import registry
from adapters.simulation import Desk
from tests.adapters.conformance import Conformance, patient


class TestHotline12345(Conformance):
    platform = "hotline_12345"

    async def test_the_platform_takes_each_signature_once(self, desk: Desk) -> None:
        app = registry.simulator(self.platform).app(desk, desk.faults)
        sent: list[httpx.Request] = []

        async def keep(request: httpx.Request) -> None:
            sent.append(request)

        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, event_hooks={"request": [keep]}) as http:
            manifest = registry.manifest(self.platform)
            adapter = registry.make(self.platform, http, manifest.simulator.secrets, patient(manifest))
            await adapter.check()
        again = httpx.Request("GET", sent[0].url, headers=sent[0].headers)
        assert (await transport.handle_async_request(again)).status_code == 401
