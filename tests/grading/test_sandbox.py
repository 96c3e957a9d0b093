from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from simlab.errors import GradingError, SandboxError
from simlab.grading import mounts, packing, sandbox, seccomp, selftest, walls
from simlab.grading.outcome import KERNEL_DIED, OUT_OF_MEMORY, TIMED_OUT, Limits
from tests.grading import making


def inside(code: str, *arguments: str, limits: Limits | None = None, files: bytes = b"") -> tuple[str, sandbox.Box]:
    """What a script in a box prints, and the ended box."""
    box = sandbox.start(
        [code, *arguments], program=walls.SCRIPT, limits=limits or Limits(), files=files, keep_output=True
    )
    assert box.output is not None
    said = box.output.read().decode()
    box.process.wait()
    box.watcher.join()
    box.close()
    return said, box


def test_selftest_holds_here(tmp_path: Path) -> None:
    home = making.make_course(tmp_path / "course")
    (home.root / "gradebook.db").write_bytes(b"marks")
    making.submit(home.submitted, "anna", making.solution())
    selftest.selftest(home.root)


def test_selftest_names_a_module_that_is_missing(tmp_path: Path) -> None:
    nb = making.notebook(making.cell("code", "a", "import numpy, no_such_module_here"))
    home = making.make_course(tmp_path / "course", nb)
    with pytest.raises(SandboxError, match="no_such_module_here cannot be imported"):
        selftest.selftest(home.root)


def test_selftest_sees_what_leaks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = making.make_course(tmp_path / "course")
    shown = mounts.arguments()
    way = [word for q in reversed(home.root.parents[:-1]) for word in ("--perms", "0755", "--dir", str(q))]
    leak = [*shown, *way, "--bind", str(home.root), str(home.root)]
    monkeypatch.setattr(mounts, "arguments", lambda hide=(): leak)
    with pytest.raises(SandboxError, match=r"can read .*solutions.*can write to"):
        selftest.selftest(home.root)


def test_course_inside_the_python_installation_is_masked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = making.make_course(tmp_path / "lib" / "course")
    monkeypatch.setattr(mounts, "_libraries", lambda: [tmp_path / "lib"])
    selftest.selftest(home.root)


PLAIN = """
import asyncio
from simlab.exercise.protocol import Ask, Call
from simlab.grading.kernels import GradingKernelManager, connect
from simlab.grading.rounds import Line, Meter
from simlab.grading.selftest import selftest

async def kernel():
    manager = GradingKernelManager()
    await manager.start()
    client = await connect(manager)
    line = Line(client, manager, reply_cap=10_000, meter=Meter(10_000))
    print((await line.ask(Ask((Call("sum", ([1, 2],)),))))[0].value)
    print((await line.ask(Ask((Call("__import__('time').sleep", (60,)),), seconds=1)))[0].error)
    client.stop_channels()
    await manager.stop()

selftest()
asyncio.run(kernel())
"""


def test_plain_user(tmp_path: Path) -> None:
    """The box stands for a plain user too, in whose hands it needs a user namespace."""
    run = [sys.executable, "-W", "error", "-c", PLAIN]
    if os.geteuid() == 0:
        roots = [str(p) for p in mounts.python_paths()]
        shown = [word for p in roots for word in ("--ro-bind", p, p)]
        above = {str(q) for p in roots for q in Path(p).parents if q != Path("/")}
        made = [word for q in sorted(above) for word in ("--perms", "0755", "--dir", q)]
        outer = ["bwrap", "--ro-bind", "/usr", "/usr", "--ro-bind", "/etc", "/etc", "--bind", "/proc", "/proc"]
        outer += [w for n in ("bin", "sbin", "lib", "lib64") if Path("/", n).exists() for w in _same(n)]
        outer += ["--dev-bind", "/dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp", *made, *shown]
        run = [*outer, "setpriv", "--reuid", "61001", "--regid", "61001", "--clear-groups", *run]
    done = subprocess.run(run, capture_output=True, text=True, env={"PATH": os.environ["PATH"], "HOME": "/tmp"})
    assert done.stdout == "3\nNoReply\n", done.stderr


def _same(name: str) -> list[str]:
    path = Path("/", name)
    return ["--symlink", str(path.readlink()), str(path)] if path.is_symlink() else ["--ro-bind", str(path), str(path)]


def test_no_bubblewrap_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SandboxError, match="apt install bubblewrap"):
        sandbox.start([], limits=Limits())


def test_refused_namespaces_are_explained() -> None:
    said = sandbox.explain("bwrap: setting up uid map: Permission denied")
    assert "AppArmor" in said
    assert "max_user_namespaces" in said


def test_plain_user_without_rights_or_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMLAB_TEST_TOKEN", "s3cret")
    code = "import os, json; print(json.dumps([os.getuid(), dict(os.environ), open('/proc/self/status').read()]))"
    said, _ = inside(code)
    uid, environment, status = json.loads(said)
    assert uid != 0
    assert "SIMLAB_TEST_TOKEN" not in environment
    assert "CapEff:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status


def test_solutions_beside_an_editable_install_are_not_there() -> None:
    repo = mounts.PACKAGE.parent
    said, _ = inside("import os, sys; print(sorted(os.listdir(sys.argv[1])))", str(repo))
    assert "solutions" not in said
    assert "gradebook.db" not in said
    said, _ = inside("import simlab.exercise, importlib.util as u; print(u.find_spec('simlab.grading.judge'))")
    assert "judge" not in said


def test_fork_bomb_is_stopped() -> None:
    code = """
import os, time
n = 0
try:
    while n < 2000:
        if os.fork() == 0:
            time.sleep(60); os._exit(0)
        n += 1
except OSError:
    pass
print(n)
"""
    limits = Limits(processes=20)
    said, _ = inside(code, limits=limits)
    assert 0 < int(said) <= 20 + 4 * (os.cpu_count() or 1)


def test_nothing_outlives_the_box() -> None:
    code = "import os, subprocess; subprocess.Popen(['sleep', '98712'], start_new_session=True); os._exit(0)"
    inside(code)
    assert not [p for p in psutil.process_iter(["cmdline"]) if (p.info["cmdline"] or [])[1:] == ["98712"]]


def test_memory_hog_is_ended_and_named() -> None:
    code = "import time; held = bytearray(300 << 20); time.sleep(20)"
    _, box = inside(code, limits=Limits(memory_mb=150))
    assert box.reason == OUT_OF_MEMORY


def test_memory_of_children_counts_together() -> None:
    code = """
import os, time
for _ in range(4):
    if os.fork() == 0:
        held = bytearray(os.urandom(1 << 20) * 70); time.sleep(20); os._exit(0)
time.sleep(20)
"""
    _, box = inside(code, limits=Limits(memory_mb=220))
    assert box.reason == OUT_OF_MEMORY


def test_wall_clock_and_processor_time() -> None:
    _, box = inside("import time; time.sleep(30)", limits=Limits(notebook_seconds=1))
    assert box.reason == TIMED_OUT
    _, box = inside("while True: pass", limits=Limits(cpu_seconds=1))
    assert box.reason == TIMED_OUT


def test_an_exit_of_its_own_is_a_dead_kernel() -> None:
    _, box = inside("import os; os._exit(3)")
    assert box.reason == KERNEL_DIED


@pytest.mark.parametrize(
    "path",
    [pytest.param(walls.WORK, id="work"), pytest.param(walls.SHM, id="shm"), pytest.param(walls.SOCKETS, id="k")],
)
def test_disks_are_capped(path: str) -> None:
    code = """
import sys
try:
    for n in range(400):
        with open(f"{sys.argv[1]}/f{n}", "wb") as f:
            f.write(bytes(1 << 20))
    print("all")
except OSError as e:
    print(e.strerror)
"""
    said, _ = inside(code, path, limits=Limits(disk_mb=20))
    assert said == "No space left on device\n"


def test_file_size_is_capped() -> None:
    code = f"""
try:
    with open("{walls.WORK}/f", "wb") as f:
        f.write(bytes(8 << 20))
    print("all")
except OSError as e:
    print(e.strerror)
"""
    assert inside(code, limits=Limits(file_mb=2))[0] == "File too large\n"


@pytest.mark.skipif(not seccomp.program(), reason="no filter is known for this processor")
def test_memory_that_nobody_maps_cannot_be_had() -> None:
    code = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
try:
    os.memfd_create("x"); print("memfd")
except OSError:
    print("no memfd")
print("userns" if libc.unshare(0x10000000) == 0 else "no userns")
print("shm" if libc.shmget(0, 1 << 20, 0o1600) != -1 else "no shm")
print(os.waitstatus_to_exitcode(os.wait()[1]) if os.fork() else os._exit(7))
import threading
t = threading.Thread(target=print, args=("thread",)); t.start(); t.join()
"""
    assert inside(code)[0].split("\n")[:5] == ["no memfd", "no userns", "no shm", "7", "thread"]


def test_standard_error_without_end_is_kept_short() -> None:
    code = "import os\nfor _ in range(300): os.write(2, b'x' * 100_000)\nprint('done')"
    started = time.monotonic()
    said, box = inside(code)
    assert said == "done\n"
    assert len(box.said()) <= 8192
    assert time.monotonic() - started < 60


def test_pack_takes_no_links_and_not_too_much(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("42", encoding="utf-8")
    folder, more = tmp_path / "sub", tmp_path / "more"
    (folder / "data").mkdir(parents=True)
    more.mkdir()
    (folder / "link.txt").symlink_to(secret)
    (folder / "linked").symlink_to(tmp_path)
    (folder / "data" / "a.csv").write_text("theirs", encoding="utf-8")
    (folder / "nb.ipynb").write_text("{}", encoding="utf-8")
    (more / "b.csv").write_text("ours", encoding="utf-8")
    files = packing.pack(folder, more, without=".ipynb")
    code = "import os; print(sorted(os.path.join(d, f)[2:] for d, _, fs in os.walk('.') for f in fs))"
    assert inside(code, files=files)[0] == "['b.csv', 'data/a.csv']\n"
    (folder / "big.bin").write_bytes(bytes(3 << 20))
    with pytest.raises(GradingError, match="larger than 2 MB"):
        packing.pack(folder, cap_mb=2)


def test_own_folder_comes_last_on_the_path(tmp_path: Path) -> None:
    for name in ("simlab.py", "json.py", "sitecustomize.py", "helper.py"):
        (tmp_path / name).write_text("PLANTED = True\n", encoding="utf-8")
    code = "import json, simlab, helper; print(hasattr(json, 'PLANTED'), hasattr(simlab, 'PLANTED'), helper.PLANTED)"
    assert inside(code, files=packing.pack(tmp_path))[0] == "False False True\n"
