"""What the steps of one submission's grading share, and the ways in which it can end early."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simlab.errors import GradingError
from simlab.exercise.protocol import Ask, CheckSpec, Context, Reply, Verdict
from simlab.exercise.variant import attempt_of
from simlab.grading.outcome import CheckResult, Limits


class CouldNotGrade(Exception):
    """The submission has no marks; `outcome` is one of outcome.OUTCOMES, `reason` says why in words."""

    def __init__(self, outcome: str, reason: str) -> None:
        self.outcome, self.reason = outcome, reason
        super().__init__(f"{outcome}: {reason}")


@dataclass
class Notebook:
    """The state of one notebook between Withhold, Execute and Judge."""

    specs: dict[str, CheckSpec] = field(default_factory=dict)
    released: dict[str, str] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    reference: Callable[[Ask], Reply] | None = None


@dataclass
class Run:
    """One submission on its way through the steps."""

    learner: str
    assignment: str
    secret: bytes
    limits: Limits
    files: bytes = b""
    hide: tuple[Path, ...] = ()
    boxed: bool = True
    zygote: Path | None = None
    specs: Mapping[str, Mapping[str, CheckSpec]] = field(default_factory=dict)
    references: Mapping[str, Callable[[Ask], Reply]] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    notebooks: dict[str, Notebook] = field(default_factory=dict)
    executed: dict[str, Any] = field(default_factory=dict)
    results: dict[str, CheckResult] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    needs_person: list[str] = field(default_factory=list)
    timed_out: list[str] = field(default_factory=list)
    judged: bool = True
    failure: CouldNotGrade | None = None

    def notebook(self, name: str) -> Notebook:
        return self.notebooks.setdefault(name, Notebook(reference=self.references.get(name)))

    def context(self, grade_id: str, notebook: Notebook) -> Context:
        """What the play of one check may use: a seed that is this learner's alone."""
        attempt = attempt_of(self.answers)
        key = f"{self.learner}|{self.assignment}|{grade_id}{f'|{attempt}' if attempt > 1 else ''}".encode()
        seed = int.from_bytes(hmac.new(self.secret, key, hashlib.sha256).digest()[:8], "big") >> 1
        return Context(seed=seed, answers=self.answers, reference=notebook.reference, learner=self.learner)

    def fail(self, outcome: str, reason: str) -> CouldNotGrade:
        """Note the first way in which grading ended early; the exception to raise."""
        self.failure = self.failure or CouldNotGrade(outcome, reason)
        return self.failure


def secret(course: Path) -> bytes:
    """The course's own secret, from which judges' seeds are made; made on first use.

    Raises GradingError when it cannot be kept.
    """
    path = course / ".simlab" / "secret"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            part = path.with_name(f"secret.{os.getpid()}.part")
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as f:
                f.write(secrets.token_hex(32))
            try:
                os.link(part, path)  # the first of two workers wins, and both read the same
            except FileExistsError:
                pass
            finally:
                part.unlink()
        return bytes.fromhex(path.read_text(encoding="utf-8").strip())
    except (OSError, ValueError) as e:
        raise GradingError(f".simlab/secret: cannot be kept or read: {e}") from e
