"""The thief meets sound sealing, each weak one, and those who seal nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import os
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV, ChaCha20Poly1305
from cryptography.hazmat.primitives.padding import PKCS7

from simlab import controls
from simlab.controls import broken
from simlab.errors import ContentError
from simlab.exercise import worlds
from simlab.exercise.kinds import KINDS, drive
from simlab.exercise.probe import respond
from simlab.exercise.protocol import Ask, CheckSpec, Context, Expect, Expr, Got, Lit, Reply, Verdict
from simlab.exercise.worlds import _thief_table, thief

Seal = Callable[[bytes, Any, str], Any]
Pair = tuple[Seal, Seal]


def spec(**expect: float) -> CheckSpec:
    args = (Lit("thief"), Expr("seal"), Expr("open_"))
    return CheckSpec("simulate", args, expect=Expect(kwargs=expect), grade_id="thief", points=4)


def night(pair: Pair, seed: int = 1, *, elsewhere: Pair | None = None, **expect: float) -> Verdict:
    """One marked night; `elsewhere` are the functions as a second process has them (None: the same)."""

    def answer(asked: Ask) -> Reply:
        seal, open_ = (elsewhere or pair) if asked.fresh else pair
        return respond(asked, {"seal": seal, "open_": open_})

    return drive(KINDS["simulate"](spec(**expect), Context(seed)), answer)


# ------------------------------------------------------------------ sound, each in another manner


def of_room(seal: Callable[..., bytes], open_: Callable[..., bytes]) -> Pair:
    """Functions of the controls room in the form that the exercise asks for."""

    def parts(place: str) -> dict[str, str]:
        return dict(zip(("table", "column", "row"), place.split("/"), strict=True))

    return lambda k, v, p: seal(k, v, **parts(p)), lambda k, s, p: open_(k, s, **parts(p))


def with_aead(
    kind: Any, place: Callable[[str], bytes] = str.encode, nonce: Callable[[], bytes] = lambda: os.urandom(12)
) -> Pair:
    def seal(key: bytes, value: bytes, where: str) -> bytes:
        n = nonce()
        return n + kind(key).encrypt(n, value, place(where))

    return seal, lambda k, s, p: kind(k).decrypt(s[:12], s[12:], place(p))


GCM = with_aead(AESGCM)


def spelled(pair: Pair, encode: Callable[[bytes], bytes], decode: Callable[[bytes], bytes]) -> Pair:
    return lambda k, v, p: encode(pair[0](k, v, p)), lambda k, s, p: pair[1](k, decode(s), p)


def as_json(sealed: bytes) -> bytes:
    parts = {"nonce": sealed[:12], "body": sealed[12:]}
    return json.dumps({k: base64.b64encode(v).decode() for k, v in parts.items()}).encode()


def of_json(sealed: bytes) -> bytes:
    parts = json.loads(sealed)
    return base64.b64decode(parts["nonce"]) + base64.b64decode(parts["body"])


def fernet() -> Pair:
    def of(key: bytes) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(key))

    def open_(key: bytes, sealed: bytes, place: str) -> bytes:
        where, value = of(key).decrypt(sealed).split(b"\0", 1)
        if where != place.encode():
            raise ValueError("moved")
        return value

    return lambda k, v, p: of(k).encrypt(p.encode() + b"\0" + v), open_


def ctr_and_mac() -> Pair:
    def ctr(key: bytes, start: bytes, data: bytes) -> bytes:
        return Cipher(algorithms.AES(key[:16]), modes.CTR(start)).encryptor().update(data)

    def mac(key: bytes, data: bytes, place: str) -> bytes:
        return hmac.digest(key[16:], f"{len(place)}:{place}".encode() + data, "sha256")

    def seal(key: bytes, value: bytes, place: str) -> bytes:
        start = os.urandom(16)
        body = start + ctr(key, start, value)
        return body + mac(key, body, place)

    def open_(key: bytes, sealed: bytes, place: str) -> bytes:
        if not hmac.compare_digest(mac(key, sealed[:-32], place), sealed[-32:]):
            raise ValueError("changed")
        return ctr(key, sealed[:16], sealed[16:-32])

    return seal, open_


def nonce_last() -> Pair:
    def seal(key: bytes, value: bytes, place: str) -> bytes:
        nonce = os.urandom(12)
        return place.encode() + b"|" + AESGCM(key).encrypt(nonce, value, place.encode()) + nonce

    def open_(key: bytes, sealed: bytes, place: str) -> bytes:
        where, rest = sealed.split(b"|", 1)
        if where != place.encode():
            raise ValueError("moved")
        return AESGCM(key).decrypt(rest[-12:], rest[:-12], where)

    return seal, open_


HEAD = b"larkspur sealed v1 "
COUNTER = itertools.count()
SOUND: dict[str, Pair] = {
    "the controls room": of_room(controls.seal, controls.open_sealed),
    "AES-GCM": GCM,
    "ChaCha20-Poly1305": with_aead(ChaCha20Poly1305),
    "a counter for a nonce": with_aead(AESGCM, nonce=lambda: next(COUNTER).to_bytes(12, "big")),
    "base64 around it": spelled(GCM, base64.b64encode, base64.b64decode),
    "hex around it": spelled(GCM, lambda b: b.hex().encode(), lambda s: bytes.fromhex(s.decode())),
    "JSON around it": spelled(GCM, as_json, of_json),
    "a version in front, checked": spelled(
        GCM, lambda b: HEAD + b, lambda s: s[len(HEAD) :] if s.startswith(HEAD) else b""
    ),
    "Fernet with the place inside": fernet(),
    "CTR and a MAC": ctr_and_mac(),
    "place in front, nonce behind": nonce_last(),
}


@pytest.mark.parametrize("pair", SOUND.values(), ids=SOUND.keys())
def test_sound_sealing_gets_everything(pair: Pair) -> None:
    for seed in (0, 1, 2**255 + 3):
        verdict = night(pair, seed, recovered=0, accepted=0, opened=1.0)
        assert verdict.share == 1.0, (verdict.message, [d.text for d in verdict.details if not d.ok])
        assert all(d.ok for d in verdict.details)
        assert "read 0 of 40 values" in verdict.message and "92 of 92 honest values opened" in verdict.message


# ------------------------------------------------------------------------------------------- weak


def plain(key: bytes, value: bytes, place: str) -> bytes:
    return value


def fails(key: bytes, value: bytes, place: str) -> bytes:
    raise ValueError("no")


def xor_with_key() -> Pair:
    def turn(key: bytes, data: bytes, place: str) -> bytes:
        return bytes(b ^ key[i % 32] for i, b in enumerate(data))

    return turn, turn


def only_signed() -> Pair:
    def mac(key: bytes, value: bytes, place: str) -> bytes:
        return hmac.digest(key, place.encode() + b"\0" + value, "sha256")

    def open_(key: bytes, sealed: bytes, place: str) -> bytes:
        if mac(key, sealed[32:], place) != sealed[:32]:
            raise ValueError("changed")
        return sealed[32:]

    return lambda k, v, p: mac(k, v, p) + v, open_


def nonce_from(what: Callable[[bytes, bytes, str], bytes]) -> Pair:
    def seal(key: bytes, value: bytes, place: str) -> bytes:
        nonce = hmac.digest(key, what(key, value, place), "sha256")[:12]
        return nonce + AESGCM(key).encrypt(nonce, value, place.encode())

    return seal, GCM[1]


def cbc(start: Callable[[], bytes]) -> Pair:
    def seal(key: bytes, value: bytes, place: str) -> bytes:
        pad, iv = PKCS7(128).padder(), start()
        return iv + Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor().update(pad.update(value) + pad.finalize())

    def open_(key: bytes, sealed: bytes, place: str) -> bytes:
        whole = Cipher(algorithms.AES(key), modes.CBC(sealed[:16])).decryptor().update(sealed[16:])
        pad = PKCS7(128).unpadder()
        return pad.update(whole) + pad.finalize()

    return seal, open_


def with_hash() -> Pair:
    def seal(key: bytes, value: bytes, place: str) -> bytes:
        return hashlib.sha256(value).digest() + GCM[0](key, value, place)

    return seal, lambda k, s, p: GCM[1](k, s[32:], p)


def siv() -> Pair:
    return (
        lambda k, v, p: AESSIV(k).encrypt(v, [p.encode()]),
        lambda k, s, p: AESSIV(k).decrypt(s, [p.encode()]),
    )


def silent(pair: Pair) -> Pair:
    def open_(key: bytes, sealed: bytes, place: str) -> bytes | None:
        try:
            return pair[1](key, sealed, place)  # type: ignore[no-any-return]
        except Exception:
            return None

    return pair[0], open_


def tokens(length: Callable[[bytes], int]) -> Pair:
    kept: dict[tuple[bytes, bytes, str], bytes] = {}

    def seal(key: bytes, value: bytes, place: str) -> bytes:
        token = os.urandom(length(value))
        kept[key, token, place] = value
        return token

    return seal, lambda k, s, p: kept[k, s, p]


def kept_by_place() -> Pair:
    kept: dict[str, bytes] = {}

    def seal(key: bytes, value: bytes, place: str) -> bytes:
        kept[place] = value
        return os.urandom(len(value) + 28)

    return seal, lambda k, s, p: kept[p]


def first_half_only() -> Pair:
    return (lambda k, v, p: GCM[0](k[:16], v, p), lambda k, s, p: GCM[1](k[:16], s, p))


# Name: functions, the share, words of the message.
WEAK: dict[str, tuple[Pair, float, str]] = {
    "no place": (of_room(broken.seal_without_place, broken.open_without_place), 0.7, "had been moved"),
    "place: the column only": (with_aead(AESGCM, lambda p: p.rsplit("/", 1)[0].encode()), 0.85, "had been moved"),
    "place: names run together": (with_aead(AESGCM, lambda p: p.replace("/", "").encode()), 0.85, "had been moved"),
    "no tag": (of_room(broken.seal_without_tag, broken.open_without_tag), 0.4, "secret is not the same as unchanged"),
    "CBC, no tag": (cbc(lambda: os.urandom(16)), 0.4, "secret is not the same as unchanged"),
    "fixed nonce": (of_room(broken.seal_with_fixed_nonce, broken.open_with_fixed_nonce), 0.0, "os.urandom(12)"),
    "fixed nonce, in base64": (
        spelled(with_aead(AESGCM, nonce=lambda: bytes(12)), base64.b64encode, base64.b64decode), 0.0, "os.urandom(12)",
    ),
    "fixed nonce, in JSON": (spelled(with_aead(AESGCM, nonce=lambda: bytes(12)), as_json, of_json), 0.0, "os.urandom(12)"),
    "one random byte of nonce": (with_aead(AESGCM, nonce=lambda: bytes(11) + os.urandom(1)), 0.25, "os.urandom(12)"),
    "nonce from the place": (nonce_from(lambda k, v, p: p.encode()), 0.25, "A nonce came twice"),
    "nonce from place and value": (nonce_from(lambda k, v, p: p.encode() + v), 0.9, "Draw a new nonce"),
    "SIV, nothing random": (siv(), 0.9, "Draw a new nonce"),
    "CBC, fixed start": (cbc(lambda: bytes(16)), 0.25, "Equal values look equal"),
    "ECB": (of_room(broken.seal_with_ecb, broken.open_with_ecb), 0.25, "each block is encrypted alone"),
    "key beside": (of_room(broken.seal_beside_key, broken.open_beside_key), 0.0, "The key travels"),
    "key beside, in base64": (
        spelled(of_room(broken.seal_beside_key, broken.open_beside_key), base64.b64encode, base64.b64decode), 0.0, "The key travels",
    ),
    "a hash beside": (with_hash(), 0.0, "A plain hash"),
    "half a key": (first_half_only(), 0.85, "part of the key is not used"),
    "a heading not checked": (
        spelled(GCM, lambda b: b"v1" + b, lambda s: s[2:]), 0.85, "a part of the sealed bytes is not checked",
    ),
    "None instead of raising": (silent(GCM), 0.7, "instead of raising"),
    "nothing done": ((plain, plain), 0.0, "can be read in the sealed bytes"),
    "base64": ((lambda k, v, p: base64.b64encode(v), lambda k, s, p: base64.b64decode(s)), 0.0, ""),
    "XOR with the key": (xor_with_key(), 0.0, ""),
    "signed, not sealed": (only_signed(), 0.0, "can be read"),
    "a key of its own": ((lambda k, v, p: GCM[0](bytes(32), v, p), lambda k, s, p: GCM[1](bytes(32), s, p)), 0.0, "the key does no work"),
    "short tokens": (tokens(lambda v: 16), 0.0, "fewer than the value's"),
    "kept by place": (kept_by_place(), 0.0, "the key does no work"),
    "seal raises": ((fails, GCM[1]), 0.0, "your function raised ValueError: no"),
    "open_ raises": ((GCM[0], fails), 0.0, "your function raised ValueError: no"),
    "seal gives text": ((lambda k, v, p: GCM[0](k, v, p).hex(), GCM[1]), 0.0, "`seal` must return bytes, and returned a str"),
    "seal gives nothing": ((lambda k, v, p: None, GCM[1]), 0.0, "returned nothing"),
    "open_ gives text": ((GCM[0], lambda k, s, p: GCM[1](k, s, p).hex()), 0.0, "`open_` must return bytes"),
    "seal gives b''": ((lambda k, v, p: b"", plain), 0.0, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", WEAK)
def test_weak_sealing_gets_what_it_earns(name: str) -> None:
    pair, share, said = WEAK[name]
    verdict = night(pair, seed=7)
    assert verdict.share == share, verdict
    assert said in verdict.message, verdict.message
    assert any(not d.ok for d in verdict.details)
    assert verdict.cite


@pytest.mark.parametrize("seeds", [range(12), pytest.param(range(12, 50), marks=pytest.mark.long)])
def test_over_many_seeds_only_the_sound_get_everything(seeds: range) -> None:
    weak = {
        "fixed nonce": of_room(broken.seal_with_fixed_nonce, broken.open_with_fixed_nonce),
        "no tag": of_room(broken.seal_without_tag, broken.open_without_tag),
        "no place": of_room(broken.seal_without_place, broken.open_without_place),
        "beside key": of_room(broken.seal_beside_key, broken.open_beside_key),
        "ecb": of_room(broken.seal_with_ecb, broken.open_with_ecb),
    }
    for seed in seeds:
        assert night(SOUND["the controls room"], seed).share == 1.0
        shares = {name: night(pair, seed).share for name, pair in weak.items()}
        assert shares["fixed nonce"] == shares["beside key"] == 0.0
        assert (shares["no tag"], shares["no place"]) == (0.4, 0.7)
        assert shares["ecb"] == 0.25


def test_the_world_is_the_seeds() -> None:
    assert _thief_table.build(3) == _thief_table.build(3) != _thief_table.build(4)
    for seed in range(30):
        world = _thief_table.build(seed)
        assert len(world.victims) == 40 and len(world.rows) == 92
        assert len({world.key, world.other, world.thief}) == 3 and len(world.key) == 32
        known = {world.rows[i].value for i in world.having("known")}
        assert sum(world.rows[i].value in known for i in world.victims) >= 2  # equal values to notice
        assert max(len(r.value) for r in world.rows) == 4096 and min(len(r.value) for r in world.rows) == 0
        ssns = [r.value for r in world.rows if r.place.startswith("members/ssn/")]
        assert all(s.startswith(b"9") and len(s) == 11 for s in ssns)
        table = [r for r in world.rows if r.role in ("known", "victim")]
        assert len({r.place for r in table}) == len(table) - _thief_table.CHANGED


def test_one_row_that_fails_costs_that_row() -> None:
    def seal(key: bytes, value: bytes, place: str) -> bytes:
        if not value:
            raise IndexError("empty")
        return GCM[0](key, value, place)  # type: ignore[no-any-return]

    verdict = night((seal, GCM[1]))
    assert verdict.share == round(91 / 92, 4) and "91 of 92 honest values opened" in verdict.message
    assert "raised IndexError: empty" in verdict.message
    assert night((seal, GCM[1]), opened=0.98).share == 1.0


def test_the_author_may_ask_for_less() -> None:
    pair = of_room(broken.seal_without_place, broken.open_without_place)
    assert night(pair, accepted=1000).share == 1.0
    with pytest.raises(ContentError, match="expects 'recoverd'"):
        night(GCM, recoverd=0)
    with pytest.raises(ContentError, match="not 2: check"):
        drive(KINDS["simulate"](CheckSpec("simulate", (Lit("thief"), Expr("seal"))), Context(1)), lambda a: ())


def test_functions_that_hang_or_vanish_end_in_a_verdict() -> None:
    def hangs(asked: Ask) -> Reply:
        """The first ten calls are answered, then nothing comes back, as after a stop."""
        names = {"seal": GCM[0], "open_": GCM[1]}
        done = respond(Ask(asked.calls[:10]), names)
        stopped = (Got(error="KeyboardInterrupt"),)
        return done + stopped

    verdict = drive(KINDS["simulate"](spec(), Context(1)), hangs)
    assert 0 < verdict.share < 0.5 and "took too long" in verdict.message
    assert drive(KINDS["simulate"](spec(), Context(1)), lambda asked: ()).share == 0.0
    missing = drive(KINDS["simulate"](spec(), Context(1)), lambda asked: respond(asked, {}))
    assert missing.share == 0.0 and "`seal` is not there yet" in missing.message


def test_honest_and_forged_calls_come_mixed() -> None:
    asked: list[Ask] = []

    def keep(ask: Ask) -> Reply:
        asked.append(ask)
        return respond(ask, {"seal": GCM[0], "open_": GCM[1]})

    drive(KINDS["simulate"](spec(), Context(1)), keep)
    world = _thief_table.build(1)
    true = {(r.key, r.place) for r in world.rows}
    opened = [a for a in asked[1:] if not a.fresh]
    assert all(any((c.args[0], c.args[2]) in true for c in a.calls) for a in opened)
    assert all(any((c.args[0], c.args[2]) not in true for c in a.calls) for a in opened)
    assert {c.expr for c in asked[0].calls} == {"seal"}


def test_the_promise_says_both_sides() -> None:
    said = worlds.get("thief").promise
    assert said == thief.promise and "reads" in said and "honest" in said


def test_what_is_remembered_is_not_sealed() -> None:
    # Random bytes of the right length and a dictionary: in one process the same as an ideal cipher.
    def made() -> Pair:
        return tokens(lambda v: len(v) + 28)

    pair = made()
    assert night(pair, elsewhere=pair).share == 1.0
    found = night(made(), elsewhere=made())
    assert found.share == 0.0 and "second process" in found.message and not all(d.ok for d in found.details)


def test_a_second_process_that_does_not_answer_opens_nothing() -> None:
    def lost(*_: object) -> bytes:
        raise RuntimeError("gone")

    assert night(of_room(controls.seal, controls.open_sealed), elsewhere=(lost, lost)).share == 0.0


def test_practice_asks_no_second_process() -> None:
    asked: list[Ask] = []

    def keep(ask: Ask) -> Reply:
        asked.append(ask)
        seal, open_ = of_room(controls.seal, controls.open_sealed)
        return respond(ask, {"seal": seal, "open_": open_})

    assert drive(KINDS["simulate"](spec(), Context(1, practice=True)), keep).share == 1.0
    assert not any(a.fresh for a in asked)


def test_an_opener_that_knows_what_it_sealed_has_no_marks_for_its_refusals() -> None:
    # AES-CTR checks nothing; beside it a list of what was sealed refuses all else, in that process.
    def ctr(key: bytes, nonce: bytes, data: bytes) -> bytes:
        return Cipher(algorithms.AES(key), modes.CTR(nonce + bytes(4))).encryptor().update(data)

    def made() -> Pair:
        seen: set[tuple[bytes, bytes, str]] = set()

        def seal(key: bytes, value: bytes, place: str) -> bytes:
            nonce = os.urandom(12)
            sealed = nonce + ctr(key, nonce, value) + os.urandom(16)
            seen.add((key, sealed, place))
            return sealed

        def open_(key: bytes, sealed: bytes, place: str) -> bytes:
            if seen and (key, sealed, place) not in seen:
                raise ValueError("not mine")
            return ctr(key, sealed[:12], sealed[12:-16])

        return seal, open_

    found = night(made(), elsewhere=made())
    assert found.share == 0.4 and "in the first: what it has sealed before is no check" in found.message
    assert night(GCM, elsewhere=GCM).share == 1.0


def test_no_answer_is_no_refusal() -> None:
    def deaf(asked: Ask) -> Reply:
        heard = respond(asked, {"seal": GCM[0], "open_": GCM[1]})
        return tuple(Got(error="NoReply") if got.error else got for got in heard)

    assert drive(KINDS["simulate"](spec(), Context(1)), deaf).share == 0.7


def test_where_nothing_is_remembered_no_row_comes_twice() -> None:
    fresh: list[tuple[Ask, Reply]] = []

    def keep(ask: Ask) -> Reply:
        reply = respond(ask, {"seal": GCM[0], "open_": GCM[1]})
        fresh.extend([(ask, reply)] * ask.fresh)
        return reply

    for seed in range(5):
        fresh.clear()
        drive(KINDS["simulate"](spec(), Context(seed)), keep)
        ((ask, reply),) = fresh
        honest = sum(not got.error for got in reply)
        assert honest == 20 and 12 <= len(reply) - honest <= 17
        heads = [c.args[1][13:21] for c in ask.calls if len(c.args[1]) > 30]
        assert len(set(heads)) == len(heads) > 25
