"""What this computer knows of the way out: its proxy, and whose certificates are good."""

import ssl
from ipaddress import ip_address
from math import inf
from time import monotonic
from typing import Final
from urllib.request import getproxies, proxy_bypass

from yarl import URL

_PROXIES_LAST_SECONDS: Final = 60.0


class Proxies:
    """The system's proxies, looked up anew every minute.

    aiohttp's own `trust_env` asks in a thread for every single request, and sends requests to this very
    computer through the proxy, too.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], URL | None] = {}
        self._looked_at = -inf

    def proxy_for(self, target: URL) -> URL | None:
        """Return the proxy for an address, None where it is reached directly."""
        now = monotonic()
        if now - self._looked_at > _PROXIES_LAST_SECONDS:
            self._found.clear()
            self._looked_at = now
        place = target.scheme, target.host or ""
        if place not in self._found:
            self._found[place] = _proxy(*place)
        return self._found[place]

    def forget(self) -> None:
        """Look anew next time: the computer may have moved to another network."""
        self._looked_at = -inf


def trusting_context() -> ssl.SSLContext:
    """Trust what the system trusts (a company's own proxy, too) and the public authorities of certifi.

    The system's store is empty in a frozen program on some machines, and on a fresh macOS Python. Reading the
    authorities takes a while.
    """
    import certifi

    made = ssl.create_default_context()
    made.load_verify_locations(certifi.where())
    return made


def _proxy(scheme: str, host: str) -> URL | None:
    if _is_loopback(host) or proxy_bypass(host):
        return None
    found = getproxies().get(scheme)
    return URL(found if "://" in found else f"http://{found}") if found else None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
