"""Somebody signed in at the console of a hub in this process."""

import httpx

from services.console.posts import add_operator
from services.console.session import hash_password
from services.console.tables import Operator
from tests.api.hub import Hub, client_of

PASSWORD = "maple-bridge"


async def signed_in(hub: Hub, login: str = "centre", role: str = "county_centre") -> httpx.AsyncClient:
    """A client at a new post of this role."""
    post = Operator(login=login, hash=hash_password(PASSWORD), post="值班岗", role=role)
    await add_operator(hub.house.database, post)
    client = client_of(hub.app, "")
    client.headers["Origin"] = "http://hub"
    answer = await client.post("/login", data={"login": login, "password": PASSWORD})
    assert answer.status_code == 303
    return client
