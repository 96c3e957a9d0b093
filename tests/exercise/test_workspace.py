from __future__ import annotations

import getpass
import json
from pathlib import Path

import pytest

from simlab.errors import InputError, UnknownName
from simlab.exercise import files, shipped, workspace
from simlab.exercise.workspace import check_id, default_id, find, learner_of, prepare
from tests.exercise.course import course, notebook

__all__ = ["course"]
LESSON = "lessons/02-encryption.ipynb"
SHIPPED = [
    "exercises/02-encryption/02-encryption.ipynb",
    "exercises/03-keys/03-keys.ipynb",
    "home.ipynb",
    LESSON,
    "lessons/pictures/key.txt",
]


def test_a_new_workspace_holds_the_course_and_nothing_of_anybody_else(course: Path, tmp_path: Path) -> None:
    root = tmp_path / "mine"
    report = prepare(root, "ana.lopez")
    assert sorted(report.added) == SHIPPED and not report.updated and not report.kept
    assert (root / "home.ipynb").read_text(encoding="utf-8") == notebook("home()")
    assert (root / "submissions").is_dir()
    assert json.loads((root / ".simlab/learner.json").read_text(encoding="utf-8")) == {"learner": "ana.lopez"}
    assert not list(root.rglob("answers.json")) and not list(root.rglob(".ipynb_checkpoints"))
    assert "Added: " in report.text() and "ana.lopez" in report.text()


def test_a_home_page_is_there_even_if_none_ships(course: Path, tmp_path: Path) -> None:
    (course / "lessons/home.ipynb").unlink()
    prepare(tmp_path / "mine", "ana")
    page = json.loads((tmp_path / "mine/home.ipynb").read_text(encoding="utf-8"))
    assert "home()" in page["cells"][1]["source"]


def test_a_refresh_keeps_what_the_learner_changed(course: Path, tmp_path: Path) -> None:
    root = tmp_path / "mine"
    prepare(root, "ana")
    (root / LESSON).write_text("my notes", encoding="utf-8")
    assert prepare(root).kept == () and prepare(root).text().endswith("up to date.")
    (root / "exercises/02-encryption/answers.json").write_text("mine", encoding="utf-8")
    (course / LESSON).write_text("new lesson", encoding="utf-8")
    (course / "exercises/03-keys/03-keys.ipynb").write_text("new exercise", encoding="utf-8")
    (course / "lessons/04-identity.ipynb").write_text("added", encoding="utf-8")
    report = prepare(root)
    assert report.learner == "ana"
    assert report.kept == (LESSON,)
    assert report.updated == ("exercises/03-keys/03-keys.ipynb",)
    assert report.added == ("lessons/04-identity.ipynb",)
    assert (root / LESSON).read_text(encoding="utf-8") == "my notes"
    assert (root / "exercises/03-keys/03-keys.ipynb").read_text(encoding="utf-8") == "new exercise"
    assert (root / "exercises/02-encryption/answers.json").read_text(encoding="utf-8") == "mine"
    assert "Kept as you changed them" in report.text()
    # Still the learner's after another round, and the new one comes when theirs is out of the way.
    assert prepare(root).kept == (LESSON,)
    (root / LESSON).rename(root / "lessons/mine.ipynb")
    assert prepare(root).added == (LESSON,)


def test_a_link_in_the_place_of_a_file_is_left(course: Path, tmp_path: Path) -> None:
    root = tmp_path / "mine"
    prepare(root, "ana")
    outside = tmp_path / "outside.txt"
    outside.write_text("precious", encoding="utf-8")
    (root / LESSON).unlink()
    (root / LESSON).symlink_to(outside)
    (course / LESSON).write_text("new lesson", encoding="utf-8")
    assert prepare(root).kept == (LESSON,)
    assert outside.read_text(encoding="utf-8") == "precious"


def test_an_interrupted_start_is_finished(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "mine"
    real, left = files.write_whole, iter(range(3))

    def dying(path: Path, raw: bytes) -> None:
        next(left)
        real(path, raw)

    with monkeypatch.context() as patch, pytest.raises(StopIteration):
        for module in (shipped, workspace):
            patch.setattr(module, "write_whole", dying)
        prepare(root, "ana")
    report = prepare(root)
    assert report.learner == "ana" and not report.kept
    assert all((root / path).is_file() for path in SHIPPED)


def test_a_damaged_state_is_mended(course: Path, tmp_path: Path) -> None:
    root = tmp_path / "mine"
    prepare(root, "ana")
    (root / ".simlab/learner.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="damaged"):
        find(root / "lessons")
    assert prepare(root, "ana").added == ()
    (root / ".simlab/manifest.json").write_text("[]", encoding="utf-8")
    (root / LESSON).write_text("mine", encoding="utf-8")
    assert prepare(root).kept == (LESSON,)


def test_the_id_stays_unless_another_is_asked_for(course: Path, tmp_path: Path) -> None:
    prepare(tmp_path / "mine", "ana")
    assert prepare(tmp_path / "mine").learner == "ana"
    report = prepare(tmp_path / "mine", "ben")
    assert report.learner == "ben" and "was ana and is now ben" in report.text()


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "a\\b", "a b", "ana.", "-a", ".a", "a..b", "é", "con", "NUL.txt", "a" * 65, "a\n"]
)
def test_an_id_that_is_no_folders_name_is_refused(name: str, course: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be a learner's id"):
        check_id(name)
    if name:
        with pytest.raises(InputError):
            prepare(tmp_path / "mine", name)
        assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize("name", ["a", "ana.lopez", "S0001", "a-b_c", "a" * 64])
def test_an_ordinary_id_is_fine(name: str) -> None:
    assert check_id(name) == name


@pytest.mark.parametrize(
    ("user", "ident"),
    [("ana", "ana"), ("DOMAIN\\Ana López", "DOMAIN-Ana-Lopez"), ("", "user"), ("山田", "user"), ("con", "user-con"), ("a..b", "a.b"), ("x" * 99, "x" * 60)],
)  # fmt: skip
def test_the_id_comes_from_the_system(user: str, ident: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: user)
    assert default_id() == ident == check_id(default_id())


def test_a_system_that_knows_no_user(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise OSError("no name")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert default_id() == "user"


def test_refuses_the_course_itself_a_file_and_a_folder_in_use(course: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    (clone / "simlab").mkdir(parents=True)
    (clone / "simlab/__init__.py").touch()
    with pytest.raises(InputError, match="the course itself"):
        prepare(clone, "ana")
    used = tmp_path / "used"
    used.mkdir()
    (used / "tax.xlsx").touch()
    with pytest.raises(InputError, match=r"other things \(tax\.xlsx\)"):
        prepare(used, "ana")
    assert [p.name for p in used.iterdir()] == ["tax.xlsx"]
    with pytest.raises(InputError, match="is a file"):
        prepare(used / "tax.xlsx", "ana")
    clutter = tmp_path / "clutter"
    clutter.mkdir()
    (clutter / ".DS_Store").touch()
    assert prepare(clutter, "ana").added


def test_a_folder_that_cannot_be_written_is_told(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, *args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(InputError, match=r"cannot write .*mine.*Permission denied.*--workspace"):
        prepare(tmp_path / "mine", "ana")


def test_find_walks_up_and_says_where_there_is_none(course: Path, tmp_path: Path) -> None:
    prepare(tmp_path / "mine", "ana")
    here = find(tmp_path / "mine/exercises/02-encryption")
    assert (here.folder, here.learner) == ((tmp_path / "mine").resolve(), "ana")
    assert here.exercises() == ["02-encryption", "03-keys"]
    for name in ("02-encryption", "02", "encryption", "encr"):
        assert here.exercise(name).name == "02-encryption"
    with pytest.raises(UnknownName, match="did you mean '03-keys'"):
        here.exercise("03-key5")
    with pytest.raises(UnknownName):
        here.exercise("")
    with pytest.raises(InputError, match="no workspace"):
        find(tmp_path)
    assert learner_of(tmp_path) == "practice" and learner_of(here.folder) == "ana"


def test_what_ships_now_makes_a_workspace(tmp_path: Path) -> None:
    report = prepare(tmp_path / "mine", "ana")
    assert "home.ipynb" in report.added
    assert Path(find(tmp_path / "mine").folder).samefile(report.folder)


def run_and_saved(path: Path) -> None:
    """What opening, running and saving a page leaves in it."""
    nb = json.loads(path.read_text(encoding="utf-8"))
    for cell in nb["cells"]:
        cell |= {"outputs": [{"output_type": "stream", "name": "stdout", "text": "42"}], "execution_count": 7}
        cell["source"] = [cell["source"]]
        cell["metadata"] = {"trusted": True}
    path.write_text(json.dumps(nb, indent=1), encoding="utf-8")


def test_a_lesson_that_was_only_run_is_brought_up_to_date(course: Path, tmp_path: Path) -> None:
    root = tmp_path / "mine"
    workspace.prepare(root, "ana")
    page = root / "lessons" / "02-encryption.ipynb"
    run_and_saved(page)
    before = page.read_bytes()
    assert workspace.prepare(root).updated == () and page.read_bytes() == before  # nothing new: what was shown stays
    (course / "lessons" / "02-encryption.ipynb").write_text(notebook("2"), encoding="utf-8")
    assert workspace.prepare(root).updated == ("lessons/02-encryption.ipynb",)
    assert page.read_text(encoding="utf-8") == notebook("2")


def test_a_lesson_in_which_the_learner_wrote_is_kept_also_when_it_was_run(course: Path, tmp_path: Path) -> None:
    root = tmp_path / "mine"
    workspace.prepare(root, "ana")
    page = root / "lessons" / "02-encryption.ipynb"
    page.write_text(notebook("1", "my own"), encoding="utf-8")
    run_and_saved(page)
    (course / "lessons" / "02-encryption.ipynb").write_text(notebook("2"), encoding="utf-8")
    report = workspace.prepare(root)
    assert report.kept == ("lessons/02-encryption.ipynb",) and "my own" in page.read_text(encoding="utf-8")


def test_a_workspace_of_an_older_version_keeps_what_it_cannot_tell_apart(course: Path, tmp_path: Path) -> None:
    root = tmp_path / "mine"
    workspace.prepare(root, "ana")
    state = root / ".simlab" / "manifest.json"
    kept = json.loads(state.read_text(encoding="utf-8"))
    del kept["written"]
    state.write_text(json.dumps(kept), encoding="utf-8")
    run_and_saved(root / "lessons" / "02-encryption.ipynb")
    (course / "lessons" / "02-encryption.ipynb").write_text(notebook("2"), encoding="utf-8")
    assert workspace.prepare(root).kept == ("lessons/02-encryption.ipynb",)
