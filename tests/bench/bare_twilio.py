"""The yardstick of the send benchmarks: a plain loop over the twilio package, with no database and no safety.

    python tests/bench/bare_twilio.py [MESSAGES [CONCURRENCY]]

prints how many messages a second it sends to the practice Twilio in its own process, beside our client's rate.
"""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from time import perf_counter

from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from waapp.core.outcome import Accepted
from waapp.whatsapp.client import TwilioClient
from waapp.whatsapp.practice import PRACTICE_ACCOUNT, PRACTICE_SENDER

PASSWORD = "practice"


def number(index: int) -> str:
    """Return a made-up mobile number that practice mode reads: other endings come back as failures and retries."""
    return f"+3519{index // 70:06}{index % 70:02}"


async def bare_rate(base_url: str, account_sid: str, password: str, messages: int, concurrency: int) -> float:
    """Send with the package's own asynchronous client, pooled, and return messages per second."""
    transport = AsyncTwilioHttpClient(pool_connections=True)
    client = Client(account_sid, password, http_client=transport)
    client.api.base_url = base_url

    async def send(index: int) -> None:
        message = await client.messages.create_async(
            to=f"whatsapp:{number(index)}",
            from_=f"whatsapp:{PRACTICE_SENDER}",
            body=f"Dear guest {index}, welcome",
        )
        assert message.sid

    try:
        return await _rate(send, messages, concurrency)
    finally:
        await transport.close()


async def our_rate(base_url: str, account_sid: str, password: str, messages: int, concurrency: int) -> float:
    """Send with our client over our transport and return messages per second."""
    async with TwilioClient(account_sid, account_sid, password, base_url=base_url) as client:

        async def send(index: int) -> None:
            outcome = await client.send(number(index), PRACTICE_SENDER, body=f"Dear guest {index}, welcome")
            assert isinstance(outcome, Accepted), outcome

        return await _rate(send, messages, concurrency)


async def _rate(send: Callable[[int], Awaitable[None]], messages: int, concurrency: int) -> float:
    await send(0)  # imports and connections do not count
    indices = iter(range(1, messages + 1))

    async def work() -> None:
        for index in indices:
            await send(index)

    started = perf_counter()
    await asyncio.gather(*(work() for _ in range(concurrency)))
    return messages / (perf_counter() - started)


def start_practice() -> tuple[subprocess.Popen[str], str]:
    """Start the practice Twilio as a process and return it with its base URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "waapp.whatsapp.practice", "--password", PASSWORD],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def main() -> None:
    """Measure both in turn, three times."""
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    concurrency = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    print(
        f"{messages} messages, {concurrency} at a time\n\n| bare package /s | our client /s | ratio |\n|---|---|---|"
    )
    for _ in range(3):
        rates = []
        for measure in (bare_rate, our_rate):
            process, base_url = start_practice()
            rates.append(asyncio.run(measure(base_url, PRACTICE_ACCOUNT, PASSWORD, messages, concurrency)))
            process.terminate()
            process.wait(10)
        print(f"| {rates[0]:.0f} | {rates[1]:.0f} | {rates[1] / rates[0]:.2f} |")


if __name__ == "__main__":
    main()
