"""Who is alone with a few facts? Three choices, counted in Larkspur's own member table each time."""

from __future__ import annotations

from html import escape

from simlab.insurer.looking import BIRTH, PLACE, alone, with_year
from simlab.notebook.lists import Follows, Lists
from simlab.notebook.timeline import Page
from simlab.tabletop.consequences import company

SEED, MEMBERS = 2, 10_000
KEPT = {"given": "gender", "left out": ""}
COLUMNS = {
    "member_id": "Member no.", "name": "Name", "birth_date": "Born",
    "gender": "Sex", "zip3": "ZIP", "state": "State", "phone": "Phone", "reason": "Came for",
}  # fmt: skip


def glance(rows: int = 4) -> Page:
    """A few rows of the member table, each with one thing that the member came for."""
    world = company(SEED, MEMBERS)
    claims, texts = world.table("claims"), _reasons()
    first = claims[claims["sensitive"] == "none"].drop_duplicates("member_id").set_index("member_id")["ICD10_DGNS_CD_1"]
    members = world.table("members")
    shown = members[~members["is_minor"] & members["member_id"].isin(first.index)].head(rows).copy()
    shown["reason"] = [texts[first[m]] for m in shown["member_id"]]
    shown["name"] = [f"{g} {f}" for g, f in zip(shown["name_given"], shown["name_family"], strict=True)]
    shown["birth_date"] = shown["birth_date"].dt.strftime("%Y-%m-%d")
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in COLUMNS.values())
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(value))}</td>" for value in row) + "</tr>"
        for row in shown[list(COLUMNS)].to_numpy()
    )
    caption = f"The first {rows} of {MEMBERS:,} members. All of them are invented."
    html = (
        f"<div class='wide' tabindex='0' role='region' aria-label='{escape(caption)}'><table><caption>{escape(caption)}"
        f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
    lines = [" | ".join(map(str, row)) for row in shown[list(COLUMNS)].to_numpy()]
    return Page(html, "\n".join([caption, " | ".join(COLUMNS.values()), *lines]))


def _reasons() -> dict[str, str]:
    from simlab.insurer import pools

    return {d.id: d.text for d in pools.codes().diagnoses}


def lonely() -> Lists:
    """Three lists of what is left in a table without names, and below them how many people are still alone in it."""
    lists = [
        ("birth", "Birth date:", list(BIRTH)),
        ("place", "Address:", list(PLACE)),
        ("sex", "Sex:", list(KEPT)),
    ]
    return Lists(lists, _follow, ("Alone, by State", "State", "Members"))


def _follow(chosen: dict[str, str]) -> Follows:
    columns = [c for c in (BIRTH[chosen["birth"]], PLACE[chosen["place"]], KEPT[chosen["sex"]]) if c]
    members = with_year(company(SEED, MEMBERS).table("members"))
    found = alone(members, columns)
    said = "Whoever knows these facts about one of them needs no name to find the row, and what they came for."
    if not len(found):
        return Follows("Nobody is alone.", "In this table these facts lead to no single person. Other facts may.")
    states = found["state"].value_counts()
    rows = sorted(((str(s), int(n)) for s, n in states.items()), key=lambda x: (-x[1], x[0]))[:6]
    return Follows(f"{len(found):,} of {MEMBERS:,} members are alone.", said, tuple(rows))
