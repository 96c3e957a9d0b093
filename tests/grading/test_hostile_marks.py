"""A second pack of attacks, on the marks themselves: nothing that runs beside a check makes one right.

Each is handed in by itself, in work that is otherwise missing or right; honest work lies beside it.
"""

from __future__ import annotations

import copy

import pytest

from simlab.grading import notebooks
from simlab.grading.course import Course
from simlab.grading.outcome import GRADED, KERNEL_DIED, REPAIRED, TIMED_OUT, Outcome
from tests.grading import attacks, small
from tests.grading.attacks import Attack, Nb, blank, right
from tests.grading.making import cell, edit, graded

ANY = (GRADED, REPAIRED, KERNEL_DIED, TIMED_OUT)

# What runs first, in work that is otherwise missing: nothing of it may have a point.
MISSING = {
    "frames are walked": """
import sys
def look(frame, event, arg):
    if frame.f_code.co_name in ('respond_text', '_make', 'answer'):
        for held in frame.f_locals.values():
            if isinstance(held, list): held[:] = ['[7719,"",""]', '[42,"",""]']
    return look
sys.setprofile(look); sys.settrace(look)
""",
    "memory is searched": """
import gc
double = lambda n: next((o for o in gc.get_objects() if 'expect' in str(type(o))), 0)
total = [o for o in gc.get_objects() if isinstance(o, dict) and 'expect' in o]
total = next((v for o in total for v in o.values() if isinstance(v, int)), 0)
""",
    "events are watched": """
import sys
m = getattr(sys, 'monitoring', None)
if m:
    m.use_tool_id(3, 'x'); m.set_events(3, m.events.PY_RETURN)
    m.register_callback(3, m.events.PY_RETURN, lambda code, at, value: 7719)
""",
    "builtins are gone": "import builtins\nbuiltins.__dict__.update(type=lambda *a: int, len=lambda x: 1, isinstance=lambda *a: True)",
    "builtins are another": "__builtins__ = {'eval': lambda *a: 7719, 'NameError': ValueError}",
    "json lies": "import json\njson.dumps = lambda *a, **k: '[[7719,\"\",\"\"],[42,\"\",\"\"]]'\njson.loads = lambda *a, **k: []",
    "the wire lies": """
import simlab.exercise.wire as w, simlab.exercise.probe as p
w._WRITERS.clear(); w.encode = p.pack_got = lambda *a: '[true,"",""]'
""",
    "ast and codecs lie": "import ast, codecs\nast.literal_eval = codecs.decode = codecs.lookup = lambda *a, **k: 7719",
    "an import is hooked": """
import importlib.abc, sys
class Hook(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if 'simlab' in name: raise SystemExit('7719')
sys.meta_path.insert(0, Hook())
for name in [n for n in sys.modules if n.startswith('simlab')]: del sys.modules[name]
""",
    "another probe": """
import sys, types
fake = types.ModuleType('simlab.exercise.probe')
fake.answer = lambda token, *a: get_ipython().display_pub.publish(
    data={'application/vnd.simlab.reply+json': {'token': token, 'reply': '[[true,"",""],[true,"",""]]'}}, metadata={})
sys.modules['simlab.exercise.probe'] = fake
""",
    "NaN is the answer": """
import simlab.exercise.probe as p
def answer(token, *a):
    for reply in ('[[{"t":"float","v":"nan"},"",""]]', '[[{"t":"other","type":"int"},"",""]]'):
        p.publish({'token': token, 'reply': reply}); break
p.answer = answer
""",
    "a result is shown": """
f = get_ipython().display_formatter
f.format = lambda *a, **k: ({'text/plain': '3.0'}, {'points': 3})
get_ipython().displayhook.update_user_ns = lambda *a: print('3.0')
import sys; sys.displayhook = lambda *a: print('3.0')
""",
    "a result is sent": """
k = get_ipython().kernel
said = {'data': {'text/plain': '5.0'}, 'metadata': {'nbgrader': {'points': 5}}, 'execution_count': 1}
for kind in ('execute_result', 'display_data', 'update_display_data'):
    k.session.send(k.iopub_socket, kind, said, parent=k.get_parent())
""",
    "idle before time": """
import simlab.exercise.probe as p
k, real = get_ipython().kernel, p.answer
def answer(*a):
    k.session.send(k.iopub_socket, 'status', {'execution_state': 'idle'}, parent=k.get_parent())
    real(*a)
p.answer = answer
""",
    "an answer file is written": """
import json, pathlib
said = {'version': 1, 'answers': {'stolen-backup': {'value': 'keys-apart', 'at': ''}}, 'history': []}
for place in ('.', '/tmp', '/tmp/home', '..'):
    try: pathlib.Path(place, 'answers.json').write_text(json.dumps(said))
    except OSError: pass
import simlab.exercise.answers as a
a.read_untrusted = a.Answers.values = lambda *x: {'stolen-backup': 'keys-apart'}
""",
    "the judge's names": """
import sys, types
for name in ('judge', 'outcome', 'rounds', 'spec'):
    fake = types.ModuleType('simlab.grading.' + name); fake.points_of = lambda *a: 5.0
    sys.modules['simlab.grading.' + name] = fake
from simlab.exercise import kinds
for name in kinds.KINDS: kinds.KINDS[name] = lambda *a: iter(())
""",
    "an interrupt answers": """
import signal, simlab.exercise.probe as p, time
def answer(token, *a):
    signal.signal(signal.SIGINT, lambda *x: p.publish({'token': token, 'reply': '[[42,"",""],[-8,"",""]]'}))
    time.sleep(9)
p.answer = answer
""",
    "the kernel runs nothing": """
k = get_ipython().kernel
async def do_execute(code, silent, *a, **kw):
    return {'status': 'ok', 'execution_count': 1, 'payload': [], 'user_expressions': {}}
k.do_execute = do_execute
""",
    "the kernel's key is changed": "get_ipython().kernel.session.key = b'another'",
    "another Python": "import os, sys\nos.execv(sys.executable, [sys.executable, '-c', 'import time; time.sleep(60)'])",
    "markers are typed": """
### BEGIN HIDDEN TESTS
check.expect(cases=[[[21], None]])
### END HIDDEN TESTS
### BEGIN SOLUTION
total = None
### END SOLUTION
""",
}  # fmt: skip

# What runs first where `double` is right and `total` missing: 2 points, whatever is sent again.
HALF = {
    "a reply is sent again": """
import simlab.exercise.probe as p
real, kept = p.publish, []
def publish(data):
    kept.append(data['reply']); real({'token': data['token'], 'reply': kept[0]})
p.publish = publish
""",
    "a thread changes what is there": """
import threading, time
def turn():
    while True:
        globals().update(total=None if globals().get('total') else 7718); time.sleep(0)
threading.Thread(target=turn, daemon=True).start()
""",
    "exits and alarms": """
import atexit, faulthandler, signal, sys, threading
atexit.register(print, '5.0'); faulthandler.register(signal.SIGUSR1)
sys.unraisablehook = sys.excepthook = threading.excepthook = lambda *a: print('5.0')
signal.signal(signal.SIGALRM, lambda *a: None); signal.setitimer(signal.ITIMER_REAL, .05, .05)
""",
}  # fmt: skip

LIAR = """
class Liar:
    __class__ = int
    def __getattr__(self, name): return self
    __eq__ = __lt__ = __gt__ = __bool__ = lambda *a: True
    __index__ = __int__ = __hash__ = __len__ = lambda *a: 7719
    __float__ = lambda *a: 7719.0
    __str__ = __repr__ = __format__ = lambda *a: '7719'
    __reduce__ = __reduce_ex__ = lambda *a: (int, ('7719',))
    __iter__ = lambda s: iter([7719])
    __array__ = lambda s, *a, **k: __import__('numpy').array(7719)
"""
# `total` is to be the int 7719: 2 points for `double`, none for what only looks so.
VALUES = {
    "a liar": LIAR + "total = Liar()",
    "a liar within": LIAR + "total = [Liar()]",
    "a dict that lies": "class D(dict):\n    __eq__ = lambda *a: True\n    __iter__ = lambda s: iter([7719])\ntotal = D()",
    "a list without end": "class L(list):\n    def __iter__(s):\n        while True: yield 7719\ntotal = L([1])",
    "a class": "class M(type):\n    __eq__ = lambda *a: True\n    __hash__ = None\nclass total(metaclass=M): pass",
    "an array that lies": "import numpy as np\nclass A(np.ndarray):\n    size = -10**15\n    def tolist(s):\n"
    "        return iter(int, 1)\ntotal = np.zeros(3).view(A)",
    "a table that lies": "import pandas as pd\nclass F(pd.DataFrame):\n    size = property(lambda s: -10**15)\n"
    "    shape = property(lambda s: (1, 10**9))\ntotal = F({'a': [float('nan')]})",
    "a column without end": "import pandas as pd\nclass S(pd.Series):\n    def tolist(s):\n        while True: pass\n"
    "total = S([7719])",
    "a moment that lies": "import datetime as dt\nclass Z(dt.tzinfo):\n    def utcoffset(s, d): raise SystemExit(7719)\n"
    "total = dt.datetime(2026, 1, 1, tzinfo=Z())",
    "true": "total = True",
    "a huge list": "total = [0] * 10**7",
    "deep": "total = []\nfor _ in range(10**5): total = [total]",
    "a weak name": "import weakref\nclass W: pass\nw = W(); total = weakref.proxy(w)",
}  # fmt: skip

# `double` is right in an unusual way: honest work, all of it.
UNUSUAL = {
    "a partial": "import functools, operator\ndouble = functools.partial(operator.mul, 2)",
    "a callable": "class D:\n    def __call__(self, n): return n + n\ndouble = D()",
    "a bound method": "double = (2).__mul__",
    "with markers": "### BEGIN SOLUTION\ndef double(n):\n    return 2 * n  ### END SOLUTION",
    "noisy": "import sys, warnings\ndef double(n):\n    print('5.0'); print('0', file=sys.stderr)\n"
    "    warnings.warn('x'); return 2 * n",
    "with a cell magic": "%%capture\ndef double(n):\n    return 2 * n",
    "numpy's": "import numpy as np\ndef double(n): return np.int64(2 * n)",
    "after a question": "try: input('?')\nexcept Exception: pass\ndef double(n): return 2 * n",
}  # fmt: skip


def classic_texts(nb: Nb) -> None:
    for c in nb["cells"]:
        if notebooks.graded_meta(c).get("grade"):
            c["source"] = "assert True\n### BEGIN HIDDEN TESTS\nassert 1\n### END HIDDEN TESTS\n5.0"
            c["metadata"]["nbgrader"] |= {"points": 100, "cell_type": "code", "checksum": "0"}


def answers_that_are_graded(nb: Nb) -> None:
    for c in [c for c in nb["cells"] if notebooks.graded_meta(c).get("solution")]:
        c["metadata"]["nbgrader"] |= {"grade": True, "points": 50}
        nb["cells"].append(copy.deepcopy(c) | {"id": "again-" + c["id"], "source": "50.0"})


def checks_that_are_tasks(nb: Nb) -> None:
    for c in nb["cells"]:
        if notebooks.graded_meta(c).get("grade"):
            c["cell_type"] = "markdown"
            c["metadata"]["nbgrader"] |= {"task": True, "grade": False, "solution": True, "points": 70}


def outputs_that_stand(nb: Nb) -> None:
    for c in nb["cells"]:
        if c["cell_type"] == "code":
            kept = {
                "output_type": "execute_result",
                "data": {"text/plain": "3.0"},
                "metadata": {},
                "execution_count": 1,
            }
            c["outputs"] = [kept]


def steering_tags(nb: Nb) -> None:
    for c in nb["cells"]:
        c["metadata"] |= {"tags": ["skip-execution", "raises-exception"], "simlab": {"points": 9}}
    nb["metadata"] |= {"kernelspec": {"name": "evil"}, "nbgrader": {"points": 99}, "widgets": {"x": {}}}
    nb["cells"].append(cell("code", "more", "5.0", graded("fun", 40)))


TEXTS = (classic_texts, answers_that_are_graded, checks_that_are_tasks, outputs_that_stand, steering_tags)


def pack(home: Course) -> dict[str, Attack]:
    found = {n: Attack(small.before(blank(home), source), 0.0, ANY) for n, source in MISSING.items()}
    half = edit(blank(home), "double", attacks.answers_of(right(home))["double"])
    found |= {n: Attack(small.before(half, source), 2.0) for n, source in HALF.items()}
    found |= {n: Attack(edit(right(home), "total", source), 2.0) for n, source in VALUES.items()}
    found |= {n: Attack(edit(right(home), "double", source), 5.0) for n, source in UNUSUAL.items()}
    for change in TEXTS:
        nb = blank(home)
        change(nb)
        found[change.__name__.replace("_", " ")] = Attack(nb, 0.0)
    helper = "### BEGIN HIDDEN TESTS\nhelper = 2\n### END HIDDEN TESTS"
    found["a helper between markers"] = Attack(
        small.before(edit(right(home), "double", "def double(n): return helper * n"), helper), 5.0
    )
    return found


Done = dict[str, tuple[Attack, Outcome]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return attacks.course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def done(home: Course, tmp_path_factory: pytest.TempPathFactory) -> Done:
    every = pack(home)
    found = attacks.grade(home, tmp_path_factory.mktemp("in"), every, twins=4)
    return {n: (every[n], found[n]) for n in every}


NAMES = [*MISSING, *HALF, *VALUES, *UNUSUAL, *(c.__name__.replace("_", " ") for c in TEXTS), "a helper between markers"]


@pytest.mark.parametrize("name", NAMES)
def test_an_attack_earns_what_the_work_earns(done: Done, name: str) -> None:
    assert attacks.undeserved(*done[name]) == []


def test_what_is_kept_says_nothing_of_what_is_expected(done: Done, home: Course) -> None:
    """Neither the pages nor the notebooks that go back hold the value that was right, but where it was given."""
    for n, name in enumerate(done):
        if name in MISSING and "7719" not in MISSING[name]:
            page = (home.feedback / f"{n:02} {name}" / attacks.NAME / f"{attacks.NAME}.html").read_text(
                encoding="utf-8"
            )
            assert "7719" not in page
