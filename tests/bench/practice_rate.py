"""How many messages a second the practice Twilio takes: a load generator that does little but write and read.

python tests/bench/practice_rate.py [MESSAGES [CONNECTIONS]]
"""

import asyncio
import sys
from base64 import b64encode
from time import perf_counter
from urllib.parse import urlsplit

from tests.bench.bare_twilio import PASSWORD, number, start_practice
from waapp.whatsapp.practice import PRACTICE_ACCOUNT


async def rate(base_url: str, messages: int, connections: int) -> float:
    """Send over raw connections and return messages per second."""
    secret = b64encode(f"{PRACTICE_ACCOUNT}:{PASSWORD}".encode()).decode()
    indices = iter(range(messages))

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(base_url).port)
        for index in indices:
            body = (
                f"To=whatsapp%3A%2B{number(index)[1:]}&From=whatsapp%3A%2B15005550006&Body=Dear+guest+{index}"
            )
            head = (
                f"POST /2010-04-01/Accounts/{PRACTICE_ACCOUNT}/Messages.json HTTP/1.1\r\nHost: x\r\n"
                f"Authorization: Basic {secret}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            writer.write((head + body).encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 201"), answer
            length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
        writer.close()

    started = perf_counter()
    await asyncio.gather(*(work() for _ in range(connections)))
    return messages / (perf_counter() - started)


def main() -> None:
    """Measure three times on fresh servers."""
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    connections = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    for _ in range(3):
        process, base_url = start_practice()
        print(f"{asyncio.run(rate(base_url, messages, connections)):.0f} messages/s taken")
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    main()
