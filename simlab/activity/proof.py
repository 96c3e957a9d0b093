"""Is this log as it was signed, whole and in order? `verify` raises where it is not."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from simlab.activity.canonical import check_columns
from simlab.activity.checkpoint import NONE_BEFORE, Checkpoint
from simlab.activity.log import SIZE, Log, chained, link, start
from simlab.errors import LogError


def verify(
    log: Log,
    public_key: Ed25519PublicKey,
    *,
    at_least: Checkpoint | None = None,
    origin: str | None = None,
) -> None:
    """Raises LogError, naming the first bad record, unless the log is whole and as it was signed.

    `at_least` is the last checkpoint that the caller has seen: a log that no longer begins with the
    records it covers was rolled back or rewritten. `origin` is the name the log must bear.
    A record whose links were all made anew is found by its checkpoint; then the record named is the
    first that no good checkpoint covers.
    """
    if origin is not None and log.origin != origin:
        raise LogError(f"this is the log {log.origin!r}, not {origin!r}")
    check_columns(log.records)
    true = chained(start(log.origin), log.records)
    bad = _first_difference(true, log.links)
    until = len(log) if bad is None else bad
    covered = _walk(log, true, public_key, until)
    if bad is not None:
        raise LogError(_changed(log, bad), record=bad)
    _require_end(log, covered)
    if at_least is not None:
        _require_begins(log, true, at_least, public_key)


def _first_difference(true: bytes, kept: bytes) -> int | None:
    """The first record whose link is not the kept one; also where one of the two ends early."""
    if true == kept:
        return None
    low, high = 0, min(len(true), len(kept)) // SIZE
    while low < high:  # links before a difference are equal, and none after it is: halve
        middle = (low + high) // 2
        if true[: (middle + 1) * SIZE] == kept[: (middle + 1) * SIZE]:
            low = middle + 1
        else:
            high = middle
    return low


def _changed(log: Log, bad: int) -> str:
    if bad >= len(log):
        return f"the log ends here, but {len(log.links) // SIZE} links were kept: records are missing at the end"
    if (bad + 1) * SIZE > len(log.links):
        return "has no link: it was put in, or its link was taken away"
    return "does not follow from what stands before it: it was changed, moved or put in, or one before it was dropped"


def _walk(log: Log, true: bytes, public_key: Ed25519PublicKey, until: int) -> int:
    """How many records good checkpoints cover. Raises LogError at a bad one that covers no record past `until`."""
    before: Checkpoint | None = None
    for found in log.checkpoints:
        covered = before.count if before else 0
        if until < len(log) and found.count > until:
            return covered  # a bad record lies in this stretch, and is the better thing to name
        _require_next(found, before, len(log.checkpoints))
        try:
            found.require(public_key)
        except LogError as e:
            raise LogError(str(e), record=covered) from None
        if found.count > len(log):
            raise LogError(
                f"the log ends here, but checkpoint {found.position} covers {found.count} records", record=len(log)
            )
        if link(log.origin, true, found.count) != found.head:
            said = f"records {covered} to {found.count - 1} are not those that checkpoint {found.position} signed"
            raise LogError(said, record=covered)
        before = found
    return before.count if before else 0


def _require_next(found: Checkpoint, before: Checkpoint | None, total: int) -> None:
    position, covered = (before.position + 1, before.count) if before else (0, 0)
    previous = before.digest() if before else NONE_BEFORE
    if found.position != position or found.previous != previous:
        said = f"checkpoint {position} is missing or was replaced: checkpoint {found.position} of {total} stands there"
        raise LogError(said, record=covered)
    if before and found.count <= covered:
        raise LogError(f"checkpoint {position} covers no more than the one before it", record=covered)


def _require_end(log: Log, covered: int) -> None:
    if covered < len(log):
        raise LogError("no checkpoint covers it: it was added without the key", record=covered)
    if not log.checkpoints or not log.last.is_final:
        raise LogError("the log breaks off before it: no final checkpoint", record=len(log))


def _require_begins(log: Log, true: bytes, seen: Checkpoint, public_key: Ed25519PublicKey) -> None:
    seen.require(public_key)
    if seen.count > len(log):
        raise LogError(
            f"the log was rolled back: a checkpoint seen earlier covers {seen.count} records", record=len(log)
        )
    if link(log.origin, true, seen.count) != seen.head:
        raise LogError(
            f"the log was rewritten: its first {seen.count} records are not those of a checkpoint seen earlier"
        )
