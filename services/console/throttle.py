"""Slows down whoever guesses passwords."""

import asyncio

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

_PER_LOGIN = RateLimitItemPerMinute(5)
_PER_ADDRESS = RateLimitItemPerMinute(30)


class Throttle:
    """Counts failed sign-ins of the last minute, by login and by address."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        # One guess at a time, or those sent at once would all be judged before the first is counted.
        self.turn = asyncio.Lock()

    def open(self, login: str, address: str) -> bool:
        """Whether another try is allowed."""
        return self._limiter.test(_PER_LOGIN, "login", login) and self._limiter.test(
            _PER_ADDRESS, "address", address
        )

    def failed(self, login: str, address: str) -> None:
        """One more wrong guess."""
        self._limiter.hit(_PER_LOGIN, "login", login)
        self._limiter.hit(_PER_ADDRESS, "address", address)
