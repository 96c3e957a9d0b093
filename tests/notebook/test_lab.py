from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from simlab.errors import InputError
from simlab.notebook import lab


def test_the_token_is_not_on_the_command_line(tmp_path: Path) -> None:
    launch = lab.plan(tmp_path, port=8901, token="s3cret", browser=False)
    assert not any("s3cret" in part for part in launch.command) and launch.env["JUPYTER_TOKEN"] == "s3cret"
    assert launch.url == "http://127.0.0.1:8901/lab/tree/home.ipynb?token=s3cret"


def test_only_this_machine_no_news_and_no_author_menus(tmp_path: Path) -> None:
    launch = lab.plan(tmp_path, port=8901, token="t", browser=False)
    config = Path(launch.env["JUPYTER_CONFIG_DIR"])
    server = json.loads((config / "jupyter_server_config.json").read_text("utf-8"))
    assert server["ServerApp"]["ip"] == "127.0.0.1" and server["LabApp"]["news_url"] is None
    page = json.loads((config / "labconfig" / "page_config.json").read_text("utf-8"))
    assert page["disabledExtensions"]["@jupyter/nbgrader"] is True


def test_root_is_allowed_only_when_one_is_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def allowed(uid: int) -> object:
        monkeypatch.setattr(lab.os, "geteuid", lambda: uid, raising=False)
        launch = lab.plan(tmp_path, port=8901, token="t", browser=False)
        text = (Path(launch.env["JUPYTER_CONFIG_DIR"]) / "jupyter_server_config.json").read_text("utf-8")
        return json.loads(text)["ServerApp"].get("allow_root")

    assert allowed(0) is True and allowed(1000) is None


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        port = s.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port} is taken: name another with --port"):
            lab.free_port(port)


def test_a_page_of_another_day_says_what_to_do(tmp_path: Path) -> None:
    launch = lab.plan(tmp_path, port=8901, token="t", browser=False)
    config = Path(launch.env["JUPYTER_CONFIG_DIR"])
    assert json.loads((config / "jupyter_server_config.json").read_text("utf-8"))["LabApp"]["custom_css"] is True
    assert "Run All Cells" in (config / "custom" / "custom.css").read_text("utf-8")
