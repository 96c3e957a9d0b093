"""The register of what members have agreed to, refused and asked for: entries are added, never changed.

Each entry carries the digest of the one before, so a changed past shows. What is refused is entered
too, with its reason. Times are arguments, and a look at an earlier moment sees what was known then.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from simlab.clock import micros
from simlab.controls.consent import people, seals
from simlab.controls.consent.findings import aware, has_begun
from simlab.controls.consent.records import Record, Revocation, begins, body, read
from simlab.errors import DeniedError, InputError, LogError
from simlab.events import Recorder, silent

if TYPE_CHECKING:
    import pandas as pd

_FIRST = "0" * 64


@dataclasses.dataclass(frozen=True)
class Entry:
    """One line of the register. `text` is the record as canonical JSON, also where it was refused."""

    number: int
    at: dt.datetime
    by: str
    status: Literal["held", "refused"]
    reason: str
    text: str
    seal: str
    previous: str
    digest: str = ""

    @property
    def record(self) -> Record:
        return read(self.text)

    def computed(self) -> str:
        """The digest that this entry must have."""
        parts = [self.number, micros(self.at), self.by, self.status, self.reason, self.text, self.seal, self.previous]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode("utf-8")).hexdigest()


class Registry:
    """The register for some members (`names`: member id to registered name).

    With a `key`, only what the desk has sealed is taken.
    """

    def __init__(
        self, names: Mapping[str, str], *, key: Ed25519PublicKey | None = None, log: Recorder = silent
    ) -> None:
        self._names, self._key, self._log = dict(names), key, log
        self._entries: list[Entry] = []
        self._held: dict[str, list[tuple[Entry, Record]]] = {}
        self._ids: dict[str, Record] = {}

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._entries)

    @property
    def members(self) -> Mapping[str, str]:
        return MappingProxyType(self._names)

    def enter(
        self, record: Record, *, at: dt.datetime, by: str = "", seal: str = "", document: bytes | None = None
    ) -> Entry:
        """Enter a record at a time. Raises DeniedError, with the reason, once it is entered as refused."""
        self._in_order(at)
        reason = self._wrong(record, at, seal, document)
        entry = self._append(at, by, "refused" if reason else "held", reason, body(record), seal)
        self._tell(entry, record, reason)
        if reason:
            raise DeniedError(f"{record.kind} {record.id} is not accepted: {reason}")
        self._keep(entry, record)
        return entry

    def history(self, member: str) -> tuple[Entry, ...]:
        """Every entry about a member, refused ones too, oldest first."""
        return tuple(e for e in self._entries if json.loads(e.text).get("member") == member)

    def held(self, member: str, at: dt.datetime) -> Iterator[Record]:
        """What the register held about a member at a moment, oldest first."""
        aware(at)
        return (record for entry, record in self._held.get(member, ()) if entry.at <= at)

    def revoked(self, record: Record, at: dt.datetime) -> Revocation | None:
        """The written revocation of a record that had come by a moment, or None."""
        for one in self.held(record.member, at):
            if isinstance(one, Revocation) and one.of == record.id and one.is_in_writing:
                return one
        return None

    def verify(self) -> None:
        """Check the chain. Raises LogError, which names the first entry that does not fit."""
        previous = _FIRST
        for i, entry in enumerate(self._entries):
            if entry.number != i or entry.previous != previous or entry.digest != entry.computed():
                raise LogError("this entry of the register was changed, moved or taken out", record=i)
            previous = entry.digest

    def lines(self) -> Iterator[str]:
        """The register as JSON lines, for keeping."""
        for entry in self._entries:
            yield json.dumps(dataclasses.asdict(entry) | {"at": entry.at.isoformat()}, ensure_ascii=False)

    @classmethod
    def read(
        cls,
        lines: Iterable[str],
        names: Mapping[str, str],
        *,
        key: Ed25519PublicKey | None = None,
        log: Recorder = silent,
    ) -> Registry:
        """The register that `lines` wrote. Raises LogError where it was changed, InputError where it is none."""
        out = cls(names, key=key, log=log)
        for number, line in enumerate(lines, 1):
            try:
                found = json.loads(line)
                entry = Entry(**found | {"at": aware(dt.datetime.fromisoformat(found["at"]))})
            except (ValueError, TypeError, KeyError) as e:
                raise InputError(f"line {number} is no entry of a register: {e}") from None
            out._entries.append(entry)
            if entry.status == "held":
                # A chain can be written anew from end to end; seals cannot.
                if key and not seals.is_sealed(entry.record, entry.seal, key):
                    raise LogError("the record's seal is not the desk's", record=entry.number)
                out._keep(entry, entry.record)
        out.verify()
        return out

    def _keep(self, entry: Entry, record: Record) -> None:
        self._ids[record.id] = record
        self._held.setdefault(record.member, []).append((entry, record))

    def _in_order(self, at: dt.datetime) -> None:
        aware(at)
        if self._entries and at < self._entries[-1].at:
            raise InputError(f"{at.isoformat()} is before the last entry: the register goes forward only")

    def _append(
        self, at: dt.datetime, by: str, status: Literal["held", "refused"], reason: str, text: str, seal: str
    ) -> Entry:
        previous = self._entries[-1].digest if self._entries else _FIRST
        entry = Entry(len(self._entries), at, by, status, reason, text, seal, previous)
        entry = dataclasses.replace(entry, digest=entry.computed())
        self._entries.append(entry)
        return entry

    def _wrong(self, record: Record, at: dt.datetime, seal: str, document: bytes | None) -> str:
        """Why a record is refused; "" when it is not."""
        if record.member not in self._names:
            return f"no member {record.member!r} is known"
        if self._key and not seals.is_sealed(record, seal, self._key):
            return "its seal is not the desk's: it was forged, or changed after it was taken in"
        if document is not None and seals.sha256(document) != record.document_sha256:
            return "the document is not the one that the record was made from (its hash differs)"
        if reason := self._twice(record):
            return reason
        day = begins(record)
        # Authority may be entered before it begins; a signature or a wish cannot.
        if day and record.kind != "representative" and not has_begun(day, at, record.zone):
            return f"it is dated {day}, which has not come yet"
        return self._wrong_name(record) or self._wrong_target(record)

    def _twice(self, record: Record) -> str:
        known = self._ids.get(record.id)
        if known == record:
            return "the same record was entered already"
        if known:
            return f"another record has the id {record.id!r}: nothing is overwritten, so revoke it and enter a new one"
        same = (r for _, r in self._held.get(record.member, ()) if _content(r) == _content(record))
        twin = next(same, None)
        return f"it is a copy of {twin.id!r} under another id" if twin else ""

    def _wrong_name(self, record: Record) -> str:
        signer = getattr(record, "signer", "")
        if not signer or getattr(record, "is_signed_by_representative", False):
            return people.trick(signer)
        own = self._names[record.member]
        if people.is_same(signer, own):
            return ""
        if people.looks_like(signer, own):
            return people.trick(signer) or f"the signer's name only looks like the member's ({own})"
        return f"the signer is not the member ({own}), and it does not say for whom they sign"

    def _wrong_target(self, record: Record) -> str:
        if not isinstance(record, Revocation):
            return ""
        target = self._ids.get(record.of)
        if target is None or target.member != record.member:
            return f"it revokes {record.of!r}, which is not on file for this member"
        return ""

    def _tell(self, entry: Entry, record: Record, reason: str) -> None:
        self._log(
            time=micros(entry.at),
            class_name="Datastore Activity",
            activity_name="Update",
            status="Failure" if reason else "Success",
            actor=entry.by,
            system="consent registry",
            member=record.member,
            record_count=1,
            data_class="demographic",
            purpose="member request",
            status_detail=f"{record.kind} {record.id}: {reason or 'entered'}",
        )


def names_of(members: pd.DataFrame) -> dict[str, str]:
    """Member id to name, from the insurer's `members` table."""
    full = members["name_given"].astype(str) + " " + members["name_family"].astype(str)
    return dict(zip(members["member_id"].astype(str), full, strict=True))


def _content(record: Record) -> str:
    return body(record.model_copy(update={"id": "-"}))
