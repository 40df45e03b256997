"""The practice Twilio for tests: in this process on the test's loop, or as a process of its own."""

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from waapp.whatsapp.client import TwilioClient
from waapp.whatsapp.practice import PRACTICE_ACCOUNT, PracticeTwilio

PASSWORD = "practice"
_BEYOND_ALL = 2**62


@pytest.fixture
def practice(run) -> Iterator[PracticeTwilio]:
    """A practice Twilio in memory on the loop of `run`; set `practice.script` for faults and speed."""
    twilio = PracticeTwilio(password=PASSWORD)
    run(twilio.start())
    yield twilio
    run(twilio.stop())


@pytest.fixture
def twilio(run, practice) -> Iterator[TwilioClient]:
    """The product's client, connected to `practice`; it waits three seconds for an answer."""
    client = TwilioClient(
        practice.account_sid, practice.account_sid, PASSWORD, base_url=practice.base_url, timeout=3
    )
    yield client
    run(client.aclose())


@dataclass(frozen=True)
class PracticeProcess:
    """A practice Twilio in its own process; the account and password are what it accepts."""

    base_url: str
    process: subprocess.Popen[str]
    account_sid: str = PRACTICE_ACCOUNT
    password: str = PASSWORD

    def accepted(self, after: int = 0) -> list[dict[str, Any]]:
        """Every message that it took over: seq, sid, to, body, at."""
        return self.control("GET", f"accepted?after={after}")["accepted"]

    def count(self) -> int:
        """How many messages it took over; asking for them all would keep it from taking more."""
        return self.control("GET", f"accepted?after={_BEYOND_ALL}")["count"]

    def requests(self) -> dict[str, int]:
        """How many requests of each kind it answered."""
        return self.control("GET", "requests")

    def control(self, method: str, path: str, document: object = None) -> Any:
        """Call its control API."""
        secret = b64encode(f"{self.account_sid}:{self.password}".encode()).decode()
        request = Request(
            f"{self.base_url}/_practice/{path}",
            method=method,
            data=None if document is None else json.dumps(document).encode(),
            headers={"Authorization": f"Basic {secret}", "Content-Type": "application/json"},
        )
        with build_opener(ProxyHandler({})).open(request, timeout=10) as answer:
            return json.load(answer)

    def end(self) -> None:
        """Stop it in an orderly way."""
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture
def start_practice() -> Iterator[Callable[..., PracticeProcess]]:
    """Start practice Twilios as processes: `start_practice(faults=[…], script={…}, store=path, speed=…)`."""
    started: list[PracticeProcess] = []

    def start(
        *,
        faults: list[dict[str, Any]] | None = None,
        script: dict[str, Any] | None = None,
        store: Path | None = None,
        speed: float = 1.0,
        seed: int = 0,
        port: int = 0,
    ) -> PracticeProcess:
        command = [
            *(sys.executable, "-m", "waapp.whatsapp.practice", "--password", PASSWORD),
            *("--port", str(port), "--seed", str(seed), "--speed", str(speed)),
            *("--faults", json.dumps(faults or []), "--script", json.dumps(script or {})),
            *(("--store", str(store)) if store else ()),
        ]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        base_url = process.stdout.readline().strip()
        assert base_url, "the practice Twilio did not start"
        started.append(PracticeProcess(base_url, process))
        return started[-1]

    yield start
    for twilio in started:
        if twilio.process.poll() is None:
            twilio.end()
        if twilio.process.stdout is not None:
            twilio.process.stdout.close()
