"""Our HTTP transport under the twilio package: it knows whether a request can have reached Twilio.

The package's own asynchronous transport ignores its timeout, form-encodes JSON bodies, repeats POSTs after a
5xx and can hand one request's answer to another. Nobody may build on it; this one shares nothing between
requests but the pool of connections, and repeats nothing.
"""

import json
import logging
import ssl
from base64 import b64encode
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import BytesPayload
from twilio.http import AsyncHttpClient  # type: ignore[import-untyped] # the package ships no types
from twilio.http.response import Response  # type: ignore[import-untyped]
from yarl import URL

from waapp.whatsapp.network import Proxies, trusting_context
from waapp.whatsapp.request_errors import AnswerLostError, NotWrittenError, RequestError, ThrottledError
from waapp.whatsapp.wire import Answer, Wire, head

_log = logging.getLogger(__name__)

CONNECT_SECONDS: Final = 10.0
"""How long finding and reaching Twilio may take, TLS included."""

_JSON_TYPES: Final = ("application/json", "application/scim+json")
_BEFORE_WRITING: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
)


class _Body(BytesPayload):
    """A request body that remembers whether it was handed to an open connection.

    The headers leave in the same write as the body, so until then the server has seen nothing; and a request
    whose announced body never came is never processed. There is no `await` between the look at the connection
    and the write.
    """

    handed_over = False

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        transport = getattr(writer, "transport", None)
        if transport is None or transport.is_closing():
            raise aiohttp.ClientConnectionResetError("The connection closed before anything was written")
        self.handed_over = True
        await super().write_with_length(writer, content_length)


class Form:
    """An address that takes form after form, with what is the same for all of them."""

    def __init__(self, target: URL, headers: Mapping[str, str]) -> None:
        self.target: Final = target
        self.headers: Final = headers
        self.head: Final = head(target, headers)


class TwilioTransport(AsyncHttpClient):  # type: ignore[misc] # untyped base
    """One pool of connections for all requests of a client; made inside the running loop, closed by `close`.

    `base_url` replaces scheme and host of every Twilio address. `on_answer` gets the headers of each answer.
    Requests to anything but Twilio's own hosts are refused without it: they would carry the credentials.
    """

    def __init__(
        self,
        *,
        read_seconds: float,
        base_url: str | None = None,
        on_answer: Callable[[Mapping[str, str]], None] | None = None,
    ) -> None:
        super().__init__(_log, is_async=True, timeout=read_seconds)
        self._read_seconds = read_seconds
        self._base = URL(base_url) if base_url else None
        self._on_answer = on_answer
        self._proxies = Proxies()
        self._tls: ssl.SSLContext | None = None
        self._session = aiohttp.ClientSession(
            # The caller bounds how many run at once. With a bound here, too, the wait for a free connection would
            # count as time to connect.
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        self._wire = Wire(read_seconds=read_seconds, tls=self._tls_context)

    def form(self, url: str, headers: Mapping[str, str], auth: tuple[str, str]) -> Form:
        """Prepare an address for `post`."""
        return Form(self._target(url, None), {**headers, **_authorization(auth)})

    async def post(self, form: Form, fields: Mapping[str, str]) -> tuple[int, Any]:
        """Post a form, once; return the status, and what the JSON of the answer says (None: it is none).

        Raises what `request` raises.
        """
        proxy = self._proxies.proxy_for(form.target)
        data = "&".join(f"{name}={_form_value(value)}" for name, value in fields.items()).encode()
        if proxy is None:
            try:
                answer = await self._wire.post(form.target, form.head, data, connect_seconds=CONNECT_SECONDS)
            except RequestError as error:
                raise self._noted(error, "direct") from None
        else:
            answer = await self._exchange("POST", form.target, _Body(data), form.headers, self._read_seconds)
        document = _document(answer.body)
        self._look_at(answer, "POST", form.target, written=True, readable=isinstance(document, dict))
        return answer.status, document

    async def get(
        self, url: str, params: Mapping[str, str] | None, headers: Mapping[str, str], auth: tuple[str, str]
    ) -> tuple[int, Any]:
        """Ask for something; return the status, and what the JSON of the answer says (None: it is none).

        Raises what `request` raises.
        """
        target = self._target(url, params)
        way = {**headers, **_authorization(auth)}
        answer = await self._exchange("GET", target, None, way, self._read_seconds)
        self._look_at(answer, "GET", target, written=False, readable=True)
        return answer.status, _document(answer.body)

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None = None,
        data: object = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Make one request, once.

        Raises NotWrittenError, AnswerLostError (also for a success that cannot be read), ThrottledError. Any
        other status, also 5xx, is a Response.
        """
        target = self._target(url, params)
        body = _encode(method, data, headers or {})
        answer = await self._exchange(
            method, target, body, {**(headers or {}), **_authorization(auth)}, timeout or self._read_seconds
        )
        self._look_at(
            answer,
            method,
            target,
            written=body is not None,
            readable=body is None or isinstance(_document(answer.body), dict),
        )
        return Response(answer.status, answer.body.decode(errors="replace"), answer.headers)

    async def _exchange(
        self, method: str, target: URL, body: _Body | None, headers: Mapping[str, str], read: float
    ) -> Answer:
        """Make a request of any kind, on any way."""
        try:
            async with self._session.request(
                method,
                target,
                data=body,
                headers=headers,
                allow_redirects=False,
                proxy=self._proxies.proxy_for(target),
                ssl=self._tls_context() if target.scheme == "https" else True,
                timeout=aiohttp.ClientTimeout(
                    # A server that drips an endless answer must end, too.
                    total=CONNECT_SECONDS + 2 * read,
                    connect=CONNECT_SECONDS,
                    sock_read=read,
                ),
            ) as answer:
                return Answer(answer.status, answer.headers, await answer.read())
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # Without its cause: that names the whole address, and with it whose number was asked about.
            raise self._failure(error, body) from None

    def _look_at(self, answer: Answer, method: str, target: URL, *, written: bool, readable: bool) -> None:
        """Log an answer, and raise what it means as a whole."""
        _log.debug("%s %s answered %d", method, target.path, answer.status)
        if self._on_answer is not None:
            self._on_answer(answer.headers)
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise ThrottledError(_seconds(answer.headers.get("Retry-After")))
        if written and answer.status < HTTPStatus.MULTIPLE_CHOICES and not readable:
            raise AnswerLostError("unreadable")

    async def close(self) -> None:
        """Close all connections."""
        self._wire.close()
        await self._session.close()

    def _failure(self, error: Exception, body: _Body | None) -> RequestError:
        written = body.handed_over if body is not None else not isinstance(error, _BEFORE_WRITING)
        why = _why(error, written=written)
        return self._noted(AnswerLostError(why) if written else NotWrittenError(why), type(error).__name__)

    def _noted(self, failure: RequestError, kind: str) -> RequestError:
        _log.info("No answer: %s (%s, %s)", failure.why, kind, type(failure).__name__)
        if isinstance(failure, NotWrittenError):
            self._proxies.forget()
        return failure

    def _target(self, url: str, params: Mapping[str, object] | None) -> URL:
        target = URL(url, encoded=True)
        if self._base is not None:
            target = self._base.join(target.relative())
        elif target.scheme != "https" or not (target.host or "").endswith(".twilio.com"):
            raise ValueError(f"not one of Twilio's hosts: {target.host}")
        return URL(f"{target}?{urlencode(params, doseq=True)}", encoded=True) if params else target

    def _tls_context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = trusting_context()
        return self._tls


def _encode(method: str, data: object, headers: Mapping[str, str]) -> _Body | None:
    if method in {"GET", "DELETE"} or not data:
        return None
    if headers.get("Content-Type", "").startswith(_JSON_TYPES):
        return _Body(json.dumps(data, ensure_ascii=False).encode())
    if not isinstance(data, Mapping):
        raise TypeError(f"a form is a mapping, not {type(data).__name__}")
    return _Body(urlencode({name: _field(value) for name, value in data.items()}, doseq=True).encode())


_IN_A_FORM: Final = {code: quote_plus(bytes([code])) for code in range(256)}


def _form_value(text: str) -> str:
    """Do as `quote_plus`, at a tenth of its cost."""
    return text.encode().decode("latin-1").translate(_IN_A_FORM)


def _authorization(auth: tuple[str, str] | None) -> dict[str, str]:
    if auth is None:
        return {}
    return {"Authorization": f"Basic {b64encode(':'.join(auth).encode()).decode()}"}


def _document(body: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    try:
        return json.loads(body)
    except ValueError:
        return None


def _field(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _why(error: Exception, *, written: bool) -> str:
    # One word per cause a person can act on; the order matters, these classes inherit from each other.
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "dns"
        case aiohttp.ClientSSLError() | ssl.SSLError():
            return "tls"
        case aiohttp.ClientHttpProxyError() | aiohttp.ClientProxyConnectionError():
            return "proxy"
        case TimeoutError():
            return "timeout" if written else "connect_timeout"
        case _ if written:
            return "reset"
        case _:
            return "refused"


def _seconds(retry_after: str | None) -> float | None:
    try:
        seconds = float(retry_after or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < 1e6 else None  # NaN fails both comparisons
