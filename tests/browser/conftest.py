"""A real JupyterLab and a real Chromium, started and stopped here by process id."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from simlab.exercise import workspace as workspaces
from simlab.notebook.lab import free_port, plan

CHROMIUM = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()
ARTEFACTS = Path(__file__).parents[2] / "artefacts"


@dataclass
class Lab:
    """A running JupyterLab: where it serves from, and where it is reached."""

    workspace: Path
    base: str
    token: str

    def url(self, path: str) -> str:
        """The address of a notebook of the workspace."""
        return f"{self.base}/lab/tree/{path}?token={self.token}&reset"


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One JupyterLab for all browser tests, over a fresh learner's workspace."""
    folder = tmp_path_factory.mktemp("lab") / "workspace"
    workspaces.prepare(folder, "ana.ito")
    port, token = free_port(), secrets.token_hex(24)
    launch = plan(folder, port=port, token=token, browser=False)
    log = (folder.parent / "lab.log").open("wb")
    server = subprocess.Popen(launch.command, env=launch.env, cwd=folder, stdout=log, stderr=log)
    try:
        _answers(f"http://127.0.0.1:{port}/api?token={token}", server, folder.parent / "lab.log")
        yield Lab(folder, f"http://127.0.0.1:{port}", token)
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def _answers(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers; fail with its log if it ended or stays silent."""
    for _ in range(240):
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            if server.poll() is not None:
                break
            time.sleep(0.5)
    pytest.fail(f"JupyterLab did not start: {log.read_text('utf-8', 'replace')[-3000:]}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    program = shutil.which("chromium")
    assert program, "Chromium is not installed: sudo apt install chromium"
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=program, args=CHROMIUM)
        yield browser
        browser.close()


@dataclass
class Watch:
    """What a page asked for and complained of while it was open."""

    outside: list[str]
    errors: list[str]


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of its own, with a `watch` that notes requests that leave the machine and console errors."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(60_000)
    watch = Watch([], [])
    page.on("request", lambda r: None if _local(r.url) else watch.outside.append(r.url))
    page.on("console", lambda m: watch.errors.append(m.text) if m.type == "error" else None)
    page.watch = watch  # type: ignore[attr-defined]
    yield page
    context.close()


def _local(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))


@pytest.fixture
def keep(page: Page) -> Callable[[str], Path]:
    """Keeps a screenshot under artefacts/, named."""

    def shot(name: str) -> Path:
        ARTEFACTS.mkdir(exist_ok=True)
        path = ARTEFACTS / f"{name}.png"
        page.screenshot(path=path)
        return path

    os.environ.setdefault("PYTHONUTF8", "1")
    return shot
