import httpx

from adapters import registry
from adapters.simulation import Desk
from tests.adapters.conformance import Conformance, drain, patient


class TestDisputeCode(Conformance):
    platform = "dispute_code"

    async def test_one_token_serves_until_it_is_refused(self, desk: Desk) -> None:
        asked: list[str] = []
        apps = [registry.simulator(self.platform).app(desk, desk.faults) for _ in range(2)]
        transports = [httpx.ASGITransport(app) for app in apps]  # two lives: the second knows no old token

        class Switch(httpx.AsyncBaseTransport):
            async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
                asked.append(request.url.path)
                return await transports[0].handle_async_request(request)

        ids = self.fill(desk, 150)
        manifest = registry.manifest(self.platform)
        async with httpx.AsyncClient(transport=Switch()) as http:
            adapter = registry.make(self.platform, http, manifest.simulator.secrets, patient(manifest))
            first = await adapter.pull(None)
            await adapter.check()
            assert asked.count("/oauth2/token") == 1
            transports.pop(0)
            rest, _ = await drain(adapter, first.cursor)
        assert asked.count("/oauth2/token") == 2
        assert {item.key for item in [*first.postings, *rest]} == set(ids)
