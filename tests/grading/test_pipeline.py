from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook, MissingEntry

from simlab.errors import GradingError
from simlab.grading import gradebook, notebooks, outcome, pipeline, reference
from simlab.grading.course import Course
from simlab.grading.outcome import Limits, Outcome
from tests.grading import making, small

CLASSIC, OWN = "08-classic", "07-own"
SHORT = Limits(cell_seconds=2, notebook_seconds=20, memory_mb=400)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    root = tmp_path_factory.mktemp("course")
    yield small.course(root, (small.NAME, small.checks()), (CLASSIC, making.classic()), (OWN, small.reference()))
    reference.close_all()


def grade(
    home: Course, learner: str, nb: dict[str, Any], name: str = small.NAME, limits: Limits = SHORT, **files: str
) -> Outcome:
    small.hand_in(home, learner, nb, name, **files)
    return pipeline.autograde(home.root, learner, name, limits=limits)


def points(home: Course, learner: str, name: str = small.NAME) -> dict[str, tuple[float | None, bool]]:
    """(automatic points, waits for a person) of each cell in the gradebook."""
    with Gradebook(gradebook.url(home.gradebook)) as gb:
        found = gb.find_submission(name, learner)
        return {g.name: (g.auto_score, g.needs_manual_grade) for n in found.notebooks for g in n.grades}


def has_row(home: Course, learner: str, name: str = small.NAME) -> bool:
    with Gradebook(gradebook.url(home.gradebook)) as gb:
        try:
            gb.find_submission(name, learner)
        except MissingEntry:
            return False
        return True


def kept(home: Course, learner: str, name: str = small.NAME) -> dict[str, Any]:
    return notebooks.read(home.autograded / learner / name / f"{name}.ipynb")


def printed(nb: dict[str, Any]) -> str:
    return "".join("".join(o.get("text", "")) for c in nb["cells"] for o in c.get("outputs", []))


# ------------------------------------------------------------------------------------- honest work


def test_right_work_has_all_points_and_none_of_the_hidden_text_is_kept(home: Course) -> None:
    got = grade(home, "right", small.solved(home))
    assert (got.outcome, got.points, got.maximum) == ("graded", 5.0, 5.0)
    assert got.isolated
    assert got.judged
    assert points(home, "right") == {"fun": (2.0, False), "val": (3.0, False)}
    assert outcome.read(home.results / small.NAME / "right.json") == got
    text = json.dumps(kept(home, "right"))
    assert "expect" not in text
    assert "HIDDEN" not in text
    assert "check.function" in text


def test_untouched_work_has_none(home: Course) -> None:
    got = grade(home, "blank", making.released(home, small.NAME))
    assert (got.outcome, got.points) == ("graded", 0.0)
    assert points(home, "blank") == {"fun": (0.0, False), "val": (0.0, False)}


def test_partly_right_work_has_its_part(home: Course) -> None:
    got = grade(home, "part", making.edit(small.solved(home), "double", "double = abs"))
    assert [c.points for c in got.checks] == [0.0, 3.0]


def test_the_learners_own_text_of_a_check_counts_for_nothing(home: Course) -> None:
    nb = making.edit(making.edit(making.released(home, small.NAME), "fun", "2.0"), "val", "3.0")
    assert grade(home, "rewrote", nb).points == 0.0


def test_a_folder_of_ones_own_modules_does_not_shadow_the_real_ones(home: Course) -> None:
    planted = "raise SystemExit('planted')"
    nb = small.before(small.solved(home), "import simlab.exercise.probe, numpy\nfrom helper import ten")
    got = grade(home, "planted", nb, simlab__py=planted, numpy__py=planted, json__py=planted, helper__py="ten = 10")
    assert got.points == 5.0
    assert not any(o["output_type"] == "error" for o in kept(home, "planted")["cells"][0]["outputs"])


def test_the_solution_itself_is_the_reference_and_a_faulty_check_waits_for_a_person(home: Course) -> None:
    got = grade(home, "own", small.solved(home, OWN), OWN)
    assert [(c.name, c.points) for c in got.checks] == [("same", 2.0), ("faulty", 0.0)]
    assert got.needs_person == ("faulty",)
    assert "faulty" in got.reason
    assert points(home, "own", OWN) == {"same": (2.0, False), "faulty": (0.0, True)}
    wrong = making.edit(small.solved(home, OWN), "triple", "triple = lambda n: 15")
    assert grade(home, "own2", wrong, OWN).checks[0].points == 1.0


# ---------------------------------------------------------------------------------------- attacks

EQUAL = """
class Same:
    __hash__ = None
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __getattr__(self, name): return lambda *a: True
class Text(str):
    def __eq__(self, other): return True
    __hash__ = str.__hash__
class Number(int):
    def __eq__(self, other): return True
    __hash__ = int.__hash__
double = lambda n: Same() if n > 0 else Number(1)
total = Text("7719")
"""
PATCHED = """
import builtins, json, simlab.exercise.probe as probe, simlab.exercise.wire as wire
probe.respond_text = lambda *a, **k: '[[0,"",""],[0,"",""]]'
wire.encode = lambda *a, **k: '[[true,"",""]]'
wire.pack_got = probe.pack_got = lambda *a, **k: '[{"t":"other","type":"Same"},"",""]'
builtins.eval = lambda *a: 1
"""
FORGED = """
from IPython.display import publish_display_data
import threading, time
def flood():
    while True:
        publish_display_data({"application/vnd.simlab.reply+json": {"token": "0" * 32, "reply": '[[7719,"",""]]'}})
        time.sleep(0.01)
threading.Thread(target=flood, daemon=True).start()
"""
KERNEL = """
kernel = get_ipython().kernel
async def do_execute(code, silent, *a, **k):
    kernel.send_response(kernel.iopub_socket, "execute_result", {"data": {"text/plain": "5.0"}, "metadata": {}})
    return {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
kernel.do_execute = do_execute
"""
TRANSFORMED = """
import ast
class Full(ast.NodeTransformer):
    def visit_Module(self, node): return ast.parse("5.0")
get_ipython().ast_transformers.append(Full())
"""
ATTACKS = {"patched": PATCHED, "forged": FORGED, "kernel": KERNEL, "transformed": TRANSFORMED}


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_trick_makes_marks_of_missing_work(home: Course, attack: str) -> None:
    nb = small.before(making.released(home, small.NAME), ATTACKS[attack])
    got = grade(home, attack, nb)
    assert not got.points
    assert all(c.points == 0.0 for c in got.checks)


def test_an_object_that_equals_everything_has_no_marks(home: Course) -> None:
    nb = making.edit(making.edit(small.solved(home), "double", EQUAL), "total", "pass")
    assert grade(home, "equal", nb).points == 0.0


LOOK = """
import gc, sys
seen = []
def look():
    held, frame = repr(In), sys._getframe()
    while frame:
        held, frame = held + repr(list(frame.f_locals)) + repr([v for v in frame.f_locals.values() if type(v) is str]), frame.f_back
    for thing in gc.get_objects():
        if type(thing) in (list, tuple, dict) and len(thing) < 1000:
            parts = thing.items() if type(thing) is dict else enumerate(thing)
            held += repr([(k, v) for k, v in parts if type(v) in (str, bytes, int, float) and type(k) in (str, int)])
    seen.append(("77" + "19" in held, "[[[21]," + " 42" in held, "se" + "en" in held))
"""


def test_expected_values_are_never_in_the_learners_process(home: Course) -> None:
    nb = making.edit(making.released(home, small.NAME), "double", LOOK + "\ndef double(n):\n    look()\n    return 1")
    nb["cells"].append(making.cell("code", "report", "look(); print(seen)"))
    small.hand_in(home, "looker", nb)
    limits = Limits(cell_seconds=20)
    assert pipeline.autograde(home.root, "looker", small.NAME, limits=limits).points == 0.0
    assert printed(kept(home, "looker")) == str([(False, False, True)] * 3) + "\n"


FIND = """
import os
found = []
for top in ("/", "/proc/1/root", "/proc/self/root", os.getcwd()):
    for d, dirs, files in os.walk(top):
        dirs[:] = [x for x in dirs if x not in ("proc", "sys", "dev", "usr", "site-packages", "template") and "python3" not in x]
        found += [os.path.join(d, f) for f in files if f.endswith(".ipynb") or f in ("gradebook.db", "secret")]
        found += [os.path.join(d, x) for x in dirs if x in ("solutions", "submitted", "autograded", "grading", ".simlab")
                  and os.listdir(os.path.join(d, x))]
try:
    import urllib.request
    urllib.request.urlopen("http://127.0.0.1:8888", timeout=1)
    found.append("network")
except OSError:
    pass
print("FOUND", found)
"""


def test_nobodys_secrets_are_there_to_be_read(home: Course) -> None:
    grade(home, "reader", small.before(making.released(home, small.NAME), FIND))
    assert "FOUND []" in printed(kept(home, "reader"))


# ---------------------------------------------------------------------------- work that does not end


def test_a_kernel_that_ends_itself_is_no_zero(home: Course) -> None:
    grade(home, "exits", small.solved(home))
    assert has_row(home, "exits")
    got = grade(home, "exits", small.before(small.solved(home), "import os; os._exit(0)"))
    assert (got.outcome, got.points) == ("kernel died", None)
    assert not has_row(home, "exits")
    assert not (home.autograded / "exits" / small.NAME).exists()


def test_marks_of_a_person_outlive_a_dead_kernel(home: Course) -> None:
    grade(home, "manual", small.solved(home))
    with Gradebook(gradebook.url(home.gradebook)) as gb:
        gb.find_grade("val", small.NAME, small.NAME, "manual").manual_score = 1.5
        gb.db.commit()
    grade(home, "manual", small.before(small.solved(home), "import os; os._exit(0)"))
    assert points(home, "manual") == {"fun": (None, True), "val": (None, True)}


def test_an_endless_loop_is_stopped_and_the_rest_is_graded(home: Course) -> None:
    got = grade(home, "loops", small.before(small.solved(home), "while True: pass"))
    assert (got.outcome, got.points) == ("timed out", 5.0)
    assert "cell 1 ran longer than 2 s" in got.reason


def test_an_endless_function_has_no_points_and_the_rest_has(home: Course) -> None:
    nb = making.edit(small.solved(home), "double", "def double(n):\n    while True: pass")
    got = grade(home, "endless", nb)
    assert (got.outcome, [c.points for c in got.checks]) == ("timed out", [0.0, 3.0])


def test_a_loop_that_ignores_interrupts_ends_with_its_box(home: Course) -> None:
    nb = small.before(
        small.solved(home), "while True:\n    try:\n        while True: sum(range(9))\n    except BaseException: pass"
    )
    # On a busy machine the interrupt may take longer than a whole notebook may: it is the one looked at here.
    got = grade(home, "stubborn", nb, limits=Limits(cell_seconds=2, notebook_seconds=120, memory_mb=400))
    assert (got.outcome, got.points) == ("timed out", None)
    assert "did not stop when interrupted" in got.reason
    assert not has_row(home, "stubborn")


def test_a_function_that_ignores_interrupts_ends_with_its_box(home: Course) -> None:
    loop = "    while True:\n        try:\n            while True: sum(range(9))\n        except BaseException: pass"
    got = grade(home, "stubborn2", making.edit(small.solved(home), "double", f"def double(n):\n{loop}"))
    assert (got.outcome, got.points) == ("timed out", None)
    assert "check fun" in got.reason


def test_a_memory_hog_is_named(home: Course) -> None:
    got = grade(
        home, "hog", small.before(small.solved(home), "import time; held = bytearray(900 << 20); time.sleep(9)")
    )
    assert (got.outcome, got.points) == ("out of memory", None)
    assert "400 MB" in got.reason


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("for _ in range(200): print('x' * 1_000_000)", id="in many pieces"),
        pytest.param("print('x' * 200_000_000)", id="in one piece"),
    ],
)
def test_two_hundred_megabytes_printed_cost_little(home: Course, source: str, request: Any) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    small.hand_in(home, "loud", small.before(small.solved(home), source))
    got = pipeline.autograde(home.root, "loud", small.NAME, limits=Limits(cell_seconds=30, notebook_seconds=60))
    assert (got.outcome, got.points) == ("graded", 5.0)
    assert (home.autograded / "loud" / small.NAME / f"{small.NAME}.ipynb").stat().st_size < 8 << 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150 << 10


def test_an_answer_of_a_hundred_megabytes_is_no_answer(home: Course) -> None:
    nb = making.edit(small.solved(home), "double", "def double(n):\n    return 'x' * 100_000_000")
    assert [c.points for c in grade(home, "giant", nb).checks] == [0.0, 3.0]


# ------------------------------------------------------------------------- notebooks of plain asserts


def test_plain_asserts_are_graded_in_the_box_and_said_to_be_unjudged(home: Course) -> None:
    got = grade(home, "right", small.solved(home, CLASSIC), CLASSIC)
    assert (got.points, got.judged, got.isolated) == (3.0, False, True)
    wrong = making.edit(small.solved(home, CLASSIC), "double", "def double(n):\n    return abs(2 * n)")
    assert [c.points for c in grade(home, "wrong", wrong, CLASSIC).checks] == [1.0, 0.0]


def test_a_warning_costs_no_points(home: Course) -> None:
    source = "import warnings\ndef double(n):\n    warnings.warn('old')\n    return 2 * n"
    got = grade(home, "warns", making.edit(small.solved(home, CLASSIC), "double", source), CLASSIC)
    assert got.points == 3.0


def test_errors_kept_from_the_screen_are_errors_still(home: Course) -> None:
    source = "get_ipython().showtraceback = lambda *a, **k: None\ndef double(n):\n    return 0"
    assert grade(home, "quiet", making.edit(small.solved(home, CLASSIC), "double", source), CLASSIC).points == 0.0


# ----------------------------------------------------------------------------------- the surroundings


def test_what_lies_beside_a_solution_reaches_no_learner(home: Course) -> None:
    beside = home.solutions / small.NAME / "misconceptions.yml"
    beside.write_text("expected: 0", encoding="utf-8")
    got = grade(home, "beside", small.before(small.solved(home), "import os; print(os.listdir())"), notes__txt="mine")
    assert got.points == 5.0
    assert printed(kept(home, "beside")) == "['notes.txt']\n"
    assert not list(home.autograded.glob(f"beside/**/{beside.name}"))


def test_a_course_that_was_never_released_is_refused_and_no_gradebook_made(tmp_path: Path) -> None:
    own = making.make_course(tmp_path)
    with pytest.raises(GradingError, match="simlab release"):
        pipeline.autograde(own.root, "anna", making.NAME)
    assert not own.gradebook.exists()


def test_without_the_box_every_result_says_so(home: Course) -> None:
    small.hand_in(home, "open", small.solved(home))
    got = pipeline.autograde(home.root, "open", small.NAME, limits=SHORT, sandbox=False)
    assert (got.points, got.isolated) == (5.0, False)


def test_a_config_file_that_fails_stops_grading_and_the_old_result_stays(home: Course) -> None:
    grade(home, "config", small.solved(home))
    path = home.root / "nbgrader_config.py"
    path.write_text("import no_such_thing\n", encoding="utf-8")
    try:
        with pytest.raises(GradingError, match=r"nbgrader_config.py: .*no_such_thing"):
            pipeline.autograde(home.root, "config", small.NAME, limits=SHORT)
    finally:
        path.unlink()
    assert printed(kept(home, "config")) == ""
    assert points(home, "config")["val"] == (3.0, False)


def test_a_config_file_cannot_leave_a_step_out(home: Course) -> None:
    path = home.root / "nbgrader_config.py"
    path.write_text(
        "c = get_config()\nc.Autograde.autograde_preprocessors = []\nc.Autograde.sanitize_preprocessors = []\n"
        "c.Execute.timeout = -1\nc.OverwriteCells.enabled = True\n",
        encoding="utf-8",
    )
    try:
        assert grade(home, "steps", making.released(home, small.NAME)).points == 0.0
    finally:
        path.unlink()


@pytest.mark.parametrize(("learner", "name"), [("../up", small.NAME), ("anna", "../up"), ("anna", "99-unknown")])
def test_names_that_lead_elsewhere_are_refused(home: Course, learner: str, name: str) -> None:
    with pytest.raises(GradingError):
        pipeline.autograde(home.root, learner, name)


def test_damaged_answers_are_unreadable_and_not_zero(home: Course) -> None:
    got = grade(home, "damaged", small.solved(home), answers__json="{")
    assert (got.outcome, got.points) == ("unreadable", None)
    assert "answers.json" in got.reason


def test_a_notebook_that_is_none_is_unreadable_and_not_zero(home: Course) -> None:
    small.hand_in(home, "none", {})
    got = pipeline.autograde(home.root, "none", small.NAME, limits=SHORT)
    assert (got.outcome, got.points) == ("unreadable", None)
    assert not has_row(home, "none")


def test_two_processes_write_one_gradebook(home: Course) -> None:
    learners = ["both1", "both2"]
    for learner in learners:
        small.hand_in(home, learner, small.solved(home))
    code = "import sys; from simlab.grading.pipeline import autograde as a\nfor w in sys.argv[3:]: a(sys.argv[1], w, sys.argv[2])"
    command = [sys.executable, "-W", "ignore", "-c", code, str(home.root), small.NAME]
    runs = [subprocess.Popen([*command, *learners[i::2]], env=dict(os.environ)) for i in range(2)]
    assert [r.wait() for r in runs] == [0, 0]
    assert all(points(home, w) == {"fun": (2.0, False), "val": (3.0, False)} for w in learners)


def test_an_outcome_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"learner": "a"}', encoding="utf-8")
    with pytest.raises(GradingError, match="not an outcome file"):
        outcome.read(tmp_path / "a.json")
