"""What stands beside a release: the code that re-identifies, an expert's finding, a data use agreement."""

from __future__ import annotations

import functools
import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping

from simlab.content import Model, load
from simlab.controls.consent.findings import Finding
from simlab.errors import InputError

CODE = "45 CFR 164.514(c)(1)"
_HASHES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s")


class Term(Model):
    """One term of an agreement, and the source."""

    id: str
    asks: str
    cite: str


class Terms(Model):
    """What an agreement must say."""

    id: str
    terms: tuple[Term, ...]


@functools.cache
def agreement_terms() -> Terms:
    """What a data use agreement says. Raises ContentError."""
    return load("deidentify", "data-use-agreement", Terms)


def judge_agreement(terms: Iterable[str]) -> Finding:
    """Whether a data use agreement says all that it must; else the first term that lacks."""
    given = set(terms)
    known = {t.id for t in agreement_terms().terms}
    if given - known:
        raise InputError(f"no such term: {', '.join(sorted(given - known))}; there are: {', '.join(sorted(known))}")
    for term in agreement_terms().terms:
        if term.id not in given:
            return Finding(False, f"the agreement does not say: {term.asks}", term.cite)
    return Finding(True, "the agreement says all that it must", "45 CFR 164.514(e)(4)(ii)")


def judge_expert(*, risk_is_very_small: bool, methods_documented: bool) -> Finding:
    """Whether an expert's finding de-identifies: 45 CFR 164.514(b)(1)."""
    if not risk_is_very_small:
        return Finding(False, "the expert does not find the risk very small", "45 CFR 164.514(b)(1)(i)")
    if not methods_documented:
        return Finding(False, "methods and results are not written down", "45 CFR 164.514(b)(1)(ii)")
    return Finding(True, "an expert finds the risk very small, and it is written down", "45 CFR 164.514(b)(1)")


def new_codes(ids: Iterable[str]) -> dict[str, str]:
    """A code by chance for each id, which tells nothing of the person; who has the table can look it up."""
    return {one: secrets.token_hex(8) for one in ids}


def judge_codes(codes: Mapping[str, str], people: Mapping[str, Iterable[str]]) -> Finding:
    """Whether codes (id to code) are made from what `people` (id to values) are or have.

    Looked for are the values themselves, turned round, and their plain hashes, whole or cut: what anybody
    with a list could try. A secret key would not be seen, and is not allowed either.
    """
    for one, code in codes.items():
        if any(_is_from(code, made) for value in people.get(one, ()) for made in _made(str(value))):
            return Finding(False, f"the code of {one} is made from what they have: a list of values undoes it", CODE)
    return Finding(True, "no code is made from what its person is or has, as far as one can try", CODE)


def _is_from(code: str, made: str) -> bool:
    short, long = sorted((code.lower(), made.lower()), key=len)
    return len(short) >= 6 and long.startswith(short)


def _made(value: str) -> Iterator[str]:
    bare = "".join(c for c in value if c.isalnum())
    for form in {value, bare, value.lower(), bare.lower()} - {""}:
        yield from (form, form[::-1])
        for name in _HASHES:
            yield hashlib.new(name, form.encode("utf-8"), usedforsecurity=False).hexdigest()
