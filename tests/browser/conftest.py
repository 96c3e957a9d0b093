"""A real JupyterLab and a real Chromium, started and stopped here by process id."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, WebSocket, expect, sync_playwright

from simlab.exercise import workspace as workspaces
from simlab.grading import trio
from simlab.grading.course import open_course
from simlab.notebook.lab import plan

CHROMIUM = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()
SIZE: ViewportSize = {"width": 1280, "height": 1000}
ROOT = Path(__file__).parents[2]
ARTEFACTS = ROOT / "artefacts"
HERE = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")


@dataclass
class Lab:
    """A running JupyterLab: where it serves from, and where it is reached."""

    workspace: Path
    base: str
    token: str

    def url(self, path: str) -> str:
        """The address of a notebook of the workspace."""
        return f"{self.base}/lab/tree/{path}?token={self.token}&reset"

    def renew(self, path: str) -> None:
        """A page of the course as it was handed out, without what an earlier test left in it."""
        source = next((p for p in (ROOT / path, ROOT / "lessons" / path) if p.is_file()), None)
        if source:
            shutil.copy2(source, self.workspace / path)

    def stop_kernels(self) -> None:
        """End every kernel, as a night does; the pages stay open."""
        headers = {"Authorization": f"token {self.token}"}
        with urllib.request.urlopen(urllib.request.Request(f"{self.base}/api/kernels", headers=headers)) as answer:
            running = json.load(answer)
        for kernel in running:
            ask = urllib.request.Request(f"{self.base}/api/kernels/{kernel['id']}", headers=headers, method="DELETE")
            urllib.request.urlopen(ask).close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One JupyterLab for all browser tests, over a fresh learner's workspace."""
    folder = tmp_path_factory.mktemp("lab") / "workspace"
    workspaces.prepare(folder, "ana.ito")
    port, token = _port(), secrets.token_hex(24)
    launch = plan(folder, port=port, token=token, browser=False)
    with _server(launch.command, launch.env, folder, folder.parent / "lab.log", port, token) as base:
        yield Lab(folder, base, token)


@pytest.fixture(scope="session")
def trainer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A trainer's plain JupyterLab over a course in which `simlab grade` has graded one learner's solution."""
    folder = tmp_path_factory.mktemp("trainer") / "course"
    for name in ("solutions", "exercises"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy2(ROOT / "nbgrader_config.py", folder)
    inbox = folder.parent / "inbox"
    trio.worked(open_course(folder), "02-encryption", "ana.ito").write(inbox / "ana.ito" / "02-encryption")
    command = [sys.executable, "-m", "simlab", "grade", str(inbox), "--course", str(folder), "--workers", "1"]
    graded = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert graded.returncode == 0, graded.stderr
    with trainers_lab(folder) as lab:
        yield lab


@contextlib.contextmanager
def trainers_lab(folder: Path) -> Iterator[Lab]:
    """A plain JupyterLab with formgrader over a course's folder, which nothing of the machine's owner configures."""
    port, token = _port(), secrets.token_hex(24)
    command = [sys.executable, "-m", "simlab.lean", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", f"--Exchange.root={folder.parent / 'exchange'}"]
    command += ["--allow-root"] if os.geteuid() == 0 else []
    env = os.environ | {
        "JUPYTER_TOKEN": token,
        "JUPYTER_CONFIG_DIR": str(folder.parent / "jupyter"),  # nobody's own settings
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),  # nbgrader starts `alembic`
    }
    with _server(command, env, folder, folder.parent / "lab.log", port, token) as base:
        yield Lab(folder, base, token)


def _port() -> int:
    """A port that nobody has; not the first of a row, which another worker's server would take meanwhile."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextlib.contextmanager
def _server(command: list[str], env: dict[str, str], folder: Path, log: Path, port: int, token: str) -> Iterator[str]:
    """A Jupyter server that answers; ended by its process id."""
    base = f"http://127.0.0.1:{port}"
    with (
        log.open("wb") as written,
        subprocess.Popen(command, env=env, cwd=folder, stdout=written, stderr=written) as it,
    ):
        try:
            _answers(f"{base}/api?token={token}", it, log)
            yield base
        finally:
            it.terminate()
            it.wait(30)


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


# For one file at a time: as long as it is open, no other test in this process can run an event loop of its own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    expect.set_options(timeout=60_000)
    program = shutil.which("chromium")
    assert program, "Chromium is not installed: sudo apt install chromium"
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=program, args=CHROMIUM)
        yield browser
        browser.close()


@dataclass
class Watch:
    """What a page asked for and complained of while it was open."""

    asked: list[str] = field(default_factory=list)  # the address of every request
    errors: list[str] = field(default_factory=list)  # console errors, and what was thrown and not caught
    frames: list[bytes] = field(default_factory=list)  # what the kernels sent

    def listen(self, socket: WebSocket) -> None:
        """Note what comes through a socket."""
        self.asked.append(socket.url)
        socket.on("framereceived", lambda f: self.frames.append(f.encode() if isinstance(f, str) else f))

    def forget(self) -> None:
        """What was noted until now is another test's."""
        for noted in (self.asked, self.errors, self.frames):
            noted.clear()

    @property
    def outside(self) -> list[str]:
        """The requests that left the machine."""
        return [url for url in self.asked if not url.startswith(HERE)]


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of its own, watched."""
    with watched(chromium) as page:
        yield page


@contextlib.contextmanager
def watched(chromium: Browser) -> Iterator[Page]:
    """A page with a `watch` that notes what it asks for, what it receives and what goes wrong."""
    context = chromium.new_context(viewport=SIZE)
    page = context.new_page()
    page.set_default_timeout(60_000)
    watch = Watch()
    page.on("request", lambda r: watch.asked.append(r.url))
    page.on("console", lambda m: watch.errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: watch.errors.append(str(e)))
    page.on("websocket", watch.listen)
    page.watch = watch  # type: ignore[attr-defined]
    yield page
    context.close()


@pytest.fixture
def keep(page: Page) -> Callable[[str], Path]:
    """Keeps a screenshot under artefacts/, named."""

    def shot(name: str) -> Path:
        ARTEFACTS.mkdir(exist_ok=True)
        path = ARTEFACTS / f"{name}.png"
        page.screenshot(path=path)
        return path

    return shot
