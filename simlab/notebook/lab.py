"""JupyterLab for one learner: their workspace, 127.0.0.1 only, a token, and nothing that distracts.

Everything that shapes this JupyterLab lies in the workspace's own `.simlab/jupyter` folder, so the
learner's other Jupyter settings neither weaken it nor are changed by it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from simlab.errors import InputError
from simlab.notebook.ahead import write_ahead

HOME = "home.ipynb"

# Settings of JupyterLab's own plugins, by plugin id.
OVERRIDES = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
    # Answers live in answers.json; a widget's state in the file would only leak into submissions.
    "@jupyterlab/notebook-extension:tracker": {"recordTiming": False, "windowingMode": "none"},
    "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 20},
}
# nbgrader's author menus are for trainers: they start the formgrader from the course folder.
DISABLED = {
    "@jupyter/nbgrader": True,
    # No language servers, no debugger, no package manager: a learner meets a page, not a workshop.
    "@jupyterlab/lsp-extension": True,
    "@jupyterlab/fileeditor-extension:language-server": True,
    "@jupyterlab/notebook-extension:language-server": True,
    "@jupyterlab/debugger-extension": True,
    "@jupyterlab/extensionmanager-extension": True,
    # Its buttons lie over a page's title, and one of them deletes what one is reading.
    "@jupyterlab/cell-toolbar-extension": True,
}
CSS = Path(__file__).parent / "static" / "lab.css"


@dataclass(frozen=True)
class Launch:
    """How to start one JupyterLab: the command, its environment, and the address to open."""

    command: list[str]
    env: dict[str, str]
    url: str


def plan(workspace: Path, *, port: int, token: str, browser: bool) -> Launch:
    """The launch of JupyterLab over a prepared workspace; writes its settings there."""
    config = workspace / ".simlab" / "jupyter"
    settings = config / "lab" / "settings"
    _write(settings / "overrides.json", OVERRIDES)
    _write(config / "labconfig" / "page_config.json", {"disabledExtensions": DISABLED})
    _write(config / "custom" / "custom.css", CSS.read_text(encoding="utf-8"))
    _write(config / "jupyter_server_config.json", _server(workspace, settings, port, browser))
    env = os.environ | {
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTER_PREFER_ENV_PATH": "1",  # this environment's kernel before any other on the machine
        "JUPYTER_TOKEN": token,  # by environment: other users of the machine can read a command line
        "PYTHONUTF8": "1",
    }
    env.pop("JUPYTER_CONFIG_PATH", None)
    url = f"http://127.0.0.1:{port}/lab/tree/{HOME}?token={token}"
    return Launch([sys.executable, "-m", "simlab.lean", "jupyterlab"], env, url)


def _server(workspace: Path, settings: Path, port: int, browser: bool) -> dict[str, object]:
    server: dict[str, object] = {
        "ip": "127.0.0.1",
        "port": port,
        "port_retries": 0,  # the address printed is the address served
        "open_browser": browser,
        "root_dir": str(workspace),
        "log_level": "WARN",
        "jpserver_extensions": {
            "nbgrader": False,
            "jupyter_lsp": False,
            "nbgrader.server_extensions.formgrader": False,
        },
    }
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # containers and CI; Jupyter wants it said
        server["allow_root"] = True
    lab = {
        "app_settings_dir": str(settings),
        "default_url": f"/lab/tree/{HOME}",
        "news_url": None,
        "check_for_updates_class": "jupyterlab.handlers.announcements.NeverCheckForUpdate",
        "custom_css": True,
        "extension_manager": "readonly",  # nothing asks a package registry
    }
    return {"ServerApp": server, "LabApp": lab}


def _write(path: Path, data: object) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data if isinstance(data, str) else json.dumps(data, indent=1), encoding="utf-8")
    except OSError as e:
        raise InputError(f"{path}: cannot be written ({e.strerror}): choose another folder with --workspace") from e


def free_port(wanted: int | None = None) -> int:
    """A free port on 127.0.0.1: the one wanted, or else the first free from 8888.

    Raises InputError when the wanted one is taken.
    """
    for port in [wanted] if wanted else range(8888, 8988):
        with socket.socket() as s:
            if os.name == "posix":  # elsewhere this would let two servers share the port
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise InputError(f"port {wanted or '8888 to 8987'} is taken: name another with --port N")


def serve(workspace: Path, *, port: int | None = None, browser: bool = True) -> int:
    """Run JupyterLab until it ends; prints one line with the address. Returns its exit code."""
    launch = plan(workspace, port=free_port(port), token=secrets.token_hex(24), browser=browser)
    write_ahead(workspace, dt.datetime.now(dt.UTC).date())
    print(f"The course is open at {launch.url}\nWorkspace: {workspace}   Stop with Ctrl-C.", flush=True)
    with subprocess.Popen(launch.command, env=launch.env, cwd=workspace) as server:
        # A hub or a script that ends this process means the server and its kernels.
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        try:
            return server.wait()
        except KeyboardInterrupt:  # the server got the same signal and closes its kernels
            server.terminate()
            return server.wait()
