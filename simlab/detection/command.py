"""`simlab detect`: rules and baselines over a log, as a table and as a file."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simlab import clock
from simlab.errors import InputError
from simlab.progress import progress

if TYPE_CHECKING:
    import pandas as pd
    from rich.progress import Progress

SHOWN = 40
_OUT = (".json", ".csv")


@click.command("detect")
@click.argument("log", metavar="LOG", type=click.Path(path_type=Path))
@click.option(
    "--rules",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Rules (*.yml) to use, for those that ship.",
)
@click.option(
    "--from", "since", metavar="DATE", help="From this day or moment on (UTC), as 2026-03-01 or 2026-03-01T08:00Z."
)
@click.option("--to", "until", metavar="DATE", help="Up to this day, or up to this moment (UTC).")
@click.option("--rules-only", is_flag=True, help="No baselines: only what the rules say.")
@click.option("--no-verify", is_flag=True, help="Do not check the log's chain first.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line, and nothing else.")
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write the alerts too: .json or .csv.")
@click.option("--all", "is_all", is_flag=True, help=f"Show all alerts, not the {SHOWN} that say most.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
def detect_command(
    log: Path, folder: Path | None, since: str | None, until: str | None, rules_only: bool, no_verify: bool,
    as_json: bool, out: Path | None, is_all: bool, quiet: bool,
) -> None:  # fmt: skip
    """Look for what is wrong in LOG: a log's folder, in one file or by month, or a Parquet file.

    Where a public key lies beside the log its chain is checked first. Baselines ask for the company's
    own records beside it (queue, staff, members, relations).
    """
    if out is not None and out.suffix.lower() not in _OUT:
        raise InputError(f"--out {out.name}: write a name that ends in {' or '.join(_OUT)}")
    begin, end = moment_of("--from", since, False), moment_of("--to", until, True)
    if begin is not None and end is not None and begin >= end:
        raise InputError(f"--from {since} is not before --to {until}")
    with progress("Looking", quiet=quiet or as_json) as bar:
        checked = "" if no_verify else _checked(log, bar)
        alerts = _alerts(log, _rules(folder), begin, end, rules_only, bar)
    if out is not None:
        _write(alerts, out)
    if as_json:
        for row in _plain(alerts):
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    _show(alerts, is_all)
    click.echo(
        "".join([f"{len(alerts):,} alerts.", f" {checked}" * bool(checked), f" Written to {out}." if out else ""])
    )


def moment_of(option: str, text: str | None, is_end: bool) -> int | None:
    """Microseconds UTC; a day as an end counts as a whole."""
    if text is None:
        return None
    try:
        if len(text) == len("2026-03-01"):
            day = dt.datetime.combine(dt.date.fromisoformat(text), dt.time(), tzinfo=dt.UTC)
            return clock.micros(day + dt.timedelta(days=is_end))
        return clock.micros(dt.datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise InputError(f"{option} {text!r}: write a day as 2026-03-01, or a moment as 2026-03-01T08:00Z") from None


def _rules(folder: Path | None) -> list[Any]:
    """The rules that ship, or those of a folder. Raises InputError, ContentError."""
    from simlab.content import names
    from simlab.detection.rule import load_rule

    if folder is None:
        return [load_rule(name) for name in names("rules")]
    found = sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")])
    if not found:
        raise InputError(f"--rules {folder}: no *.yml lies there: give a folder of Sigma rules")
    return [load_rule(path) for path in found]


def _checked(log: Path, bar: Progress) -> str:
    """What checking the log has shown, in words. Raises LogError, InputError where it is not whole or not in order."""
    from simlab.activity import parts, verify
    from simlab.detection.source import require_order

    if (log / parts.PUBLIC_KEY).is_file():
        many = parts.read_index(log).count if parts.is_parted(log) else None
        task = bar.add_task("the chain", total=many)
        verify(log, parts.public_key(log), on_part=lambda done: bar.advance(task, done))
        bar.update(task, total=many or 1, completed=many or 1)
        return "The chain is whole."
    task = bar.add_task("the order", total=1)
    require_order(log)
    bar.advance(task)
    return "No public key lies beside the log: its chain was not checked."


def _alerts(
    log: Path, rules: list[Any], since: int | None, until: int | None, rules_only: bool, bar: Progress
) -> pd.DataFrame:
    from simlab.detection import baselines
    from simlab.detection.alerts import found, together
    from simlab.detection.source import opened

    records = {} if rules_only else _records(log)
    task = bar.add_task("the rules", total=len(rules) + (not rules_only))
    parts = []
    fields = dict.fromkeys(name for rule in rules for name in rule.fields)
    with opened(log, fields, since, until) as origin:
        for rule in rules:
            bar.update(task, description=rule.id)
            parts.append(found(rule, origin))
            bar.advance(task)
    if not rules_only:
        bar.update(task, description="baselines")
        parts.append(baselines.detect(log, **records, since=since, until=until))
        bar.advance(task)
    return together(parts)


def _records(log: Path) -> dict[str, pd.DataFrame]:
    """The company's own records that lie beside a log."""
    import duckdb

    from simlab.duck import connect

    out = {}
    for name, argument in (("queue", "queue"), ("staff", "staff"), ("members", "members"), ("relations", "known")):
        path = log / f"{name}.parquet"
        if path.is_file():
            with connect() as con:
                try:
                    out[argument] = con.execute("SELECT * FROM read_parquet(?)", [str(path)]).df()
                except duckdb.Error as e:
                    raise InputError(f"{path.name}: cannot be read: {str(e).splitlines()[0]}") from None
    return out


def _plain(alerts: pd.DataFrame) -> list[dict[str, Any]]:
    """Alerts as rows of plain values, moments as ISO text too."""
    out = []
    for row in alerts.to_dict("records"):
        times = {f"{name}_utc": clock.instant(row[name]).isoformat() for name in ("window_start", "window_end", "told")}
        out.append({str(k): list(v) if isinstance(v, tuple) else v for k, v in row.items()} | times)
    return out


def _write(alerts: pd.DataFrame, out: Path) -> None:
    rows = _plain(alerts)
    try:
        if out.suffix.lower() == ".json":
            out.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
        else:
            flat = alerts.assign(events=[" ".join(map(str, found)) for found in alerts["events"]])
            out.write_text(flat.map(_cell).to_csv(index=False), encoding="utf-8", newline="\n")
    except OSError as e:
        raise InputError(f"{out}: cannot be written: {e.strerror or e}") from None


def _cell(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _show(alerts: pd.DataFrame, is_all: bool) -> None:
    """The alerts that say most, in order of time."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    most = alerts if is_all else alerts.nlargest(SHOWN, "score").sort_values(["window_start", "rule_id"], kind="stable")
    table = Table("when (UTC)", "score", "rule", "what was seen")
    for row in most.to_dict("records"):
        when = f"{clock.instant(row['window_start']):%Y-%m-%d %H:%M}"
        table.add_row(*(Text(tamed(str(part))) for part in (when, row["score"], row["rule_id"], row["explanation"])))
    if len(most):
        Console(width=None if Console().is_terminal else 140).print(table)
    if len(most) < len(alerts):
        click.echo(f"The {len(most)} that say most of {len(alerts):,}: --all shows all.")


def tamed(text: str) -> str:
    """Text without what would steer a terminal: a log may hold anything."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
