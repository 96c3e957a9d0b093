"""What is allowed, and what holds when somebody takes what they should not: the company's controls.

`seal` and `open_sealed` protect one value, `Vault` protects columns under keys that a `KeyStore`
wraps, `stops` says which theft of an identity a second factor stops, `Controls` are the switches
in force; `simlab.controls.access` says who may see and be told, `physical` who may pass a door, and
`assessment` what is weak in how all this is set up. Weak examples live in `simlab.controls.broken` and nowhere else.
"""

from __future__ import annotations

from simlab.controls.crypto import new_key, open_sealed, seal
from simlab.controls.identity import ATTACKS, FACTORS, Factor, Stop, is_relayable, second_factor, sign_in, stops
from simlab.controls.inforce import Controls
from simlab.controls.keys import KeyStore, LocalKeyStore
from simlab.controls.vault import Vault

__all__ = [
    "ATTACKS",
    "FACTORS",
    "Controls",
    "Factor",
    "KeyStore",
    "LocalKeyStore",
    "Stop",
    "Vault",
    "is_relayable",
    "new_key",
    "open_sealed",
    "seal",
    "second_factor",
    "sign_in",
    "stops",
]
