"""What this computer knows of the way out: its proxy, and whose certificates are good."""

import ssl
from ipaddress import ip_address
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
        self._found: tuple[float, dict[str, str]] | None = None

    def proxy_for(self, target: URL) -> URL | None:
        """Return the proxy for an address, None where it is reached directly."""
        host = target.host or ""
        if _is_loopback(host) or proxy_bypass(host):
            return None
        now = monotonic()
        if self._found is None or now - self._found[0] > _PROXIES_LAST_SECONDS:
            self._found = (now, getproxies())
        found = self._found[1].get(target.scheme)
        return URL(found if "://" in found else f"http://{found}") if found else None

    def forget(self) -> None:
        """Look anew next time: the computer may have moved to another network."""
        self._found = None


def trusting_context() -> ssl.SSLContext:
    """Trust what the system trusts (a company's own proxy, too) and the public authorities of certifi.

    The system's store is empty in a frozen program on some machines, and on a fresh macOS Python. Reading the
    authorities takes a while.
    """
    import certifi

    made = ssl.create_default_context()
    made.load_verify_locations(certifi.where())
    return made


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
