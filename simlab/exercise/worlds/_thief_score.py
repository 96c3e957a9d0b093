"""The score of one night with the thief, and the words for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from simlab.exercise.kinds.common import trouble
from simlab.exercise.protocol import Call, Detail, Got, Verdict
from simlab.exercise.wire import Other
from simlab.exercise.worlds._thief_forging import FORGED, Kind, Try
from simlab.exercise.worlds._thief_reading import Form
from simlab.exercise.worlds._thief_table import World

SECRET, FRESH, CHANGED, MOVED = 0.3, 0.1, 0.3, 0.3
MOST_WHEN_READ = 0.25
NONCE_AND_TAG = 12 + 16  # bytes: the nonce that SP 800-38D recommends, and AES-GCM's tag in full
GCM, HHS = "NIST SP 800-38D (Nov 2007)", "HHS guidance on unsecured PHI (45 CFR 164.402)"

# How the thief read a value: what happened, and the next step; the cause to mend first stands first.
WAYS: dict[str, tuple[str, str]] = {
    "key": (
        "The key travels inside the sealed bytes, so whoever takes the table takes the key.",
        "Store only nonce, ciphertext and tag; the key stays in its own store.",
    ),
    "any key": (
        "The sealed bytes open with a key that the thief made up: the key does no work.",
        "Encrypt with the key, for example AESGCM(key).encrypt(nonce, value, place.encode()).",
    ),
    "plain": (
        "The value can be read in the sealed bytes, as it is or in another spelling.",
        "Encrypt the value and store nothing else of it. base64 and hex are spellings, not seals.",
    ),
    "hash": (
        "A plain hash of the value lies in the sealed bytes; a thief tries all numbers until one fits.",
        "Leave the hash out: the tag of AES-GCM already checks the value.",
    ),
    "pattern": (
        "A value that repeats itself shows the same pattern when sealed: each block is encrypted alone.",
        "Use AES-GCM with a new nonce for every call instead of block by block (ECB).",
    ),
    "keystream": (
        "A nonce came twice under one key: two sealed values, XORed, give the XOR of what is in them, "
        "and a thief who knows one value reads the other.",
        "Draw a new nonce for every single call, os.urandom(12), and store it with the value.",
    ),
    "equal": (
        "Equal values look equal when sealed, so a thief who knows one member's value knows the others'.",
        "Draw a new nonce for every single call, os.urandom(12), and store it with the value.",
    ),
}


class Night:
    """Collects what happened, then gives the verdict. `limits` holds recovered, accepted, opened."""

    def __init__(self, world: World, limits: Mapping[str, float]) -> None:
        self.world, self.limits = world, limits
        self.form = Form((), False)
        self.ways: dict[int, str] = {}
        self.opened = self.repeats = self.spoiled = 0
        self.elsewhere = 1.0  # share of honest rows that a second process opens
        self.held: set[tuple[Kind, int, str]] = set()  # forgeries that were refused
        self.forgotten: set[Kind] = set()  # kinds of which a second process took one that was refused here
        self.is_too_small = self.lacks_room = False
        self.refused: Counter[Kind] = Counter()
        self.silent: Counter[Kind] = Counter()
        self.taken: Counter[Kind] = Counter()
        self.first: dict[str, str] = {}  # the first instance of each thing that went wrong

    def note_trouble(self, call: Call, got: Got) -> None:
        """A row that `seal` gave no bytes for."""
        self.first.setdefault("seal", trouble(call, got) if got.error else _not_bytes(call.expr, got))

    def note_sealed(self, sealed: Mapping[int, bytes], ways: dict[int, str]) -> None:
        """What can be told from the sealed bytes alone."""
        self.ways = ways
        rows = self.world.rows
        inner = {i: self.form.inner(s) for i, s in sealed.items()}
        over = [len(inner[i]) - len(rows[i].value) for i in inner if rows[i].is_random]
        self.is_too_small = any(n < 0 for n in over)
        self.lacks_room = any(n < NONCE_AND_TAG for n in over)
        first = {(rows[i].key, rows[i].value, rows[i].place): s for i, s in inner.items() if rows[i].role != "again"}
        again = [i for i in self.world.having("again") if i in inner]
        self.repeats = sum(first.get((rows[i].key, rows[i].value, rows[i].place)) == inner[i] for i in again)

    def note_elsewhere(self, told: list[tuple[Try, Call, Got]]) -> None:
        """What a second process did with some of the true and forged rows."""
        true = [self._is_right(one, got) for one, _, got in told if one.kind == "honest"]
        if sum(true) < len(true):
            self.elsewhere = sum(true) / len(true)
            self.first["elsewhere"] = f"{sum(true)} of {len(true)} honest values open in a second process"
        if not any(true):
            return  # a process that opens nothing refuses nothing either
        for one, call, got in told:
            if one.kind != "honest" and not self._refuses(one, call, got) and _name(one) in self.held:
                self.forgotten.add(one.kind)

    def note_opened(self, one: Try, call: Call, got: Got) -> None:
        """What `open_` did with one true or forged row."""
        if one.kind == "honest":
            is_right = self._is_right(one, got)
            self.opened += is_right
            if not is_right:
                self.first.setdefault("open", _honest(call, got))
        elif self._refuses(one, call, got):
            self.held.add(_name(one))

    def _is_right(self, one: Try, got: Got) -> bool:
        return not got.error and type(got.value) is bytes and got.value == self.world.rows[one.row].value

    def _refuses(self, one: Try, call: Call, got: Got) -> bool:
        """Whether a forged try was refused; it is counted among those that were, or were not."""
        is_right = self._is_right(one, got)
        if one.kind == "own key" and is_right:
            self.ways.setdefault(one.row, "any key")
        outcome = self._outcome(one, got, is_right)
        outcome[one.kind] += 1
        self.spoiled += one.kind == "changed" and outcome is self.taken and not is_right
        if outcome is not self.refused:
            self.first.setdefault(one.kind, one.what)
        return outcome is self.refused

    def _outcome(self, one: Try, got: Got, is_right: bool) -> Counter[Kind]:
        """The counter that a forged try belongs to."""
        if got.error == "TooLarge":
            return self.taken
        if got.error in ("KeyboardInterrupt", "NotRun", "NoReply"):
            return self.silent  # no answer is no refusal
        if got.error:
            return self.refused
        if one.kind == "near key" and not is_right:
            # Garbage under half a key is what encrypt-then-MAC with two half keys gives: no fault.
            return self.refused
        if one.kind == "changed" and is_right and self.form.is_text:
            # In JSON and the like some bits carry nothing; the value came out as it went in.
            return self.refused
        return self.taken if type(got.value) is bytes else self.silent

    @property
    def recovered(self) -> int:
        """Values of victims that the thief came to know."""
        return len(self.ways)

    @property
    def accepted(self) -> int:
        """Forgeries that `open_` did not refuse by raising."""
        return self.taken.total() + self.silent.total()

    def share(self) -> float:
        """The share of the points, from 0 to 1 (see `thief` for the weights)."""
        opened = self.opened / len(self.world.rows)
        is_read = self.recovered > self.limits["recovered"]
        if self.is_too_small or not self.opened or "any key" in self.ways.values():
            return 0.0  # nothing was sealed, or nothing opens
        opens = self.elsewhere * (1.0 if opened >= self.limits["opened"] else opened)
        # A tag that is not there costs under "changed" already; here it is one that is too short.
        is_short = self.lacks_room and not self.taken["changed"]
        held = SECRET + FRESH * (not self.repeats and not is_short)
        if self.accepted <= self.limits["accepted"]:
            held += CHANGED + MOVED
        else:
            held += CHANGED * self._kept(10, "changed", "wrong key", "near key", "own key")
            held += MOVED * self._kept(2, "moved")
        if not is_read:
            return round(opens * held, 4)
        is_lost = 2 * self.recovered >= len(self.world.victims)
        return 0.0 if is_lost else round(min(opens * held, MOST_WHEN_READ), 4)

    def _kept(self, one_in: int, *kinds: Kind) -> float:
        """1 when every forgery was refused by raising, 0.5 when at most one in so many was taken."""
        if self.forgotten & set(kinds):
            return 0.0
        taken, silent = (sum(c[k] for k in kinds) for c in (self.taken, self.silent))
        if not taken + silent:
            return 1.0
        return 0.5 if taken * one_in <= taken + silent + sum(self.refused[k] for k in kinds) else 0.0

    def verdict(self) -> Verdict:
        """Share, the three numbers, the worst thing that happened and the next step."""
        said, cite = self._worst()
        numbers = (
            f"The thief read {self.recovered} of {len(self.world.victims)} values and got {self.accepted} of "
            f"{self._forged()} forgeries accepted; {self.opened} of {len(self.world.rows)} honest values opened."
        )
        return Verdict(self.share(), f"{numbers} {said}", self._details(), cite)

    def _forged(self) -> int:
        return self.accepted + self.refused.total()

    def _worst(self) -> tuple[str, str]:
        if not self.opened:
            return self.first.get("seal") or self.first.get("open") or "Nothing was sealed.", GCM
        if self.is_too_small:
            return "The sealed bytes are fewer than the value's: the value itself is not in them. Encrypt it.", GCM
        if self.ways:
            way = next(way for way in WAYS if way in self.ways.values())
            return " ".join(WAYS[way]), HHS if way == "key" else GCM
        if "elsewhere" in self.first:
            return (
                f"{self.first['elsewhere'].capitalize()}: what is kept in a variable is gone when the program ends. "
                "All that opening needs, but the key, stands in the sealed bytes."
            ), GCM
        if self.forgotten:
            kind = next(k for k in FORGED if k in self.forgotten)
            return (
                f"In a second process open_ took {self.first[kind]}, which it refused in the first: what it has "
                "sealed before is no check. The tag of AES-GCM is, and it stands in the sealed bytes."
            ), GCM
        for name in ("seal", "open"):
            if name in self.first:
                return f"Members wait while their values do not open: {self.first[name]}", GCM
        return self._next(), GCM

    def _next(self) -> str:
        """The next step for functions that keep the values secret and open them."""
        if not self.taken.total() and self.silent.total():
            return "open_ gave something back instead of raising; a caller may not look. Raise an exception."
        if self.taken["changed"] and not self.spoiled:
            return (
                f"open_ did not notice {self.first['changed']}: a part of the sealed bytes is not checked. "
                "Compare it with what it must be, or give it to both calls as associated data."
            )
        if self.taken["changed"]:
            return (
                f"open_ took a sealed value with {self.first['changed']}: secret is not the same as unchanged. "
                "Use AES-GCM, whose tag is checked before anything is handed out."
            )
        if self.taken["wrong key"] or self.taken["own key"]:
            return (
                "open_ gave bytes out under a wrong key. Check the tag, as AESGCM(key).decrypt does, and let it raise."
            )
        if self.taken["moved"]:
            return (
                f"open_ took a sealed value that had been moved ({self.first['moved']}). "
                "Give the whole place as associated data to both calls: AESGCM(key).encrypt(nonce, value, place.encode())."
            )
        if self.taken["near key"]:
            return f"open_ took {self.first['near key']}: part of the key is not used. AES-256 takes all 32 bytes."
        if self.repeats:
            return "Sealing a value again gives the same bytes, so a thief sees what did not change. Draw a new nonce."
        if self.lacks_room:
            return f"There is no room for a nonce of 12 bytes and a tag of 16 ({NONCE_AND_TAG}). Store both in full."
        return "Secret, unchanged and in its place: that is what authenticated encryption is for."

    def _details(self) -> tuple[Detail, ...]:
        rows, victims = len(self.world.rows), len(self.world.victims)
        out = [Detail(f"{self.opened} of {rows} honest values open again", self.opened == rows)]
        out += [Detail(self.first[name], False) for name in ("seal", "open", "elsewhere") if name in self.first]
        for way, count in Counter(self.ways.values()).most_common():
            out.append(Detail(f"{count} of {victims} values read. {WAYS[way][0]}", False))
        if not self._forged():
            return tuple(out)
        if not self.ways:
            out.append(Detail(f"0 of {victims} values read from the stolen table", True))
        out.append(Detail("sealing the same value twice gives different bytes", not self.repeats))
        out.append(Detail("each sealed value has room for a nonce and a tag", not self.lacks_room))
        return (*out, *(self._tally(kind) for kind in FORGED))

    def _tally(self, kind: Kind) -> Detail:
        refused, missed = self.refused[kind], self.taken[kind] + self.silent[kind]
        example = f", not for example: {self.first[kind]}" if missed else ""
        return Detail(f"{_KINDS[kind]}: {refused} of {refused + missed} refused{example}", not missed)


_KINDS: dict[Kind, str] = {
    "own key": "opened with a key that the thief made up",
    "changed": "changed, cut or made up",
    "moved": "moved to another place",
    "wrong key": "opened with another table's key",
    "near key": "kept from a key that differs in one bit",
}


def _name(one: Try) -> tuple[Kind, int, str]:
    return one.kind, one.row, one.what


def _not_bytes(name: str, got: Got) -> str:
    kind = got.value.type if isinstance(got.value, Other) else type(got.value).__name__
    return f"`{name}` must return bytes, and returned {'nothing' if got.value is None else f'a {kind}'}."


def _honest(call: Call, got: Got) -> str:
    """What an honest row met in `open_`."""
    if got.error:
        return trouble(call, got)
    if type(got.value) is not bytes:
        return _not_bytes(call.expr, got)
    return f"`{call.expr}` gave back {len(got.value)} bytes that are not the value sealed for {call.args[2]}."
