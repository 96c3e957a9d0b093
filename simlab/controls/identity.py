"""Second factors at a log-in, and which theft of an identity each one stops.

A second factor guards the *log-in*. It says nothing about what a log-in that has already been
made can do: a stolen session passes every one of them.
"""

from __future__ import annotations

import dataclasses
from typing import Literal, get_args

from simlab.errors import DeniedError, UnknownName
from simlab.events import Recorder, silent

FactorKind = Literal["none", "sms", "totp", "push", "passkey"]
Attack = Literal["stolen password", "relayed", "pushed", "stolen session"]

FACTORS: tuple[FactorKind, ...] = get_args(FactorKind)

# What the thief has and does; the text is fit to be shown.
ATTACKS: dict[Attack, str] = {
    "stolen password": "the thief types a password that was guessed, bought or leaked",
    "relayed": "a false log-in page passes on, while the member of staff is typing, whatever they enter",
    "pushed": "the thief has the password and sends prompts until one is approved",
    "stolen session": "the thief holds the token of a session that has already logged in",
}

CITE = "NIST SP 800-63B-4 (July 2025)"


@dataclasses.dataclass(frozen=True)
class Factor:
    """A kind of second factor and what it is open to."""

    kind: FactorKind
    name: str
    is_relayable: bool  # what is shown or approved works on a false page too
    is_pushable: bool  # asks the person to approve what somebody else began
    is_phishing_resistant: bool


@dataclasses.dataclass(frozen=True)
class Stop:
    """Whether a factor stops an attack, why, and the source. True in an `if` when it stops it."""

    is_stopped: bool
    reason: str
    cite: str = CITE

    def __bool__(self) -> bool:
        return self.is_stopped


_FACTORS: dict[FactorKind, Factor] = {
    f.kind: f
    for f in (
        Factor("none", "no second factor", True, False, False),
        Factor("sms", "a code by text message", True, False, False),
        Factor("totp", "a code from an app", True, False, False),
        Factor("push", "a prompt to approve on the phone", True, True, False),
        Factor("passkey", "a passkey (WebAuthn)", False, False, True),
    )
}


def second_factor(kind: str) -> Factor:
    """The factor of that kind. Raises UnknownName."""
    if kind not in FACTORS:
        raise UnknownName("second factor", kind, FACTORS)
    return _FACTORS[kind]


def is_relayable(kind: str) -> bool:
    """Whether a false log-in page can pass this factor on. Raises UnknownName."""
    return second_factor(kind).is_relayable


def stops(factor: str, attack: str) -> Stop:
    """Whether this second factor stops this attack, with the reason in words.

    Raises UnknownName for a factor or an attack that is not there.
    """
    of = second_factor(factor)
    if attack not in ATTACKS:
        raise UnknownName("attack", attack, ATTACKS)
    if attack == "stolen session":
        return Stop(False, "the log-in was already made, so no factor is asked again: end sessions early instead")
    if of.kind == "none":
        return Stop(False, "the password alone logs in: nothing else is asked")
    if attack == "relayed":
        return _relayed(of)
    if attack == "pushed":
        return _pushed(of)
    return Stop(True, f"the thief has the password and still lacks {of.name}")


def _relayed(of: Factor) -> Stop:
    if of.is_phishing_resistant:
        return Stop(True, "a passkey answers only the true site's origin, so a false page gets nothing it can pass on")
    if of.is_pushable:
        return Stop(False, "the false page starts the true log-in and the person approves the prompt it causes")
    return Stop(False, f"{of.name} can be typed into a false page and passed on at once: not phishing-resistant")


def _pushed(of: Factor) -> Stop:
    if of.is_pushable:
        return Stop(False, "a tired or hurried person approves one of many prompts, and the thief is in")
    return Stop(True, f"{of.name} sends the person nothing to approve, and the thief still lacks it")


def sign_in(factor: str, attack: str, *, actor: str, system: str = "", record: Recorder = silent) -> Stop:
    """The attack tried at a log-in with this factor; the answer when it gets through.

    Raises DeniedError when the factor stops it. Each try is recorded; a stolen session makes no
    log-in, so it leaves none.
    """
    answer = stops(factor, attack)
    if attack == "stolen session":
        return answer
    asks = second_factor(factor).kind != "none"
    record(
        class_name="Authentication",
        activity_name="MFA Challenge" if asks else "Logon",
        status="Failure" if answer else "Success",
        actor=actor,
        system=system,
        data_class="credential",
        status_detail=answer.reason,
    )
    if answer:
        raise DeniedError(f"{actor}: refused at the second factor: {answer.reason}")
    return answer
