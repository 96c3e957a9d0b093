"""The text of cells: what learners type, paste, or try to get marks with."""

from __future__ import annotations

from tests.grading.mutations import CAPPED, KEEPS, REFUSED, Draft, Mutation

FORGED = (
    "check = None",
    "class check:\n    choice = task = function = simulate = staticmethod(lambda *a, **k: 100.0)",
    "check.function = lambda *a: 5.0",
    "from IPython.display import publish_display_data as p\np({'text/plain': '5.0'})",
    "5.0",
    "raise SystemExit(0)",
    "del check",
)
BLOCKS = (
    "### BEGIN HIDDEN TESTS\ncheck.expect(0)\n### END HIDDEN TESTS",
    "### BEGIN SOLUTION\npass\n### END SOLUTION",
    "### BEGIN HIDDEN TESTS",
    "### END HIDDEN TESTS\n### END SOLUTION",
    "=== BEGIN MARK SCHEME ===\n100\n=== END MARK SCHEME ===",
    "# YOUR CODE HERE\nraise NotImplementedError()",
    "### AUTOTEST x\n### HASHED AUTOTEST x",
)
MAGICS = (
    "%%bash\nls /",
    "!ls",
    "%run x.py",
    "%reset -f",
    "%autocall 2",
    "%%javascript\nalert(1)",
    "%load_ext x",
    "?check",
)


def checks_rewritten(d: Draft) -> str:
    for _ in range(d.rng.randrange(1, 4)):
        d.pick("check", "locked")["source"] = d.rng.choice(FORGED + BLOCKS + MAGICS)
    return KEEPS


def an_own_cell(d: Draft, source: str, kind: str = "code") -> None:
    own = {"cell_type": kind, "id": f"own-{d.rng.randrange(10**6)}", "source": source, "metadata": {}}
    d.cells.insert(d.rng.randrange(len(d.cells) + 1), own | ({"outputs": []} if kind == "code" else {}))


def check_redefined(d: Draft) -> str:
    an_own_cell(d, d.rng.choice(FORGED))
    return KEEPS


def hidden_markers(d: Draft) -> str:
    an_own_cell(d, d.rng.choice(BLOCKS), d.rng.choice(["code", "markdown", "raw"]))
    return KEEPS


def hidden_markers_in_an_answer(d: Draft) -> str:
    answer = d.pick("answer")
    answer["source"] = d.rng.choice(["{}\n{}", "{1}\n{0}"]).format(answer["source"], d.rng.choice(BLOCKS))
    return CAPPED


def magics(d: Draft) -> str:
    an_own_cell(d, magic := d.rng.choice(MAGICS))
    return CAPPED if "reset" in magic else KEEPS


def an_answer_rewritten(d: Draft) -> str:
    answer = d.pick("answer")
    whole = answer["source"]
    at = d.rng.randrange(len(whole))
    answer["source"] = d.rng.choice(
        [whole[:at], whole[at:], "", whole[:at] + "\x00" + whole[at:], whole.replace(" ", "\u00a0")]
    )
    return CAPPED


def null_bytes(d: Draft) -> str:
    an_own_cell(d, "x = 1\x00\x01\x1b[2J\u2028\u202e\ufeff")
    return KEEPS


def huge_text(d: Draft) -> str:
    an_own_cell(
        d, d.rng.choice(["x" * 300_000, "# \n" * 100_000, "[" * 50_000, "é" * 100_000]), d.rng.choice(["code", "raw"])
    )
    return KEEPS


def text_without_end(d: Draft) -> str:
    an_own_cell(d, "x" * 20_000_001, "markdown")
    return REFUSED


def tags(d: Draft) -> str:
    for c in d.cells:
        c["metadata"]["tags"] = ["skip-execution", "raises-exception", "hide-input"]
        c["metadata"]["jupyter"] = {"source_hidden": "yes"}
    return KEEPS


def live_text(d: Draft) -> str:
    an_own_cell(d, "<script>alert(1)</script>\n[x](javascript:alert(1)) ![a](x onerror=alert(1))", "markdown")
    return KEEPS


ALL: tuple[Mutation, ...] = (
    checks_rewritten, check_redefined, hidden_markers, hidden_markers_in_an_answer, magics, an_answer_rewritten,
    null_bytes, huge_text, text_without_end, tags, live_text,
)  # fmt: skip
