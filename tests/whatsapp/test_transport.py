"""The transport against servers that misbehave below HTTP, which the practice Twilio cannot."""

import asyncio
import socket
import ssl
import struct
from base64 import b64encode

import pytest
from twilio.http import AsyncHttpClient

from waapp.whatsapp.request_errors import AnswerLostError, NotWrittenError, ThrottledError
from waapp.whatsapp.transport import TwilioTransport

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
OK = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"sid": "SM"}'


class RawServer:
    """Speaks whatever `talk` says, and keeps what it heard."""

    def __init__(self, talk):
        self.talk = talk
        self.heard = []
        self.connections = 0

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self.server.close()
        await self.server.wait_closed()

    async def _serve(self, reader, writer):
        self.connections += 1
        try:
            await self.talk(self, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def request(self, reader):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            (
                int(line.split(":")[1])
                for line in head.split("\r\n")
                if line.lower().startswith("content-length:")
            ),
            0,
        )
        self.heard.append((head, (await reader.readexactly(length)).decode()))
        return self.heard[-1]


async def answer_all(server, reader, writer):
    while True:
        await server.request(reader)
        writer.write(OK)
        await writer.drain()


@pytest.fixture
def open_transport(run):
    opened = []

    def open_one(base_url, read_seconds=2):
        opened.append(TwilioTransport(read_seconds=read_seconds, base_url=base_url))
        return opened[-1]

    yield open_one
    for transport in opened:
        run(transport.close())


def post(transport, **kwargs):
    given = {"data": {"To": "whatsapp:+351"}, "headers": FORM, **kwargs}
    return transport.request("POST", "https://api.twilio.com/2010-04-01/x.json", **given)


def test_is_what_the_package_takes():
    assert issubclass(TwilioTransport, AsyncHttpClient)


@pytest.mark.parametrize(
    ("headers", "data", "wire"),
    [
        (FORM, {"To": "whatsapp:+1", "M": ["a", "b"], "Flag": True}, "To=whatsapp%3A%2B1&M=a&M=b&Flag=true"),
        (JSON, {"types": {"twilio/text": {"body": "Olá"}}}, '{"types": {"twilio/text": {"body": "Olá"}}}'),
        ({"Content-Type": "application/json; charset=utf-8"}, {"a": [1]}, '{"a": [1]}'),
    ],
    ids=["form", "json", "json with charset"],
)  # fmt: skip
def test_bodies_on_the_wire(run, open_transport, headers, data, wire):
    async def scenario():
        async with RawServer(answer_all) as server:
            transport = open_transport(server.url)
            answer = await post(transport, headers=headers, data=data, auth=("AC1", "secret"))
            return answer, server.heard

    answer, ((head, body),) = run(scenario())
    assert (answer.status_code, answer.text) == (200, '{"sid": "SM"}')
    assert body == wire
    assert head.startswith("POST /2010-04-01/x.json HTTP/1.1")
    assert f"Authorization: Basic {b64encode(b'AC1:secret').decode()}" in head


def test_queries_are_encoded_once(run, open_transport):
    async def scenario():
        async with RawServer(answer_all) as server:
            transport = open_transport(server.url)
            params = {"To": "whatsapp:+351", "DateSent>": "2026-11-22"}
            await transport.request("GET", "https://api.twilio.com/a.json", params=params)
            await transport.request("GET", f"{server.url}/a.json?To=whatsapp%3A%2B351&DateSent%3E=2026-11-22")
            return [head.split(" ")[1] for head, _ in server.heard]

    assert run(scenario()) == ["/a.json?To=whatsapp%3A%2B351&DateSent%3E=2026-11-22"] * 2


def test_a_connection_closed_while_idle_is_not_sent_or_unknown_but_never_repeated(run, open_transport):
    """The server ends an idle connection just as we take it from the pool."""

    async def one_answer(server, reader, writer):
        await server.request(reader)
        writer.write(OK)
        await writer.drain()
        # Now the connection is idle in the pool; a reset is on its way while the next request is written.
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    async def scenario():
        results = []
        async with RawServer(one_answer) as server:
            transport = open_transport(server.url)
            for _ in range(30):
                try:
                    results.append((await post(transport)).status_code)
                except (NotWrittenError, AnswerLostError) as error:
                    results.append(type(error))
            return results, len(server.heard), server.connections

    results, heard, connections = run(scenario())
    assert heard == results.count(200)
    assert connections <= heard + 1


def test_nothing_is_written_to_a_connection_that_closes_under_us(run, open_transport, monkeypatch):
    """Between taking the connection from the pool and writing, it closes: provably nothing was sent."""
    import aiohttp

    async def scenario():
        async with RawServer(answer_all) as server:
            transport = open_transport(server.url)
            await post(transport)
            original = aiohttp.ClientRequest.send

            async def send(request, connection):
                answer = await original(request, connection)
                connection.transport.abort()  # the body is written by a task that has not begun
                return answer

            monkeypatch.setattr(aiohttp.ClientRequest, "send", send)
            with pytest.raises(NotWrittenError) as raised:
                await post(transport)
            return raised.value.why, len(server.heard)

    assert run(scenario()) == ("refused", 1)


def test_a_read_timeout_is_an_answer_lost(run, open_transport):
    async def silent(server, reader, writer):
        await server.request(reader)
        await reader.read()

    async def scenario():
        async with RawServer(silent) as server:
            transport = open_transport(server.url, read_seconds=0.2)
            with pytest.raises(AnswerLostError) as posted:
                await post(transport)
            with pytest.raises(AnswerLostError) as asked:
                await transport.request("GET", server.url)
            return posted.value.why, asked.value.why, len(server.heard)

    assert run(scenario()) == ("timeout", "timeout", 2)


def test_an_address_that_swallows_everything_is_not_written(run, open_transport, monkeypatch):
    from waapp.whatsapp import transport as module

    monkeypatch.setattr(module, "CONNECT_SECONDS", 0.2)

    async def scenario():
        # A listening socket whose queue is full: connecting neither succeeds nor fails.
        with socket.socket() as full:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            fillers = [socket.socket() for _ in range(4)]
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(full.getsockname())
            transport = open_transport(f"http://127.0.0.1:{full.getsockname()[1]}")
            with pytest.raises(NotWrittenError) as raised:
                await post(transport)
            for filler in fillers:
                filler.close()
            return raised.value.why

    assert run(scenario()) == "connect_timeout"


def test_a_server_without_tls_is_not_written(run, open_transport):
    async def plain(server, reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async def scenario():
        async with RawServer(plain) as server:
            transport = open_transport(server.url.replace("http:", "https:"))
            with pytest.raises(NotWrittenError) as raised:
                await post(transport)
            return raised.value.why

    assert run(scenario()) == "tls"


def test_a_certificate_of_nobody_is_refused(run, open_transport, tmp_path):
    certificate = tmp_path / "certificate.pem"
    certificate.write_bytes(self_signed())

    async def scenario():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        transport = open_transport(f"https://localhost:{port}")
        with pytest.raises(NotWrittenError) as raised:
            await post(transport)
        server.close()
        return raised.value.why

    assert run(scenario()) == "tls"


def self_signed():
    x509 = pytest.importorskip("cryptography.x509")
    from datetime import UTC, datetime, timedelta

    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def test_the_systems_proxy_is_used_with_its_sign_in(run, open_transport, monkeypatch):
    async def scenario():
        async with RawServer(answer_all) as proxy:
            monkeypatch.setenv("http_proxy", proxy.url.replace("//", "//maria:pass%20word@"))
            monkeypatch.delenv("no_proxy", raising=False)
            monkeypatch.delenv("NO_PROXY", raising=False)
            transport = open_transport("http://twilio.example")
            answer = await post(transport)
            return answer.status_code, proxy.heard[0][0]

    status, head = run(scenario())
    assert status == 200
    assert head.startswith("POST http://twilio.example/2010-04-01/x.json HTTP/1.1")
    assert f"Proxy-Authorization: Basic {b64encode(b'maria:pass word').decode()}" in head


@pytest.mark.parametrize("proxy_answer", [b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", b""])
def test_a_proxy_that_refuses_is_not_written(run, open_transport, monkeypatch, proxy_answer):
    async def refuse(server, reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(proxy_answer)
        await writer.drain()

    async def scenario():
        async with RawServer(refuse) as proxy:
            monkeypatch.setenv("https_proxy", proxy.url)
            transport = open_transport(None)
            with pytest.raises(NotWrittenError) as raised:
                await post(transport)
            return raised.value.why

    assert run(scenario()) in {"proxy", "refused"}


def test_this_computer_is_never_asked_through_the_proxy(run, open_transport, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)

    async def scenario():
        async with RawServer(answer_all) as server:
            transport = open_transport(server.url)
            answer = await post(transport)
            return answer.status_code

    assert run(scenario()) == 200


@pytest.mark.parametrize(
    ("header", "after"),
    [(b"5", 5.0), (b"0.5", 0.5), (b"-1", None), (b"nan", None), (b"soon", None), (b"1e99", None)],
)
def test_retry_after(run, open_transport, header, after):
    async def throttle(server, reader, writer):
        await server.request(reader)
        writer.write(
            b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nRetry-After: " + header + b"\r\n\r\n"
        )
        await writer.drain()

    async def scenario():
        async with RawServer(throttle) as server:
            transport = open_transport(server.url)
            with pytest.raises(ThrottledError) as raised:
                await post(transport)
            return raised.value.after

    assert run(scenario()) == after


def test_redirects_are_not_followed(run, open_transport):
    async def redirect(server, reader, writer):
        while True:
            await server.request(reader)
            writer.write(
                b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
            )
            await writer.drain()

    async def scenario():
        async with RawServer(redirect) as server:
            transport = open_transport(server.url)
            answer = await post(transport)
            return answer.status_code, len(server.heard)

    assert run(scenario()) == (307, 1)
