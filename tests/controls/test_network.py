"""Firewalls and gateways: the first rule that fits, what none names is refused, and rules that are wrong are found."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab.content import names, resource
from simlab.controls import Controls
from simlab.controls.network import (
    Flow,
    Gateway,
    Rule,
    decide,
    faults,
    gateway,
    read_file,
    require,
    shadows,
    stranger_gets_in,
    under,
    vendor_gets_in,
)
from simlab.controls.network.deciding import covers
from simlab.errors import ContentError, DeniedError, InputError, UnknownName

AT = dt.date(2026, 10, 15)
EDGE = "edge-firewall"


def rule(**changes: Any) -> Rule:
    usual: dict[str, Any] = {
        "id": "r", "from": "V01", "to": "vendor-portal", "service": "https", "action": "allow",
        "since": dt.date(2026, 1, 1), "because": "a test", "owner": "it_admin 1",
    }  # fmt: skip
    return Rule.model_validate(usual | changes)


def of(*rules: Rule) -> Gateway:
    return Gateway(id="g", name="a gateway", rules=rules)


@pytest.mark.parametrize("name", names("network"))
def test_every_gateway_can_be_read(name: str) -> None:
    assert gateway(name).rules


def test_what_no_rule_names_is_refused_and_written_down() -> None:
    log: list[dict[str, Any]] = []
    found = decide(Flow("brokers", "claims-core", "https"), gateway(EDGE), AT, log=lambda **e: log.append(e))
    assert (bool(found), found.rule) == (False, "default") and "refused" in found.reason
    assert [e["activity_name"] for e in log] == ["Refuse"]
    with pytest.raises(DeniedError, match="brokers to claims-core by https: no rule"):
        require(Flow("brokers", "claims-core", "https"), gateway(EDGE), AT)


# One fact is changed, and the decision flips.
@pytest.mark.parametrize(
    ("flow", "at", "closed", "allowed", "decided_by"),
    [
        (Flow("V02", "vendor-portal", "https", "198.51.100.22"), AT, (), True, "allow-cedarline-portal"),
        (Flow("V02", "vendor-portal", "https", "203.0.113.9"), AT, (), False, "default"),
        (Flow("V02", "vendor-portal", "sftp", "198.51.100.22"), AT, (), False, "default"),
        (Flow("V02", "vendor-portal", "https", "198.51.100.22"), AT, ("allow-cedarline-portal",), False, "default"),
        (Flow("V05", "data-warehouse", "database", "198.51.100.55"), dt.date(2026, 3, 31), (), True, "temporary-meridian-audit"),
        (Flow("V05", "data-warehouse", "database", "198.51.100.55"), dt.date(2026, 4, 1), (), False, "deny-warehouse"),
        (Flow("V05", "data-warehouse", "https"), AT, (), False, "deny-warehouse"),
        (Flow("V05", "data-warehouse", "https"), AT, ("deny-warehouse",), True, "allow-analytics-partner"),
    ],
)  # fmt: skip
def test_one_fact_flips_the_decision(
    flow: Flow, at: dt.date, closed: tuple[str, ...], allowed: bool, decided_by: str
) -> None:
    found = decide(flow, gateway(EDGE).close(*closed), at)
    assert (found.is_allowed, found.rule) == (allowed, decided_by)


def test_a_closed_rule_is_named_in_the_reason_and_can_be_opened_again() -> None:
    flow = Flow("V02", "vendor-portal", "https", "198.51.100.22")
    shut = gateway(EDGE).close("allow-cedarline-portal")
    assert "allow-cedarline-portal is closed" in decide(flow, shut, AT).reason
    assert decide(flow, shut.open("allow-cedarline-portal"), AT)
    assert decide(flow, gateway(EDGE), AT), "the gateway itself is as it was"


def test_a_vendor_that_has_gone_takes_all_its_rules_along() -> None:
    shut = gateway(EDGE).close_vendor("V05")
    assert {r.id for r in shut.rules if not r.is_on} == {
        "allow-meridian-portal", "temporary-meridian-audit", "allow-analytics-partner",
    }  # fmt: skip
    assert decide(Flow("V02", "vendor-portal", "https", "198.51.100.22"), shut, AT)


def test_what_is_wrong_with_the_company_rules_is_found() -> None:
    found = {(f.rule, f.kind) for f in faults(gateway(EDGE), AT, {"V08": dt.date(2026, 6, 30)})}
    assert found == {
        ("allow-brightwater-portal", "no address"), ("temporary-meridian-audit", "expired"),
        ("allow-silverbirch-portal", "vendor gone"), ("allow-analytics-partner", "no address"),
        ("allow-analytics-partner", "shadowed"),
    }  # fmt: skip
    assert not {f.rule for f in faults(gateway(EDGE), dt.date(2026, 3, 31))} & {"temporary-meridian-audit"}


def test_the_order_decides_and_a_shadow_goes_when_it_is_put_first() -> None:
    wide, narrow = rule(id="wide", **{"from": "any"}, action="deny"), rule(id="narrow")
    assert decide(Flow("V01", "vendor-portal", "https"), of(wide, narrow), AT).rule == "wide"
    assert "shadowed" in {f.kind for f in faults(of(wide, narrow), AT)}
    assert "shadowed" not in {f.kind for f in faults(of(narrow, wide), AT)}
    assert of(wide).with_rule(narrow, before="wide").rules == (narrow, wide)
    with pytest.raises(InputError, match="already"):
        of(wide).with_rule(wide)


sources, services = st.sampled_from(["any", "V01", "V02"]), st.sampled_from(["any", "https", "sftp"])
days = st.one_of(st.none(), st.dates(dt.date(2026, 10, 1), dt.date(2026, 10, 31)))
drawn = st.lists(
    st.builds(
        lambda n, source, service, action, address, until: rule(
            id=f"r{n}", **{"from": source}, service=service, action=action, address=address, until=until
        ),
        st.integers(0, 10**6), sources, services, st.sampled_from(["allow", "deny"]),
        st.sampled_from(["", "198.51.100.11"]), days,
    ),
    max_size=6, unique_by=lambda r: r.id,
)  # fmt: skip
tried = st.builds(
    Flow,
    st.sampled_from(["V01", "V02", "V03"]),
    st.just("vendor-portal"),
    st.sampled_from(["https", "sftp"]),
    st.sampled_from(["", "198.51.100.11", "203.0.113.9"]),
)


@settings(max_examples=150, deadline=None)
@given(drawn, tried, st.dates(dt.date(2026, 10, 1), dt.date(2026, 11, 5)))
def test_of_any_rules_nothing_goes_through_that_no_rule_allows(rules: list[Rule], flow: Flow, at: dt.date) -> None:
    found = decide(flow, of(*rules), at)
    fits = [r for r in rules if covers(r, flow) and r.holds(at)]
    assert found.is_allowed == bool(fits and fits[0].action == "allow")
    closed = of(*rules).close(*(r.id for r in rules))
    assert not decide(flow, closed, at)


@settings(max_examples=150, deadline=None)
@given(drawn, tried, st.dates(dt.date(2026, 10, 1), dt.date(2026, 11, 5)))
def test_a_rule_in_the_shadow_never_decides(rules: list[Rule], flow: Flow, at: dt.date) -> None:
    for i, second in enumerate(rules):
        if any(shadows(first, second) and first.holds(at) for first in rules[:i]):
            assert decide(flow, of(*rules), at).rule != second.id


@pytest.mark.parametrize(
    ("link", "stranger", "vendor", "file_in", "file_out"),
    [
        ("open", True, True, True, True),
        ("own address", False, True, False, True),
        ("closed", False, False, False, False),
    ],
)
def test_a_scenario_turns_the_links_and_both_sides_are_told(
    link: str, stranger: bool, vendor: bool, file_in: bool, file_out: bool
) -> None:
    controls = Controls().with_(vendor_link=link)
    assert stranger_gets_in(controls, "V01", AT) is stranger
    assert vendor_gets_in(controls, "V01", AT) is vendor
    files = under(controls)["transfer-gateway"]
    assert bool(decide(Flow("V01", "file-exchange", "sftp", "203.0.113.9"), files, AT)) is file_in
    assert bool(decide(Flow("backup-store", "V04", "sftp"), files, AT)) is file_out
    assert decide(Flow("providers", "claims-core", "sftp"), files, AT), "claims come in whatever the vendors' links are"


def test_the_switch_takes_no_guard_away() -> None:
    for link in ("open", "own address", "closed"):
        edge = under(Controls().with_(vendor_link=link))[EDGE]
        assert [r.id for r in edge.rules] == [r.id for r in gateway(EDGE).rules]
        assert decide(Flow("V05", "data-warehouse", "https"), edge, AT).rule == "deny-warehouse"


TEXT = resource("network", f"{EDGE}.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("from: V01", "from: V99", r"rules\[1\]\.from: no party named 'V99'"),
        ("until: 2026-03-31", "until: 2026-01-31", r"until: .*before since"),
        ("address: 198.51.100.22", "address: 198.51.100.322", r"address: is no address"),
        ("service: database", "service: telnet", r"service"),
        ("action: deny", "action: reject", r"action"),
        ("id: allow-members-portal", "id: allow-brightwater-portal", "stands at line"),
        ("vendor: V03", "vendors: V03", "unknown key: did you mean 'vendor'"),
    ],
)
def test_a_wrong_file_says_where(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / f"{EDGE}.yml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=said):
        read_file(path)


def test_an_unknown_rule_or_service_names_those_that_are_there() -> None:
    with pytest.raises(UnknownName, match="did you mean 'allow-cedarline-portal'"):
        gateway(EDGE).close("allow-cedarlin-portal")
    with pytest.raises(UnknownName, match="telnet"):
        decide(Flow("V01", "vendor-portal", "telnet"), gateway(EDGE), AT)
