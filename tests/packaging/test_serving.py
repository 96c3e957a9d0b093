"""`simlab lab` as a script or a hub starts it: for its own user on this machine only, and gone when it is ended."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[tuple[psutil.Popen, str, str]]:
    """A running `simlab lab`, the address of its server and its token."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    words = ["lab", "--no-browser", "--port", str(port), "--workspace", str(tmp_path / "mine"), "--learner", "ana"]
    with (tmp_path / "log.txt").open("w", encoding="utf-8") as log:
        process = psutil.Popen(
            [sys.executable, "-m", "simlab", *words], stdout=subprocess.PIPE, stderr=log, encoding="utf-8"
        )
        with process.stdout:
            told = next((line for line in process.stdout if "token=" in line), "")
            assert told, (tmp_path / "log.txt").read_text(encoding="utf-8")
            yield process, f"http://127.0.0.1:{port}", told.strip().split("token=")[1]
            for one in [*process.children(recursive=True), process] if process.poll() is None else []:
                one.kill()
            process.wait()


def answer(url: str) -> int:
    """The status of an answer, waiting for the server to come up."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=30) as got:
                return int(got.status)
        except urllib.error.HTTPError as e:
            e.close()
            return int(e.code)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"no answer from {url}")


def test_it_answers_to_its_token_and_leaves_nothing_behind(lab: tuple[psutil.Popen, str, str]) -> None:
    process, url, token = lab
    assert answer(f"{url}/api/contents?token={token}") == 200
    assert answer(f"{url}/api/contents") == answer(f"{url}/api/contents?token=wrong") == 403
    start = urllib.request.Request(
        f"{url}/api/kernels", data=b"{}", headers={"Authorization": f"token {token}"}, method="POST"
    )
    with urllib.request.urlopen(start, timeout=60) as got:
        assert got.status == 201
    started = process.children(recursive=True)
    assert len(started) >= 2  # the server and a kernel
    listening = {c.laddr.ip for p in started for c in p.net_connections("inet") if c.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}
    process.terminate()
    assert process.wait(timeout=60) == 0
    _, left = psutil.wait_procs(started, timeout=30)
    for one in left:
        one.kill()
    assert not left
