"""A second pack of attacks, on the box and on whoever is graded beside it: nothing gets out, nobody else is harmed."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from simlab.grading.course import Course
from simlab.grading.outcome import GRADED, KERNEL_DIED, OUT_OF_MEMORY, TIMED_OUT, Outcome
from tests.grading import attacks, small
from tests.grading.attacks import Attack, right
from tests.grading.test_sandbox import inside

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the box needs Linux")
ROOT = Path(__file__).parents[2]
TOKEN = secrets.token_hex(12)  # what nobody in a box may ever see

# name: what runs first in work that is otherwise right; whatever comes of it, its neighbors keep their marks
NEIGHBORS = {
    "sixty at work": """
import os, time
for _ in range(60):
    try:
        if os.fork() == 0:
            while True: pass
    except OSError: break
time.sleep(3)
""",
    "sixty threads at work": """
import hashlib, threading, time
def on():
    while True: hashlib.sha256(bytes(10**7))
for _ in range(60): threading.Thread(target=on, daemon=True).start()
time.sleep(2)
""",
    "descriptors taken": """
import os
try:
    while True: os.dup(0)
except OSError: pass
""",
    "shared memory filled": """
try:
    for n in range(99): open(f'/dev/shm/{n}', 'wb').write(bytes(1 << 20))
except OSError: pass
""",
    "the sockets' disk filled": """
try:
    for n in range(99): open(f'/run/k/x{n}', 'wb').write(bytes(1 << 20))
except OSError: pass
""",
    "written past Python": """
import os
for fd in (1, 2):
    for _ in range(300):
        os.write(fd, b'\\x1b[2J' * 50_000)
""",
    "one wide line": """
print('\\x1b]0;x\\x07' * 4_000_000)
""",
    "everybody killed": """
import os
os.kill(-1, 9)
""",
    "its parents killed": """
import os
for pid in (1, os.getppid()):
    for s in (1, 2, 3, 15, 19, 20):
        try: os.kill(pid, s)
        except OSError: pass
""",
    "a long error": """
def f(n): raise type('E' * 10**5, (Exception,), {'__str__': lambda s: '\\x1b[2J<script>' * 10**6})()
f(1)
""",
    "without a bottom": """
import sys
sys.setrecursionlimit(10**9)
def f(n): return [f(n)]
f(1)
""",
    "chained errors": """
e = None
for n in range(3000):
    try: raise ValueError(n) from e
    except ValueError as x: e = x
raise e
""",
    "a kernel that ends well": """
get_ipython().kernel.do_shutdown(True); exit()
""",
    "deep folders": """
import os
for _ in range(3000):
    os.mkdir('x' * 100); os.chdir('x' * 100)
""",
    "left behind": f"""
import os, sys
if os.fork() == 0:
    os.setsid()
    os.execv(sys.executable, [sys.executable, '-c', 'import time; time.sleep(600)', 'left-{TOKEN}'])
""",
    "the clock turned": """
import time
real = time.time
time.time = time.monotonic = time.perf_counter = lambda: real() + 10**9
""",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return attacks.course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def done(home: Course, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    every = {n: Attack(small.before(right(home), source), 5.0) for n, source in NEIGHBORS.items()}
    return attacks.grade(home, tmp_path_factory.mktemp("in"), every)


@pytest.mark.parametrize("name", NEIGHBORS)
def test_an_attack_harms_at_most_itself(done: dict[str, Outcome], name: str) -> None:
    found = done[name]
    assert found.outcome in (GRADED, TIMED_OUT, KERNEL_DIED, OUT_OF_MEMORY), found.reason
    assert found.points is None or found.points <= 5.0
    assert "\x1b" not in found.reason + "".join(c.message for c in found.checks)


@pytest.mark.usefixtures("done")
def test_nothing_outlives_its_box() -> None:
    held = [p.info["cmdline"] or [] for p in psutil.process_iter(["cmdline"])]
    assert not [c for c in held if f"left-{TOKEN}" in c]


# ------------------------------------------------------------------------------------------ looking out

SEARCH = """
import os, sys
token = bytes.fromhex(sys.argv[1])[::-1].hex().encode()  # written here turned round, so that this text is no hit
hits = set()
for pid in filter(str.isdigit, os.listdir('/proc')):
    for name in ('environ', 'cmdline', 'maps', 'mountinfo', 'status'):
        try: held = open(f'/proc/{pid}/{name}', 'rb').read()
        except OSError: continue
        if token in held: hits.add(f'{pid}/{name}')
    for way in ('root', 'cwd'):
        for top in PLACES:
            try:
                if os.path.exists(f'/proc/{pid}/{way}' + top): hits.add(f'{pid}/{way}{top}')
            except OSError: continue
print(sorted(hits))
"""


def test_nothing_of_the_grader_is_seen_through_proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMLAB_TEST_TOKEN", TOKEN)
    (tmp_path / TOKEN).mkdir()
    (tmp_path / TOKEN / "gradebook.db").write_text(TOKEN)
    monkeypatch.chdir(tmp_path / TOKEN)
    places = [str(ROOT / name) for name in ("solutions", "tests", ".git", "README.md")]
    turned = bytes.fromhex(TOKEN)[::-1].hex()
    said, _ = inside(SEARCH.replace("PLACES", repr([*places, "/etc/shadow", "/var/log", "/proc/1/cwd/etc"])), turned)
    assert said == "[]\n"
    places = [str(tmp_path / TOKEN / "gradebook.db")]
    said, _ = inside(f"import os; print(os.path.exists({places[0]!r}), os.environ.get('SIMLAB_TEST_TOKEN'))")
    assert said == "False None\n"


def test_no_descriptor_of_this_side_is_open_in_there(tmp_path: Path) -> None:
    with (tmp_path / "secret").open("w") as held:
        os.set_inheritable(held.fileno(), True)
        said, _ = inside(
            "import os\nprint([os.readlink(f'/proc/self/fd/{f}') for f in os.listdir('/proc/self/fd')[:-1]])"
        )
    assert "secret" not in said and "gradebook" not in said and "socket" not in said, said


@pytest.fixture
def listening() -> Iterator[list[socket.socket]]:
    """A socket of each kind on this side, which somebody in a box may know by name."""
    tcp = socket.create_server(("127.0.0.1", 0))
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind(f"\0simlab-test-{TOKEN}")
    abstract.listen()
    yield [tcp, abstract]
    tcp.close()
    abstract.close()


def test_no_socket_of_this_side_can_be_reached(listening: list[socket.socket]) -> None:
    port = listening[0].getsockname()[1]
    said, _ = inside(
        "import socket\n"
        f"for kind, to in ((socket.AF_INET, ('127.0.0.1', {port})), (socket.AF_UNIX, '\\0simlab-test-{TOKEN}')):\n"
        "    try: socket.socket(kind).connect(to); print('reached')\n"
        "    except OSError: print('refused')\n"
        f"print('{TOKEN}' in open('/proc/net/unix').read())"
    )
    assert said == "refused\nrefused\nFalse\n"


# name: what must fail in there with an error
FORBIDDEN = {
    "another user": "os.setuid(0)",
    "another group": "os.setgroups([0])",
    "a device": "os.mknod('/tmp/d', 0o660 | stat.S_IFBLK, os.makedev(8, 0))",
    "another root": "os.chroot('/tmp')",
    "the host's name": "socket.sethostname('x')",
    "the host's settings": "open('/proc/sys/kernel/core_pattern', 'w').write('|/tmp/x')",
    "the clock": "time.clock_settime(time.CLOCK_REALTIME, 0)",
    "more processor": "os.setpriority(os.PRIO_PROCESS, 0, -5)",
    "real time": "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))",
    "more processes": "resource.setrlimit(resource.RLIMIT_NPROC, (10**6, 10**6))",
    "more files": "resource.setrlimit(resource.RLIMIT_NOFILE, (10**6, 10**6))",
    "Python's own files": "open(os.path.join(sys.prefix, 'x.pth'), 'w')",
    "the course's own files": "open(os.path.join(os.path.dirname(simlab.__file__), 'x.py'), 'w')",
    "the root folder": "open('/x', 'w')",
    "the account file": "open('/etc/passwd', 'a')",
    "its connection file": "open('/run/files.zip', 'a')",
    "marking's own code": "import simlab.grading.judge",
    "the truth of a scenario": "next(os.scandir(os.path.join(os.path.dirname(simlab.__file__), 'content', 'scenarios')))",
    "another's memory": "open('/proc/1/mem', 'rb').read(1)",
    "another's files": "os.listdir('/proc/1/fd')",
    "raw packets": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "a larger disk": "subprocess.run(['mount', '-o', 'remount,size=9g', '/tmp'], check=True, stderr=-3)",
    "a set-user-id program": "subprocess.run(['su', '-c', 'id'], check=True, stderr=-3, stdin=-3)",
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_a_box_may_not(name: str) -> None:
    names = "os, resource, simlab, socket, stat, subprocess, sys, time"
    said, _ = inside(
        f"import {names}\ntry:\n    {FORBIDDEN[name]}\nexcept BaseException as e:\n    print('refused')\nelse:\n    print('had')"
    )
    assert said == "refused\n"


def test_a_program_in_there_gains_no_rights() -> None:
    said, _ = inside(
        "print([x for x in open('/proc/self/status').read().splitlines() if x.startswith(('NoNewPrivs', 'CapE'))])"
    )
    assert said == "['CapEff:\\t0000000000000000', 'NoNewPrivs:\\t1']\n"
