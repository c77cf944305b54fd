"""An event that can lose the key becomes a mail: its operation, its row in a log, a query, an alert.

Nothing of Azure is here: rows are as Microsoft documents them, and the script runs with a stand-in
for the Azure CLI that records its commands.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

import pytest
import yaml

from tests.command_line import ROOT
from tests.kql import NotSupported, Query
from tests.recorded import recorded
from translator_cmk.site.sourced import cell, data

KQL = ROOT / "docs" / "examples" / "kql"
WATCH = ROOT / "docs" / "examples" / "az" / "watch.sh"
LOGS = yaml.safe_load((ROOT / "tests" / "azure" / "log_rows.yaml").read_text("utf-8"))
SCHEMAS = {table: log["columns"] for table, log in LOGS.items()}
TEXTS = {path.stem: path.read_text("utf-8") for path in sorted(KQL.glob("*.kql"))}
OURS = {
    "vault": "kv-3f1c9a52",
    "vault_group": "rg-translator",
    "translator": "translator-3f1c9a52",
    "translator_group": "rg-translator",
    "watch_group": "rg-cmk-watch",
}
"""The names that the script puts into the queries, for the subscription of the stand-in."""
SCOPED = {name: Template(text).substitute(OURS) for name, text in TEXTS.items()}


# Queries find what they must, and nothing else

ROWS = [(table, each["row"], each["alerts"]) for table, log in LOGS.items() for each in log["rows"]]


def words(row: Mapping[str, Any]) -> str:
    """Return a row in words: its operation, and its status."""
    return "-".join(str(each) for each in row.values())


@pytest.mark.parametrize(
    ("table", "row", "alerts"), ROWS, ids=[f"{table}-{words(row)}" for table, row, _ in ROWS]
)
def test_row_is_found_by_the_queries_that_must_find_it_alone(
    table: str, row: Mapping[str, Any], alerts: Sequence[str]
) -> None:
    assert row.keys() <= SCHEMAS[table].keys()
    found = set()
    for name, text in SCOPED.items():
        query = Query(text, SCHEMAS)
        if query.table == table and query.rows([row]):
            found.add(name)
    assert found == set(alerts)


@pytest.mark.parametrize("name", TEXTS)
def test_query_has_rows_that_it_finds_and_stands_on_the_page_under_its_log(name: str) -> None:
    assert any(name in alerts for _, _, alerts in ROWS)
    (log,) = (each for each in data("causes")["logs"] if name in each["queries"])
    assert Query(SCOPED[name], SCHEMAS).table == log["table"]


def test_page_has_every_query_that_there_is() -> None:
    named = [name for log in data("causes")["logs"] for name in log["queries"]]
    assert sorted(named) == sorted(TEXTS)


@pytest.mark.parametrize(
    "text",
    [
        "AzureActivity | take 1",
        'AzureActivity | where OperationNameValue has "x"',
        "AzureActivity | where OperationNameValue == 1",
    ],
)
def test_what_the_evaluator_does_not_know_is_refused(text: str) -> None:
    with pytest.raises(NotSupported):
        Query(text, SCHEMAS)


def test_no_comparison_holds_of_a_number_that_is_absent() -> None:
    below = Query("AZKVAuditLogs | where HttpStatusCode < 400", SCHEMAS)
    assert below.rows([{}, {"HttpStatusCode": 399}, {"HttpStatusCode": 400}]) == [
        {"HttpStatusCode": 399}
    ]


# From the event to the mail

OPERATION = re.compile(r"`((?:Vault|Key)[A-Z]\w+|Microsoft\.[\w./]+)`")
"""An operation that a signal names."""

STAND_IN = Path(__file__).with_name("az_stand_in.py")


class Watch(NamedTuple):
    """What the script set up, as far as it matters for a mail."""

    tables: Mapping[str, set[str]]
    """By the table into which a log goes, its categories."""
    rules: Sequence[Mapping[str, Any]]
    workspaces: set[str]
    """Where the logs go."""
    mailed: Mapping[str, str]
    """By the id of an action group, the address."""


def option(command: Sequence[str], name: str) -> str:
    """Return the value of an option of a recorded command, or an empty text."""
    return command[command.index(name) + 1] if name in command else ""


def vault_table(command: Sequence[str]) -> str:
    """Return where Azure puts the rows of a key vault's diagnostic setting."""
    dedicated = option(command, "--export-to-resource-specific") == "true"
    return "AZKVAuditLogs" if dedicated else "AzureDiagnostics"


def categories(command: Sequence[str]) -> set[str]:
    """Return the categories of logs that a diagnostic setting turns on."""
    return {
        each.get("category") or each["categoryGroup"]
        for each in json.loads(option(command, "--logs"))
        if each["enabled"]
    }


def read_watch(commands: Sequence[Sequence[str]]) -> Watch:
    """Return what recorded commands have set up."""
    tables: dict[str, set[str]] = {}
    workspaces = set()
    mailed = {}
    rules = []
    for command in commands:
        if command[:3] == ["monitor", "diagnostic-settings", "subscription"]:
            tables["AzureActivity"] = categories(command)
            workspaces.add(option(command, "--workspace"))
        elif command[:2] == ["monitor", "diagnostic-settings"]:
            tables[vault_table(command)] = categories(command)
            workspaces.add(option(command, "--workspace"))
        elif command[:2] == ["monitor", "action-group"]:
            group = f"/actionGroups/{option(command, '--name')}"
            mailed[group] = command[command.index("email") + 2]
        elif command[0] == "rest":
            rules.append(json.loads(option(command, "--body"))["properties"])
    return Watch(tables, rules, workspaces, mailed)


@pytest.fixture(scope="session")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Watch:
    """What the script sets up."""
    folder = recorded(tmp_path_factory, "watch", set_up_the_watch)
    lines = (folder / "record.jsonl").read_text("utf-8").splitlines()
    return read_watch([json.loads(line) for line in lines])


def set_up_the_watch(folder: Path) -> None:
    """Run the script with the stand-in, and leave the record of its commands in a folder."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("missing tool: bash")
    az = folder / "az"
    az.write_text(f'#!/bin/sh\nexec "{sys.executable}" -IS "{STAND_IN}" "$@"\n', "utf-8")
    az.chmod(0o755)
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AZ_")},
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "AZ_RECORD": str(folder / "record.jsonl"),
        "MAIL": "on-call@contoso.com",
        "REGION": "swedencentral",
    }
    subprocess.run([bash, str(WATCH)], env=variables, check=True, capture_output=True)


def mails(watch: Watch, table: str, row: Mapping[str, Any]) -> Iterator[str]:
    """Yield the addresses that a row is mailed to, if it gets into a log that is kept."""
    kept = watch.tables.get(table, set())
    if table == "AzureActivity" and row["CategoryValue"] not in kept:
        return
    if table == "AZKVAuditLogs" and "audit" not in kept:
        return
    for rule in watch.rules:
        (criterion,) = rule["criteria"]["allOf"]
        query = Query(criterion["query"], SCHEMAS)
        count = len(query.rows([row])) if query.table == table else 0
        assert criterion["timeAggregation"] == "Count"
        assert criterion["operator"] == "GreaterThan"
        if rule["enabled"] and count > criterion["threshold"]:
            assert set(rule["scopes"]) == watch.workspaces
            for group in rule["actions"]["actionGroups"]:
                yield watch.mailed[group[group.index("/actionGroups/") :]]


def rows_of(operation: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the rows of an operation that some alert must find, with their tables."""
    for table, row, alerts in ROWS:
        name = row.get("OperationName") or row["OperationNameValue"]
        if alerts and name.casefold() == operation.casefold():
            yield table, row


EVENTS = [*data("causes")["causes"], *data("causes")["indirect"]]
SIGNALS = [
    (each["name"], operation)
    for each in EVENTS
    for operation in OPERATION.findall(cell(each["signal"]).text)
]


@pytest.mark.parametrize(("event", "operation"), SIGNALS, ids=[" ".join(each) for each in SIGNALS])
def test_operation_of_an_event_is_mailed_to_the_person_on_call(
    watch: Watch, event: str, operation: str
) -> None:
    rows = list(rows_of(operation))
    assert rows, f"{event}: log_rows.yaml has no row of {operation}"
    for table, row in rows:
        assert set(mails(watch, table, row)) == {"on-call@contoso.com"}


def test_events_without_an_operation_are_those_whose_signal_is_known_to_nobody() -> None:
    named = {event for event, _ in SIGNALS}
    unnamed = [each for each in EVENTS if each["name"] not in named]
    assert all(
        re.match("(None that we know|As for)", cell(each["signal"]).text) for each in unnamed
    ), [each["name"] for each in unnamed]


def test_there_is_a_rule_for_each_query_with_the_names_of_ours(watch: Watch) -> None:
    found = [rule["criteria"]["allOf"][0]["query"] for rule in watch.rules]
    assert sorted(found) == sorted(text.rstrip("\n") for text in SCOPED.values())


def test_an_event_is_mailed_once_while_it_stays_in_the_window(watch: Watch) -> None:
    for rule in watch.rules:
        assert rule["muteActionsDuration"] == rule["windowSize"]
