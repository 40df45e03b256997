"""The transport against servers that misbehave below HTTP, which the practice Twilio cannot."""

import asyncio
import socket
import ssl
import struct
from base64 import b64encode

import pytest
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

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


async def post_by_wire(transport):
    """As a message is posted, by the shortest way."""
    form = transport.form("https://api.twilio.com/2010-04-01/x.json", FORM, ("AC1", "secret"))
    status, _ = await transport.post(form, {"To": "whatsapp:+351"})
    return Response(status, "", {})


@pytest.fixture(params=[post, post_by_wire], ids=["session", "wire"])
def any_post(request):
    return request.param


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


def test_a_connection_closed_while_idle_is_not_sent_or_unknown_but_never_repeated(
    run, open_transport, any_post
):
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
                    results.append((await any_post(transport)).status_code)
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


def test_nothing_is_written_to_a_wire_that_closes_under_us(run, open_transport, monkeypatch):
    from aiohttp.client_proto import ResponseHandler

    async def scenario():
        async with RawServer(answer_all) as server:
            transport = open_transport(server.url)
            await post_by_wire(transport)
            original = ResponseHandler.set_response_params

            def prepare(connection, **kwargs):
                original(connection, **kwargs)
                connection.transport.abort()

            monkeypatch.setattr(ResponseHandler, "set_response_params", prepare)
            with pytest.raises(NotWrittenError) as raised:
                await post_by_wire(transport)
            return raised.value.why, len(server.heard)

    assert run(scenario()) == ("refused", 1)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
        b'HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n{"sid"\r\n7\r\n: "SM"}\r\n0\r\n\r\n',
        b'HTTP/1.1 201 Created\r\nConnection: close\r\n\r\n{"sid": "SM"}',
        b"HTTP/1.0 201 Created\r\nContent-Length: 13\r\n\r\n" + b'{"sid": "SM"}',
    ],
    ids=["continue", "chunked", "until the end", "old"],
)
def test_answers_of_every_shape_belong_to_their_request(run, open_transport, answer):
    async def talk(server, reader, writer):
        while True:
            await server.request(reader)
            for at in range(0, len(answer), 7):
                writer.write(answer[at : at + 7])
                await writer.drain()
                await asyncio.sleep(0)
            if b"Content-Length" not in answer and b"chunked" not in answer:
                return

    async def scenario():
        async with RawServer(talk) as server:
            transport = open_transport(server.url)
            form = transport.form("https://api.twilio.com/x.json", FORM, ("AC1", "secret"))
            told = [await transport.post(form, {"Body": f"{number} & é"}) for number in range(3)]
            return told, [body for _, body in server.heard], server.heard[0][0]

    told, bodies, head = run(scenario())
    assert [document for _, document in told] == [{"sid": "SM"}] * 3
    assert bodies == [f"Body={number}+%26+%C3%A9" for number in range(3)]
    assert head.startswith("POST /x.json HTTP/1.1\r\nHost: 127.0.0.1:")
    assert f"Authorization: Basic {b64encode(b'AC1:secret').decode()}" in head


@pytest.mark.parametrize("later", [False, True], ids=["at once", "while nobody asks"])
def test_what_nobody_asked_for_is_nobodys_answer(run, open_transport, later):
    """A server that answers twice: the second one must not settle another message."""
    gate = asyncio.Event()
    other = OK.replace(b"SM", b"XX")

    async def talk(server, reader, writer):
        await server.request(reader)
        if later:
            writer.write(OK)
            await gate.wait()
            writer.write(other[:50])
        else:
            writer.write(OK + other)
        await writer.drain()
        await reader.read()

    async def scenario():
        async with RawServer(talk) as server:
            transport = open_transport(server.url)
            form = transport.form("https://api.twilio.com/x.json", FORM, ("AC1", "secret"))
            first = await transport.post(form, {"Body": "1"})
            if later:
                idle = transport._wire._idle
                (_, connection), *_ = next(iter(idle.values()))
                gate.set()
                while connection.is_connected():
                    await asyncio.sleep(0)
                gate.clear()
            server.talk = answer_all
            return first, await transport.post(form, {"Body": "2"}), server.connections

    assert run(scenario()) == ((200, {"sid": "SM"}), (200, {"sid": "SM"}), 2)


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 201 Cre", b"HTTP/1.1 201 Created\r\nContent-Length: 13\r\n\r\n{", b"nonsense\r\n\r\n"],
    ids=["nothing", "half a head", "half a body", "no HTTP"],
)
def test_half_an_answer_is_an_answer_lost(run, open_transport, answer):
    async def talk(server, reader, writer):
        await server.request(reader)
        writer.write(answer)
        await writer.drain()

    async def scenario():
        async with RawServer(talk) as server:
            transport = open_transport(server.url)
            with pytest.raises(AnswerLostError) as raised:
                await post_by_wire(transport)
            return raised.value.why, len(server.heard)

    assert run(scenario()) == ("reset", 1)


def test_idle_connections_are_used_again_and_closed_in_the_end(run, open_transport, monkeypatch):
    from waapp.whatsapp import wire

    monkeypatch.setattr(wire, "_IDLE_SECONDS", 0.05)

    async def scenario():
        ended = asyncio.Event()

        async def talk(server, reader, writer):
            try:
                await answer_all(server, reader, writer)
            finally:
                ended.set()

        async with RawServer(talk) as server:
            transport = open_transport(server.url)
            for _ in range(5):
                await post_by_wire(transport)
            connections = server.connections
            await asyncio.wait_for(ended.wait(), 60)
            return connections

    assert run(scenario()) == 1


def test_a_header_cannot_bring_another(run, open_transport):
    async def scenario():
        transport = open_transport("http://127.0.0.1:1")
        with pytest.raises(ValueError, match="line break"):
            transport.form("https://api.twilio.com/x.json", {"X": "a\r\nY: b"}, ("AC1", "secret"))

    run(scenario())


def test_a_read_timeout_is_an_answer_lost(run, open_transport, any_post):
    async def silent(server, reader, writer):
        await server.request(reader)
        await reader.read()

    async def scenario():
        async with RawServer(silent) as server:
            transport = open_transport(server.url, read_seconds=0.2)
            with pytest.raises(AnswerLostError) as posted:
                await any_post(transport)
            with pytest.raises(AnswerLostError) as asked:
                await transport.request("GET", server.url)
            return posted.value.why, asked.value.why, len(server.heard)

    assert run(scenario()) == ("timeout", "timeout", 2)


def test_an_address_that_swallows_everything_is_not_written(run, open_transport, any_post, monkeypatch):
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
                await any_post(transport)
            for filler in fillers:
                filler.close()
            return raised.value.why

    assert run(scenario()) == "connect_timeout"


def test_a_server_without_tls_is_not_written(run, open_transport, any_post):
    async def plain(server, reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async def scenario():
        async with RawServer(plain) as server:
            transport = open_transport(server.url.replace("http:", "https:"))
            with pytest.raises(NotWrittenError) as raised:
                await any_post(transport)
            return raised.value.why

    assert run(scenario()) == "tls"


def test_a_certificate_of_nobody_is_refused(run, open_transport, any_post, tmp_path):
    certificate = tmp_path / "certificate.pem"
    certificate.write_bytes(self_signed())

    async def scenario():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        transport = open_transport(f"https://localhost:{port}")
        with pytest.raises(NotWrittenError) as raised:
            await any_post(transport)
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


def test_the_systems_proxy_is_used_with_its_sign_in(run, open_transport, any_post, monkeypatch):
    async def scenario():
        async with RawServer(answer_all) as proxy:
            monkeypatch.setenv("http_proxy", proxy.url.replace("//", "//maria:pass%20word@"))
            monkeypatch.delenv("no_proxy", raising=False)
            monkeypatch.delenv("NO_PROXY", raising=False)
            transport = open_transport("http://twilio.example")
            answer = await any_post(transport)
            return answer.status_code, proxy.heard[0][0]

    status, head = run(scenario())
    assert status == 200
    assert head.startswith("POST http://twilio.example/2010-04-01/x.json HTTP/1.1")
    assert f"Proxy-Authorization: Basic {b64encode(b'maria:pass word').decode()}" in head


@pytest.mark.parametrize("proxy_answer", [b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", b""])
def test_a_proxy_that_refuses_is_not_written(run, open_transport, any_post, monkeypatch, proxy_answer):
    async def refuse(server, reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(proxy_answer)
        await writer.drain()

    async def scenario():
        async with RawServer(refuse) as proxy:
            monkeypatch.setenv("https_proxy", proxy.url)
            transport = open_transport(None)
            with pytest.raises(NotWrittenError) as raised:
                await any_post(transport)
            return raised.value.why

    assert run(scenario()) in {"proxy", "refused"}


def test_this_computer_is_never_asked_through_the_proxy(run, open_transport, any_post, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)

    async def scenario():
        async with RawServer(answer_all) as server:
            transport = open_transport(server.url)
            answer = await any_post(transport)
            return answer.status_code

    assert run(scenario()) == 200


@pytest.mark.parametrize(
    ("header", "after"),
    [(b"5", 5.0), (b"0.5", 0.5), (b"-1", None), (b"nan", None), (b"soon", None), (b"1e99", None)],
)
def test_retry_after(run, open_transport, any_post, header, after):
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
                await any_post(transport)
            return raised.value.after

    assert run(scenario()) == after


def test_redirects_are_not_followed(run, open_transport, any_post):
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
            answer = await any_post(transport)
            return answer.status_code, len(server.heard)

    assert run(scenario()) == (307, 1)
