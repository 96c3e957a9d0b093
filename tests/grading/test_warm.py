"""A warm kernel is a fork of one process that all share, and yet as alone and as small as a cold one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from simlab.errors import GradingError, SandboxError
from simlab.grading import batch, mounts, pipeline, prepare, provisioner, sandbox, selftest, walls, warmbox
from simlab.grading.outcome import KERNEL_DIED, OUT_OF_MEMORY, TIMED_OUT, Limits
from tests.grading import making, small


@pytest.fixture(scope="module")
def zygote() -> Iterator[warmbox.Zygote]:
    made = warmbox.Zygote(["pandas"], walls.environment())
    yield made
    made.close()


def started(code: str, zygote: warmbox.Zygote | None, limits: Limits | None = None) -> sandbox.Box:
    path = zygote.path if zygote else None
    return sandbox.start([code], program=walls.SCRIPT, limits=limits or Limits(), keep_output=True, zygote=path)


def said(box: sandbox.Box) -> str:
    assert box.output is not None
    text = box.output.read().decode()
    box.process.wait()
    box.watcher.join()
    return text


def inside(code: str, zygote: warmbox.Zygote | None, limits: Limits | None = None) -> str:
    box = started(code, zygote, limits)
    try:
        return said(box)
    finally:
        box.close()


def until(true: Any, seconds: float = 20) -> bool:
    ends = time.monotonic() + seconds
    while not true() and time.monotonic() < ends:
        time.sleep(0.02)
    return bool(true())


RIGHTS = """
import json, os, resource, socket, sys
told = {"uid": os.getuid(), "gid": os.getgid(), "groups": os.getgroups(), "umask": os.umask(0), "cwd": os.getcwd()}
told["status"] = [l for l in open("/proc/self/status") if l.startswith(("Cap", "NoNewPrivs", "Seccomp:"))]
told["limits"] = {n: resource.getrlimit(getattr(resource, n)) for n in dir(resource) if n.startswith("RLIMIT")}
told["env"], told["argv"], told["path"] = dict(os.environ), len(sys.argv), sys.path
told["mounts"] = sorted(" ".join(l.split()[4:6]) for l in open("/proc/self/mountinfo"))
told["fds"] = sorted(os.listdir("/proc/self/fd"))
told["unix"] = open("/proc/net/unix").read().count("@")
told["refused"] = []
for name, call in {
    "unshare": lambda: __import__("ctypes").CDLL(None, use_errno=True).unshare(0x10000000),
    "setuid": lambda: os.setuid(0),
    "write": lambda: open("/usr/x", "w"),
    "chmod": lambda: os.chmod("/proc/self/exe", 0o777),
    "exe": lambda: open("/proc/self/exe", "r+b"),
    "vsock": lambda: socket.socket(40),
}.items():
    try:
        if call() != -1:
            continue
    except OSError:
        pass
    told["refused"].append(name)
print(json.dumps(told))
"""


def test_a_warm_kernel_has_the_rights_of_a_cold_one(zygote: warmbox.Zygote) -> None:
    warm, cold = json.loads(inside(RIGHTS, zygote)), json.loads(inside(RIGHTS, None))
    for told in (warm, cold):  # the uid is another for each box of root's, and only that
        uid = told.pop("uid")
        assert (told.pop("gid") == uid or os.geteuid()) and uid != 0
    assert warm == cold
    assert {"unshare", "setuid", "write", "chmod", "exe", "vsock"} == {*warm["refused"]}


def test_nothing_of_the_grader_is_in_a_warm_kernel(zygote: warmbox.Zygote) -> None:
    code = "import sys; print([m for m in sys.modules if 'grading' in m or 'scenario' in m], 'pandas' in sys.modules)"
    assert inside(code, zygote) == "[] True\n"


EMPTY = ["go", "home", "mine", "mine", "work"]
SIBLING = """
import json, os, sys
open("/tmp/mine", "w").write("mine")
open("/dev/shm/mine", "w").write("mine")
print("up", flush=True)
while not os.path.exists("/tmp/go"):
    pass
seen = {"pids": sorted(int(p) for p in os.listdir("/proc") if p.isdigit()), "me": os.getpid()}
seen["programs"] = [open(f"/proc/{p}/cmdline").read().split(chr(0))[0].rsplit("/", 1)[-1] for p in seen["pids"]]
seen["parent"] = os.getppid()
seen["disk"] = sorted(os.listdir("/tmp") + os.listdir("/dev/shm"))
seen["hurt"] = []
for pid in json.loads(open("/tmp/go").read()):
    try:
        os.kill(pid, 0)
        if pid not in seen["pids"]:
            seen["hurt"].append(pid)
    except OSError:
        pass
print(json.dumps(seen))
"""


def test_siblings_are_invisible_to_each_other(zygote: warmbox.Zygote) -> None:
    boxes = [started(SIBLING, zygote) for _ in range(2)]
    try:
        for box in boxes:
            assert box.output is not None and box.output.readline() == b"up\n"
        others = [*(p for box in boxes for p in box.tops), os.getpid(), zygote.pid]
        for box in boxes:
            part = box.root / "tmp/part"
            part.write_text(json.dumps(others), encoding="utf-8")
            part.replace(box.root / "tmp/go")
        for box in boxes:
            seen = json.loads(said(box))
            assert seen["programs"][:2] == ["bwrap", "cat"] and len(seen["pids"]) == 3, seen
            assert seen["me"] in seen["pids"] and seen["parent"] == 0
            # A clone that itself lies below /tmp is mounted there, for its Python.
            assert [n for n in seen["disk"] if Path("/tmp", n) not in Path(sys.prefix).parents] == EMPTY
            assert seen["hurt"] == []
    finally:
        for box in boxes:
            box.close()


def test_chance_is_drawn_anew_in_each_fork(zygote: warmbox.Zygote) -> None:
    code = "import random, numpy, uuid; print(random.random(), numpy.random.random(), uuid.uuid4())"
    first, second = (inside(code, zygote).split() for _ in range(2))
    assert all(a != b for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize(
    ("code", "limits", "reason"),
    [
        ("import os; os._exit(3)", Limits(), KERNEL_DIED),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Limits(), KERNEL_DIED),
        ("import os, signal; os.kill(2, signal.SIGKILL); import time; time.sleep(60)", Limits(), KERNEL_DIED),
        ("while True: pass", Limits(cpu_seconds=1), TIMED_OUT),
        ("import time; time.sleep(60)", Limits(notebook_seconds=1), TIMED_OUT),
        ("x = bytearray(600 << 20); x[::4096] = b'1' * len(x[::4096]); import time; time.sleep(60)",
         Limits(memory_mb=300), OUT_OF_MEMORY),
    ],
)  # fmt: skip
def test_how_a_warm_kernel_ended_is_known(zygote: warmbox.Zygote, code: str, limits: Limits, reason: str) -> None:
    box = started(code, zygote, limits)
    try:
        said(box)
        assert box.reason == reason
        assert until(lambda: not psutil.pid_exists(box.tops[1]))
    finally:
        box.close()


def test_what_a_warm_kernel_left_running_ends_with_it(zygote: warmbox.Zygote) -> None:
    code = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(600)\nprint('left', flush=True)"
    box = started(code, zygote)
    try:
        below = psutil.Process(box.tops[1])
        assert said(box) == "left\n"
        assert until(lambda: not below.is_running())
        assert not [p for p in psutil.process_iter(["ppid"]) if p.info["ppid"] == zygote.pid and p.is_running()]
    finally:
        box.close()


_OWNER = """
import sys
from simlab.grading import sandbox, walls, warmbox
from simlab.grading.outcome import Limits
zygote = warmbox.Zygote([], walls.environment())
box = sandbox.start(["import time; time.sleep(600)"], program=walls.SCRIPT, limits=Limits(), zygote=zygote.path)
print(zygote.pid, *box.tops, flush=True)
sys.stdin.read()
"""


def test_a_killed_grader_leaves_neither_zygote_nor_kernel() -> None:
    owner = subprocess.Popen([sys.executable, "-c", _OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with owner:
        assert owner.stdout is not None
        pids = [int(word) for word in owner.stdout.readline().split()]
        assert len(pids) == 3 and all(map(psutil.pid_exists, pids))
        owner.send_signal(signal.SIGKILL)
        assert until(lambda: not any(map(_is_running, pids)))


def _is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_module_that_begins_a_thread_or_fails_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "modules"
    place.mkdir()
    place.joinpath("threaded.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
    )
    place.joinpath("fails.py").write_text("raise SystemExit('no')\n")
    env = walls.environment() | {"PYTHONPATH": str(place)}
    made = warmbox.Zygote(["fails", "threaded", "no_such_module"], env)
    try:
        assert {"fails", "threaded", "no_such_module"} == {*made.missing}
        assert inside("print(1)", made) == "1\n"
    finally:
        made.close()


def test_a_box_that_would_share_a_namespace_is_not_entered(
    zygote: warmbox.Zygote, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolation = walls.isolation
    monkeypatch.setattr(walls, "isolation", lambda limits: [w for w in isolation(limits) if w != "--unshare-net"])
    with pytest.raises(SandboxError, match="shares net with this machine"):
        started("print(1)", zygote)


def test_the_selftest_tries_a_warm_kernel_too(
    zygote: warmbox.Zygote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = making.make_course(tmp_path / "course")
    selftest.selftest(home.root, zygote=zygote.path)
    way = [word for q in reversed(home.root.parents[:-1]) for word in ("--perms", "0755", "--dir", str(q))]
    leak = [*mounts.arguments(), *way, "--ro-bind", str(home.root), str(home.root)]
    monkeypatch.setattr(mounts, "arguments", lambda hide=(): leak)
    with pytest.raises(SandboxError, match=r"does not hold: .*can read .*solutions"):
        selftest.selftest(home.root, zygote=zygote.path)


def test_grading_is_warm_and_gives_the_same_marks(
    zygote: warmbox.Zygote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes: list[sandbox.Box] = []
    real = sandbox.start
    monkeypatch.setattr(provisioner.sandbox, "start", lambda *a, **kw: boxes.append(real(*a, **kw)) or boxes[-1])
    home = small.course(tmp_path / "course", (small.NAME, small.checks()))
    prepare.prepare(home, [small.NAME], ["ann"])
    making.submit(home.submitted, "ann", small.solved(home), small.NAME)
    marks = [
        pipeline.autograde(home.root, "ann", small.NAME, zygote=path).points
        for path in (zygote.path, None, tmp_path / "gone")
    ]
    assert marks[0] == marks[1] == marks[2] == 5.0
    assert [box.fork is not None for box in boxes].count(True) >= 1 and boxes[-1].fork is None


def test_a_batch_forks_its_kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[warmbox.Zygote] = []
    real = warmbox.Zygote
    monkeypatch.setattr(selftest.warmbox, "Zygote", lambda *a: made.append(real(*a)) or made[-1])
    home = small.course(tmp_path / "course", (small.NAME, small.checks()))
    making.submit(tmp_path / "in", "ann", small.solved(home), small.NAME)
    (found,) = batch.grade(tmp_path / "in", home.root)
    assert found.points == 5.0 and len(made) == 1 and not made[0].missing
    assert not _is_running(made[0].pid) and not made[0].path.exists()


def test_a_frozen_box_stands_still_and_goes_on(zygote: warmbox.Zygote) -> None:
    code = """
import os, time
for name in "ab":
    if os.fork() == 0:
        os.setsid() if name == "b" else None
        while True:
            open(f"/tmp/{name}", "a").write("x")
            time.sleep(0.005)
while True:
    open("/tmp/c", "a").write("x")
    time.sleep(0.005)
"""
    box = started(code, zygote)

    def sizes() -> list[int]:
        return [(box.root / "tmp" / n).stat().st_size if (box.root / "tmp" / n).exists() else 0 for n in "abc"]

    try:
        assert until(lambda: all(sizes()))
        with box.frozen():
            before = sizes()
            for _ in range(5):
                assert inside("print(1)", zygote) == "1\n"
            assert sizes() == before
        assert until(lambda: all(a > b for a, b in zip(sizes(), before, strict=True)))
    finally:
        box.close()


HOLDS = """
import fcntl, os
f = open(os.__file__)
fcntl.flock(f, fcntl.LOCK_EX)
fcntl.lockf(f, fcntl.LOCK_SH, 1, 5)
print("held", flush=True)
while True:
    pass
"""
LOOKS = """
import ctypes, fcntl, os, sqlite3, struct
f, told = open(os.__file__), []
try:
    fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError:
    told.append("flock")
asked = struct.pack("hhqqi", fcntl.F_RDLCK, 0, 5, 1, 0)
if struct.unpack("hhqqi", fcntl.fcntl(f, fcntl.F_GETLK, asked))[:1] != (fcntl.F_RDLCK,):
    told.append("range lock")
if ctypes.CDLL(None).inotify_init1(0) >= 0:
    told.append("watch")
try:
    fcntl.fcntl(f, 1024, fcntl.F_RDLCK)
    told.append("lease")
except OSError:
    pass
db = sqlite3.connect("/tmp/work/own.db")
db.execute("create table t (x)")
db.executemany("insert into t values (?)", [(1,), (2,)])
db.commit()
print(told, db.execute("select sum(x) from t").fetchone())
"""


@pytest.mark.parametrize("warm", [True, False])
def test_two_boxes_cannot_talk_over_files_that_both_read(zygote: warmbox.Zygote, warm: bool) -> None:
    box = started(HOLDS, zygote if warm else None)
    try:
        assert box.output is not None and box.output.readline() == b"held\n"
        assert inside(LOOKS, zygote if warm else None) == "[] (3,)\n"
    finally:
        box.close()


def test_a_kernel_that_ends_before_it_is_ready_costs_its_submission_alone(
    zygote: warmbox.Zygote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = small.course(tmp_path / "course", (small.NAME, small.checks()))
    prepare.prepare(home, [small.NAME], ["ann"])
    making.submit(home.submitted, "ann", small.solved(home), small.NAME)
    monkeypatch.setattr(
        provisioner.sandbox, "start", lambda *a, real=sandbox.start, **kw: real(*a, **kw, program="raise SystemExit(4)")
    )
    with pytest.raises(GradingError, match="ended before it was ready") as raised:
        pipeline.autograde(home.root, "ann", small.NAME, zygote=zygote.path)
    assert not isinstance(raised.value, SandboxError), "that would stop the whole batch"
