"""The company's content files: each its own case, and each wrong in a way that is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from simlab.content import load, load_text, names, resource
from simlab.errors import ContentError
from simlab.insurer import assets, contracts, groups, pools
from simlab.insurer.paperwork import Paperwork

MODELS: dict[str, type[BaseModel]] = {
    "accounts": assets.Accounts, "assets": assets.Assets, "contracts": contracts.Contracts,
    "employers": groups.Employers, "flows": contracts.Flows, "codes": pools.Codes, "company": pools.Company, "names": pools.NamePools,
    "places": pools.Places, "plans": pools.Plans, "roles": pools.Roles,
    "paperwork": Paperwork,
}  # fmt: skip
# USPS codes of the fifty States and the District.
REAL = {
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY",
}  # fmt: skip
# The first digit of a ZIP code tells its region.
REGION = {"NY": "1", "FL": "3", "IL": "6", "KS": "6", "MO": "6", "AR": "7", "OK": "7", "TX": "7", "CO": "8",
          "NM": "8", "CA": "9", "WA": "9"}  # fmt: skip


@pytest.mark.parametrize("name", names("insurer"))
def test_every_file_loads(name: str) -> None:
    load("insurer", name, MODELS[name])


def test_places_are_real_and_hold_the_states_that_lessons_need() -> None:
    states = pools.places().states
    assert {"TX", "OK", "KS", "CA", "NY", "CO", "FL", "IL"} <= {s.id for s in states} <= REAL
    for state in states:
        assert all(p.zip3[0] == REGION[state.id] for p in state.places), state.id
        assert len({p.zip3 for p in state.places}) == len(state.places)


def test_majority_is_eighteen_everywhere() -> None:
    # 19 in Alabama and Nebraska, 21 in Mississippi: `is_minor` would be wrong there.
    assert not {"AL", "NE", "MS"} & {s.id for s in pools.places().states}


def test_names_come_from_many_cultures_and_give_mail_addresses() -> None:
    assert len(pools.cultures()) >= 12
    for name in [*pools.given_names().words, *pools.family_names().words]:
        assert pools.ascii_letters(name), name
        assert "_" not in name


def test_every_sensitive_category_has_diagnoses_and_procedures() -> None:
    codes = pools.codes()
    assert {d.sensitive for d in codes.diagnoses} == {p.sensitive for p in codes.procedures} == set(pools.SENSITIVE)
    used = {b for d in codes.diagnoses for b in d.billed}
    assert used == {p.id for p in codes.procedures}
    assert all(p.low <= p.high for p in codes.procedures)
    assert {d.specialty for d in codes.diagnoses} == set(codes.specialties)


@pytest.mark.parametrize("band", pools.BANDS)
@pytest.mark.parametrize("sex", ["F", "M", "any"])
def test_everyone_can_fall_ill(band: str, sex: str) -> None:
    assert [d for d in pools.codes().diagnoses if band in d.ages and d.sex in ("any", sex)]


def text_of(name: str) -> str:
    return Path(resource("insurer", f"{name}.yml")).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("codes", "billed: [G0439, ", "billed: [99213, ", r"insurer/codes.yml:\d+: diagnoses\[0\].billed\[0\]"),
        ("codes", "billed: [G0439, ", "billed: [G9999, ", "diagnosis Z0000: billed 'G9999' is not among procedures"),
        ("codes", "{id: A0428", "{id: D0428", r"procedures\[0\].id"),
        ("codes", "specialty: psychiatry", "specialty: psychiatrist", "'psychiatrist' is not among specialties"),
        ("codes", "{id: A0429", "{id: A0428", "stands at line"),
        ("roles", "of_forty: 13", "of_forty: 12", "of_forty must add up to 40, not 39"),
        ("roles", "[[7, 16], [9, 18]", "[[7, 25], [9, 18]", "shifts"),
        ("places", 'zip3: "752"', "zip3: 752", "zip3"),
        ("company", "domicile: OK", "domicile: OH", "domicile: OH is not among licensed"),
        ("company", "holds: [demographic, claims]", "holds: [health]", "holds"),
        ("plans", "funding: insured, ", "funding: insured, holder: x, ", r"plans\[0\].holder: unknown key"),
        ("paperwork", "[J0741, J9355", "[J0741, J9999", "'J9999' is not among the procedures of codes.yml"),
        (
            "paperwork",
            "callers: [member, provider]",
            "callers: [member, doctor]",
            "caller 'doctor' is not among callers",
        ),
        ("paperwork", "  genetic: genetic testing\n", "", r"service_types: \['genetic'\] is missing"),
        ("paperwork", "hint: reproductive", "hint: pregnancy", "hint"),
    ],
)
def test_a_wrong_file_is_told(name: str, old: str, new: str, said: str) -> None:
    wrong = text_of(name).replace(old, new, 1)
    assert wrong != text_of(name)
    with pytest.raises(ContentError, match=said):
        load_text(wrong, MODELS[name], f"insurer/{name}.yml")
