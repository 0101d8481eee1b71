"""How often an address may try a wrong key, or a wrong code. Pure: no clock, no request.

A key has 99 bits, so nobody guesses it through; waiting keeps guessing from being noise and load. A whole school
shares one address, so a few slips are free and the first waits are short. Whoever counts attempts at something else
says how many are free, and how long one waits at most.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable

FREE_SLIPS = 5
FIRST_WAIT_S, LONGEST_WAIT_S = 15.0, 900.0
FORGET_AFTER_S = 3600.0
KEPT_ADDRESSES = 10_000
"""Beyond these the address that slipped longest ago is forgotten: 10,000 take about 3 MB."""


class Attempts:
    """Wrong attempts per address. After `free` of them each further one doubles the wait, up to `longest` seconds."""

    def __init__(self, now: Callable[[], float], free: int = FREE_SLIPS, longest: float = LONGEST_WAIT_S) -> None:
        self._now = now
        self._free, self._longest = free, longest
        self._slips: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Seconds until this address may try again; 0 if it may now."""
        slips, last = self._slips.get(network_of(address), (0, 0.0))
        if slips < self._free:
            return 0.0
        pause = min(FIRST_WAIT_S * 2.0 ** min(slips - self._free, 16), self._longest)
        return max(0.0, last + pause - self._now())

    def slipped(self, address: str) -> None:
        """This address tried a wrong key."""
        network = network_of(address)
        slips, last = self._slips.pop(network, (0, 0.0))
        if self._now() - last > FORGET_AFTER_S:
            slips = 0
        self._slips[network] = (slips + 1, self._now())
        while len(self._slips) > KEPT_ADDRESSES:
            self._slips.popitem(last=False)

    def forgive(self, address: str) -> None:
        """This address knew the key."""
        self._slips.pop(network_of(address), None)


def network_of(address: str) -> str:
    """One IPv6 household has 2^64 addresses and counts as one."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if known.version == 6:
        return str(ipaddress.ip_network((int(known) >> 64 << 64, 64)))
    return str(known)
