"""What the texts of a role-play are filled with: a member of the simulated company, and what is on file."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from simlab import draw
from simlab.dialogue.model import Dialogue, Member, Variant
from simlab.errors import ContentError
from simlab.insurer import Insurer

SEED, MEMBERS = 2, 2_000
PLACE = re.compile(r"\{([a-z_]+)\}")
# Placeholders that every text may hold; {spouse}, {spouse_first} and {child_first} need such a pick.
KNOWN = (
    "member", "member_first", "member_last", "member_id", "born", "city_state", "phone", "claim_date", "claim_id",
    "provider", "amount", "spouse", "spouse_first", "child_first", "you", "other",
)  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """Who it is about this time: the member's id, the learner's staff id, the variant, the texts to fill in."""

    member_id: str
    staff_id: str
    variant: str
    texts: dict[str, str]

    def fill(self, text: str) -> str:
        """A text with its placeholders filled in."""
        return fill(text, self.texts)


def fill(text: str, texts: Mapping[str, str]) -> str:
    """A text with its placeholders filled in; one that nothing fills stays as it is."""
    return PLACE.sub(lambda m: texts.get(m[1], m[0]), text)


@functools.lru_cache(maxsize=1)
def company() -> Insurer:
    """The company of role-plays and of tasks, built once."""
    return Insurer.build(SEED, MEMBERS)


def variant_of(dialogue: Dialogue, seed: int) -> Variant | None:
    """The variant that this seed plays, None where there are none."""
    if not dialogue.variants:
        return None
    return dialogue.variants[draw.one(seed, f"variant/{dialogue.id}", 0, len(dialogue.variants))]


def scene(dialogue: Dialogue, seed: int, variant: str | None = None) -> Scene:
    """The scene of a role-play for a seed; `variant` names one, in place of the drawn one."""
    drawn = next((v for v in dialogue.variants if v.id == variant), None) or variant_of(dialogue, seed)
    found = candidates(dialogue.member)
    member = found.iloc[draw.one(seed, f"member/{dialogue.id}", 0, len(found))]
    texts = _texts(dialogue, member, seed) | (drawn.set if drawn else {})
    staff = company().table("staff")
    return Scene(
        str(member["member_id"]), str(staff["staff_id"].iloc[draw.one(seed, "you", dialogue.id, len(staff))]),
        drawn.id if drawn else "", texts,
    )  # fmt: skip


@functools.lru_cache(maxsize=16)
def candidates(wanted: Member) -> pd.DataFrame:
    """The members that may be drawn: adult, living, with a claim; married, elder or parent as asked."""
    world, members, claims = company(), company().table("members"), _claims()
    alive = ~members["is_deceased"] & ~members["is_minor"] & members["member_id"].isin(claims["member_id"])
    found = members[alive & (members["relationship"] == "self")]
    if wanted.gender:
        found = found[found["gender"] == wanted.gender]
    if wanted.pick == "elder":
        return found[found["birth_date"] < pd.Timestamp(world.year - 66, 1, 1)]
    if wanted.pick in ("married", "parent"):
        family = members[members["relationship"] == ("spouse" if wanted.pick == "married" else "child")]
        if wanted.spouse_gender:
            family = family[family["gender"] == wanted.spouse_gender]
        return found[found["member_id"].isin(family["subscriber_id"])]
    return found


def scene_texts(seed: int, label: str) -> dict[str, str]:
    """The texts of one adult member for a page that is no role-play."""
    found = candidates(Member())
    member = found.iloc[draw.one(seed, f"member/{label}", 0, len(found))]
    return {
        "member": f"{member['name_given']} {member['name_family']}", "member_last": str(member["name_family"]),
        "member_id": str(member["member_id"]), "born": _day(member["birth_date"]),
        "born_year": str(member["birth_date"].year), "state": str(member["state"]), "zip3": str(member["zip3"]),
        "phone": str(member["phone"]),
    }  # fmt: skip


@functools.lru_cache(maxsize=1)
def _claims() -> pd.DataFrame:
    """The claims that are on file when the role-plays are set: nobody is asked about a visit to come."""
    claims = company().table("claims")
    return claims[claims["CLM_FROM_DT"] < pd.Timestamp(company().year, 7, 1)]


def _texts(dialogue: Dialogue, member: pd.Series, seed: int) -> dict[str, str]:
    given, family = dialogue.member.name.rsplit(" ", 1) if dialogue.member.name else (
        str(member["name_given"]), str(member["name_family"])
    )  # fmt: skip
    texts = {
        "member": f"{given} {family}", "member_first": given, "member_last": family,
        "member_id": str(member["member_id"]), "born": _day(member["birth_date"]),
        "city_state": str(member["state"]), "phone": str(member["phone"]),
        "you": dialogue.cast.you.name, "other": dialogue.cast.other.name,
    }  # fmt: skip
    return texts | _claim(str(member["member_id"]), dialogue, seed) | _household(member)


def _claim(member_id: str, dialogue: Dialogue, seed: int) -> dict[str, str]:
    claims = _claims()
    own = claims[claims["member_id"] == member_id]
    claim = own.iloc[draw.one(seed, f"claim/{dialogue.id}", 0, len(own))]
    providers = company().table("providers").set_index("provider_id")
    cents = int(claim["CLM_PMT_AMT_CENTS"])
    return {
        "claim_date": _day(claim["CLM_FROM_DT"]), "claim_id": str(claim["CLM_ID"]),
        "provider": str(providers.loc[claim["provider_id"], "name"]), "amount": f"${cents // 100:,}.{cents % 100:02}",
    }  # fmt: skip


def _household(member: pd.Series) -> dict[str, str]:
    members = company().table("members")
    family = members[members["subscriber_id"] == member["member_id"]]
    spouse, child = (family[family["relationship"] == r] for r in ("spouse", "child"))
    texts: dict[str, str] = {}
    if len(spouse):
        first, last = str(spouse["name_given"].iloc[0]), str(spouse["name_family"].iloc[0])
        texts |= {"spouse": f"{first} {last}", "spouse_first": first}
    if len(child):
        texts["child_first"] = str(child["name_given"].iloc[0])
    return texts


def _day(when: pd.Timestamp) -> str:
    return f"{when:%B} {when.day}, {when.year}"


def unknown(dialogue: Dialogue) -> ContentError | None:
    """The first placeholder of a role-play that nothing fills, as the author's error; None where all are filled."""
    own = {name for v in dialogue.variants for name in v.set}
    needs = {"spouse": "married", "spouse_first": "married", "child_first": "parent"}
    for name in PLACE.findall(dialogue.model_dump_json()):
        if name in own:
            continue
        if name not in KNOWN:
            said = f"placeholder {{{name}}} is not known: there are {', '.join(KNOWN)}"
            return ContentError(f"dialogues/{dialogue.id}.yml", said)
        if name in needs and dialogue.member.pick != needs[name]:
            said = f"placeholder {{{name}}} needs `pick: {needs[name]}`"
            return ContentError(f"dialogues/{dialogue.id}.yml", said, key="member.pick")
    return None
