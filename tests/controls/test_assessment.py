"""The security assessment: it finds what is weak, invents nothing, puts the worst first, and can itself be scored."""

from __future__ import annotations

import datetime as dt
import functools
import json

import pandas as pd
import pytest
from click.testing import CliRunner

from simlab.content import load_text, names
from simlab.controls import Controls
from simlab.controls.assessment import FINDINGS, Company, Weakness, assess, plant, scored, weakness, weaknesses
from simlab.controls.assessment.command import assess_command
from simlab.errors import ContentError, InputError, UnknownName
from simlab.insurer import Insurer

# What is wrong with every Larkspur by its own tables, written down by hand from them. Devices come and go by seed.
OWN = {
    ("orphaned-vendor-login", "silverbirch-svc"), ("vendor-without-mfa", "brightwater-svc"),
    ("vendor-without-contract", "V07"), ("shared-account", "kiosk-mailroom"), ("ownerless-account", "svc-migration"),
    ("stale-secret", "svc-migration"), ("stale-secret", "svc-reports"), ("plain-flow", "F09"), ("plain-flow", "F16"),
    ("open-cabinet", "A00112"), ("open-printer", "A00106"), ("server-room-by-key", "A00122"),
    ("expired-firewall-rule", "temporary-meridian-audit"), ("vendor-rule-without-address", "allow-brightwater-portal"),
    ("vendor-rule-without-address", "allow-analytics-partner"),
    ("over-broad-role", "it_admin"), ("unsealed-device", "D0036-4"),
}  # fmt: skip


@functools.cache
def insurer() -> Insurer:
    return Insurer.build(7, 1_000)


@functools.cache
def company() -> Company:
    return Company.of(insurer())


def keys(found: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(found["kind"], found["where"], strict=True))


def test_larkspurs_own_weaknesses_are_found_and_nothing_else() -> None:
    found = assess(company())
    assert tuple(found.columns) == FINDINGS
    assert keys(found[found["kind"] != "unsealed-device"]) == {pair for pair in OWN if pair[0] != "unsealed-device"}
    unsealed = insurer().devices.query("not is_encrypted")["device_id"]
    assert set(found.loc[found["kind"] == "unsealed-device", "where"]) == set(unsealed) >= {"D0036-4"}


def test_the_worst_stands_first_and_each_finding_says_what_to_do_and_why() -> None:
    found = assess(plant(company(), seed=1).company)
    assert found["rank"].tolist() == list(range(1, len(found) + 1))
    assert found["score"].is_monotonic_decreasing and found["severity"].iloc[0] == "critical"
    for row in found.to_dict("records"):
        assert row["where"] in row["says"] and row["remedy"] and row["cite"].startswith("45 CFR 164.")
        assert "{" not in row["says"] and row["basis"] in ("law", "policy")


@pytest.mark.parametrize("kind", names("weaknesses"))
def test_a_planted_weakness_is_found_where_it_was_planted_and_only_it(kind: str) -> None:
    planting = plant(company(), [kind], seed=5)
    where = str(planting.planted["where"].iloc[0])
    new = keys(assess(planting.company)) - planting.before
    assert new == {(kind, where)}
    of = weakness(kind)
    for column in {c.column for c in of.when} & set(of.plant):  # one setting back as it was, and it is gone
        old = company().table(of.table).set_index("id").at[where, column]
        mended = planting.company.with_(of.table, where, **{column: old})
        assert of.plant[column] == old or (kind, where) not in keys(assess(mended)), column


@pytest.mark.parametrize("seed", range(6))
def test_all_kinds_planted_at_once_are_found_and_ranked(seed: int) -> None:
    planting = plant(company(), seed=seed)
    score = scored(assess(planting.company), planting)
    assert (score.precision, score.recall, score.order) == (1.0, 1.0, 1.0)
    assert len(score.found) == len(weaknesses()) and score.ordered > 100


def test_the_same_seed_plants_the_same_and_gives_the_same_bytes() -> None:
    one, two = (assess(plant(Company.of(Insurer.build(7, 1_000)), seed=9).company).to_csv() for _ in range(2))
    assert one == two
    assert one != assess(plant(company(), seed=10).company).to_csv()


def test_a_kind_less_leaves_the_others_where_they_were() -> None:
    kinds = ["default-password", "leaver-account", "open-cabinet"]
    whole, less = plant(company(), kinds, seed=4).planted, plant(company(), kinds[1:], seed=4).planted
    assert whole.iloc[1:]["where"].tolist() == less["where"].tolist()


def test_several_of_one_kind_are_planted_in_several_things() -> None:
    planting = plant(company(), {"screen-without-lock": 3}, seed=2)
    assert planting.planted["where"].nunique() == 3
    with pytest.raises(InputError, match="backup-online: nothing in backups is left"):
        plant(company(), {"backup-online": 6})


def test_what_is_planted_shows_in_the_settings_alone() -> None:
    planting = plant(company(), seed=3)
    assert set(planting.company.tables) == set(company().tables)
    for name, table in planting.company.tables.items():
        assert list(table.columns) == list(company().tables[name].columns)


def test_a_list_that_somebody_wrote_is_scored_too() -> None:
    planting = plant(company(), ["default-password", "open-printer", "missing-log"], seed=3)
    at = dict(zip(planting.planted["kind"], planting.planted["where"], strict=True))
    own = ("shared-account", "kiosk-mailroom")
    mine = [("open-printer", at["open-printer"]), ("default-password", at["default-password"]), own]
    score = scored([*mine, ("default-password", "nowhere"), mine[0]], planting)
    assert score.missed == (("missing-log", at["missing-log"]),) and score.before == (own,)
    assert score.wrong == (("default-password", "nowhere"),)
    assert (score.precision, score.recall) == (2 / 3, 2 / 3)
    # Worst first would be password, log, printer: only the password before the missing log is right.
    assert (score.in_order, score.ordered) == (1, 3)


def test_an_assessment_that_never_looks_at_doors_misses_the_doors() -> None:
    planting = plant(company(), seed=3)
    looked = [name for name, of in weaknesses().items() if of.table != "assets"]
    score = scored(assess(planting.company, looked), planting)
    assert {kind for kind, _ in score.missed} == set(weaknesses()) - set(looked) != set()
    assert score.precision == 1.0 and score.recall < 1.0 and score.order < 1.0
    with pytest.raises(UnknownName, match="did you mean 'open-cabinet'"):
        assess(company(), ["open-cabnet"])


def test_saying_everything_is_weak_has_little_precision_and_saying_nothing_no_recall() -> None:
    planting = plant(company(), seed=3)
    everything = [(k, str(i)) for k, w in weaknesses().items() for i in company().tables[w.table]["id"]][:1_000]
    assert scored(everything, planting).precision < 0.1
    nothing = scored([], planting)
    assert (nothing.recall, nothing.in_order) == (0.0, 0)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("open-cabinet", "a list of"),
        (7, "a list of"),
        ([("open-cabinet",)], "finding 1 is no"),
        ([("open-cabinet", 3)], "finding 1 is no"),
        ([{"kind": "open-cabinet"}], "finding 1 is no"),
        ([("open-cabnet", "A1")], "did you mean 'open-cabinet'"),
        (pd.DataFrame({"kind": ["open-cabinet"]}), "lacks where"),
        ([("open-cabinet", str(n)) for n in range(1_001)], "at most 1,000"),
    ],
)
def test_a_list_that_is_none_is_told_what_would_be_right(given: object, says: str) -> None:
    with pytest.raises(InputError, match=says):
        scored(given, plant(company(), ["open-cabinet"]))  # type: ignore[arg-type]


def test_the_controls_in_force_are_what_is_assessed() -> None:
    weak, strong = Controls(), Controls(
        mfa="passkey", sealed_fields=True, keys_apart=True, session_minutes=15, offline_backup=True
    )  # fmt: skip
    gone = {
        "portal-without-mfa",
        "vendor-without-mfa",
        "unsealed-database",
        "key-beside-the-data",
        "backup-online",
        "long-session",
    }
    assert gone <= set(assess(Company.of(insurer(), weak))["kind"])
    assert not gone & set(assess(Company.of(insurer(), strong))["kind"])


def test_vendors_links_are_as_the_switch_says() -> None:
    def from_anywhere(link: str) -> set[str]:
        found = assess(Company.of(insurer(), Controls().with_(vendor_link=link)))
        return set(found.loc[found["kind"] == "vendor-rule-without-address", "where"])

    assert {"allow-cedarline-portal", "allow-analytics-partner"} <= from_anywhere("open")
    assert from_anywhere("own address") == from_anywhere("closed") == set()


def test_a_contract_that_still_runs_on_the_day_is_no_orphan() -> None:
    before = Company.of(insurer(), on=dt.date(2026, 6, 30))
    assert ("orphaned-vendor-login", "silverbirch-svc") not in keys(assess(before))
    after = Company.of(insurer(), on=dt.date(2026, 7, 1))
    assert ("orphaned-vendor-login", "silverbirch-svc") in keys(assess(after))


def test_a_setting_that_is_not_there_is_named() -> None:
    with pytest.raises(UnknownName, match="setting of systems"):
        company().with_("systems", "mail", mfq="none")
    with pytest.raises(UnknownName, match="id in systems"):
        company().with_("systems", "mial", mfa="none")
    with pytest.raises(InputError, match="of another kind"):
        company().with_("systems", "mail", mfa=3)
    with pytest.raises(UnknownName, match="table of settings"):
        company().table("system")


def test_a_condition_compares_in_one_way() -> None:
    text = "title: t\ntable: systems\nseverity: low\nbasis: law\ncite: 45 CFR 164.312(b)\nsays: x\nremedy: y\n"
    with pytest.raises(ContentError, match="give one of"):
        load_text(text + "plant: {mfa: none}\nwhen:\n  - {column: mfa, equals: none, above: 3}\n", Weakness)


def test_the_command_prints_the_worst_first() -> None:
    done = CliRunner().invoke(assess_command, ["--members", "200", "--seed", "7", "--json", "--control", "mfa=none"])
    rows = [json.loads(line) for line in done.output.splitlines()]
    assert done.exit_code == 0 and rows[0]["kind"] == "portal-without-mfa" and rows[0]["rank"] == 1
    table = CliRunner().invoke(assess_command, ["--members", "200", "--worst", "2"])
    assert "the 2 worst are shown" in table.output and "45 CFR" in table.output
    with pytest.raises(InputError, match="NAME=VALUE"):
        CliRunner().invoke(assess_command, ["--members", "200", "--control", "mfa"], catch_exceptions=False)
