"""Of a vendor: the facts that the sharing gateway asks for, from the contract's own paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from simlab.controls.sharing.rules import data_classes
from simlab.controls.vendors.checking import is_complete
from simlab.controls.vendors.contract import Contract, Read, contracts
from simlab.errors import UnknownName


def facts(vendor: str, purpose: str, data: Iterable[str], on: dt.date, read: Read | None = None) -> dict[str, bool]:
    """Whether a contract with a vendor (id or name) holds on a day, has all its terms, and allows this.

    Raises UnknownName for data that no class names. `known_violation` is so if any contract in force says it.
    """
    named = set(data)
    for one in named - set(data_classes()):
        raise UnknownName("data class", one, data_classes())
    held = [c for c in (read or contracts()).of(vendor) if c.in_force(on)]
    wanted = {data_classes()[d].event for d in named} - {"none"}
    fits = [c for c in held if purpose in c.purposes and wanted <= set(c.allows)]
    return {
        "contract_in_force": bool(held),
        "contract_allows_purpose": bool(fits),
        "contract_complete": _any_complete(fits or held),
        "known_violation": any(c.knows_violation for c in held),
    }


def _any_complete(of: list[Contract]) -> bool:
    return any(is_complete(c) for c in of)
