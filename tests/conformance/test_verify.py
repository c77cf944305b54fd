"""`verify` finds a right system conformant over each transport, and others as written."""

import json
import re
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.command_line import CLI, REFUSED, ROOT, copy_checkout, each_refused, python
from tests.conformance import conftest
from tests.conformance.conftest import (
    FAULTY,
    FULL,
    GRANTED,
    MODEL,
    Refused,
    Verified,
    decides_in_fuzzing,
    fuzz,
    messages_of,
    says,
    started,
    verify,
)
from translator_cmk import __version__
from translator_cmk.bdd import freeze
from translator_cmk.bdd.demands import demanded_of_the_model, demanded_without
from translator_cmk.cli import main
from translator_cmk.conformance.judgement import cases
from translator_cmk.conformance.judgement.cases import LANES, SCOPES, SECONDS, STEPS
from translator_cmk.conformance.judgement.deviations import load_deviations
from translator_cmk.conformance.report.wording import badge_of, headline
from translator_cmk.files import write_json
from translator_cmk.language.strict_json import LONGEST
from translator_cmk.oracle.profiles import silent_in
from translator_cmk.requirements import load_register
from translator_cmk.verdict import Status

WORKSPACE = ("--lane", "features", "--topic", "workspace")


def test_model_is_conformant_in_this_process_in_every_lane(tmp_path: Path) -> None:
    lanes = (*FULL, "--topic", "keys", "--lane", "tour", "--scope", "losing-the-key")
    found = fuzz(tmp_path, decides_in_fuzzing, "--python", MODEL, *lanes)
    assert found.exit_code == 0
    assert found.report["complete"]
    scored = found.report["counts"]["scored"]
    assert scored["passed"] + scored["not-applicable"] == scored["total"]

    reasons = [
        case["reason"] for case in found.report["cases"] if case["status"] == "not-applicable"
    ]
    assert "not specified: keys.change demands nothing of a system" in reasons
    for reason in reasons:
        assert reason.startswith("not specified: ")

    assert found.report["tour"]["commands"] > 100
    assert found.report["fuzz"]["sequences"] > 0
    assert "conformant" in found.printed


def test_model_is_conformant_as_a_process_and_at_a_url(tmp_path: Path) -> None:
    with started(*CLI, "serve", "--http", "0") as url:
        for transport, system in (("stdio", shlex.join([*CLI, "serve", "--stdio"])), ("http", url)):
            found = verify(tmp_path, f"--{transport}", system, *WORKSPACE)
            assert (found.exit_code, found.report["transport"]) == (0, transport)


def test_line_that_is_too_long_gets_one_answer() -> None:
    requests = b" " * 3 * LONGEST + b"\n{}\n"
    run = subprocess.run(
        [*CLI, "serve", "--stdio"], input=requests, stdout=subprocess.PIPE, check=True
    )
    too_long, after = run.stdout.splitlines()
    assert b"longer than 1 MiB" in too_long
    assert b"lacks the field" in after


def test_exit_code_of_the_program_says_why_there_are_no_verdicts(tmp_path: Path) -> None:
    command = [*CLI, "verify", "--report", str(tmp_path / "report"), "--stdio", "/bin/true"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 3
    assert "Traceback" not in run.stderr


def test_several_sessions_come_to_the_same(tmp_path: Path) -> None:
    several = verify(tmp_path / "several", "--python", MODEL, *WORKSPACE)
    one = verify(tmp_path / "one", "--python", "tests.systems.mistaken:EmptiesNothing", *WORKSPACE)
    assert several.statuses() == one.statuses()
    assert messages_of(one.folder).count('"verb":"hello"') == 1
    assert messages_of(several.folder).count('"verb":"hello"') == 2
    assert several.exit_code == 0
    assert main(["report", "check", str(several.folder)]) == 0


UNTOLD = """
class Untold(BaseException):
    def __str__(self):
        raise SystemExit(0)

raise Untold
"""
"""A module that raises what has no words for itself."""


@pytest.mark.parametrize("row", REFUSED["verify"], ids=lambda row: " ".join(row["ask"]))
def test_wrong_usage_is_refused_before_anything_is_asked(
    tmp_path: Path, refused: Refused, monkeypatch: pytest.MonkeyPatch, row: dict[str, Any]
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "no_python.py").write_text("class {")
    (tmp_path / "raises.py").write_text("1 / 0")
    (tmp_path / "leaves.py").write_text("raise SystemExit(7)")
    (tmp_path / "lazy.py").write_text("def __getattr__(name): raise ValueError(f'no {name}')")
    (tmp_path / "untold.py").write_text(UNTOLD)
    assert row["error"] in refused(*(word.replace("LONG", "a" * 300) for word in row["ask"]))


def test_command_for_a_shell_is_told_as_one_that_works(tmp_path: Path) -> None:
    piped = f"{FAULTY} | tee {shlex.quote(str(tmp_path / 'a log'))}"
    instead = shlex.split(says(2, "doctor", "--stdio", piped).partition("; say ")[2])
    assert main(["doctor", *instead]) == 0
    assert (tmp_path / "a log").read_text("utf-8").startswith('{"id"')
    quoted = (
        f"{shlex.quote(sys.executable)} -c 'import sys; raise SystemExit(len(sys.argv))' '|' \";\" "
        "a|b --x='a | b'"
    )
    assert "ended with exit code 5" in says(3, "doctor", "--stdio", quoted)


@pytest.mark.parametrize("option", ["--seed", "--steps", "--seconds", "--timeout"])
def test_odd_numbers_are_refused_in_few_words(option: str) -> None:
    for value in ("-1", "nan", "inf", "1e999", "9" * 5000, "٣", "1_0", ""):
        *_, error = says(2, "verify", "--python", MODEL, option, value).splitlines()
        assert f"error: argument {option}: " in error
        assert "; write " in error
        assert len(error) < 200


@pytest.mark.parametrize("option", ["--seconds", "--timeout"])
def test_no_time_at_all_is_refused(option: str) -> None:
    error = says(2, "verify", "--python", MODEL, option, "0")
    assert f"error: argument {option}: 0 is no time; write " in error


@pytest.mark.parametrize("place", ["nosuchhost.invalid:80", "a..b:80"])
def test_host_that_there_is_not_is_told(place: str) -> None:
    message = (
        f"translator-cmk: error: --http {place}: there is no such host here; write one such as "
        "127.0.0.1\n"
    )
    assert says(2, "serve", "--http", place) == message


def test_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = f"127.0.0.1:{server.getsockname()[1]}"
        run = subprocess.run(
            [*CLI, "serve", "--http", place],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert (run.returncode, run.stdout) == (3, "")
    assert run.stderr == f"translator-cmk: error: can't listen on {place}: Address already in use\n"


def test_time_that_is_up_at_once_still_makes_a_sequence(tmp_path: Path) -> None:
    found = verify(tmp_path, "--python", MODEL, "--lane", "fuzz", "--seconds", "0.001")
    assert (found.report["complete"], found.report["fuzz"]["sequences"]) == (True, 1)


def test_fuzzing_by_sequences_is_the_same_each_time_and_reported(tmp_path: Path) -> None:
    lane = ("--lane", "fuzz", "--sequences", "2")
    once = verify(tmp_path / "once", "--python", MODEL, *lane)
    again = verify(tmp_path / "again", "--python", MODEL, *lane)
    assert once.report["fuzz"]["commands"] == again.report["fuzz"]["commands"]
    assert once.report["fuzz"]["sequences"] == 2
    assert once.report["budgets"]["sequences"] == 2
    assert main(["report", "check", str(once.folder)]) == 0

    budgets = once.report["budgets"] | {"sequences": 3}
    (once.folder / "report.json").write_text(
        json.dumps(once.report | {"budgets": budgets}), "utf-8"
    )
    assert main(["report", "check", str(once.folder)]) == 1


def test_settle_may_take_longer_than_an_answer_over_http_too(tmp_path: Path) -> None:
    slowly = ("--python", "tests.systems.slow:SettlesSlowly")
    with started(*CLI, "serve", "--http", "0", *slowly) as url:
        found = verify(
            tmp_path, "--http", url, "--timeout", "1.2", "--lane", "features", "--case", GRANTED
        )
    assert (found.exit_code, found.status(GRANTED)) == (0, "passed")


# A kit that contradicts itself asks nothing, and one that is of no release says so

ROW = "revocation.undeploys"
ONLY = ("--lane", "features", "--topic", "vault")


def test_kit_without_one_of_its_rows_asks_nothing(tmp_path: Path) -> None:
    kit, report = copy_checkout(tmp_path, "model", "features", without=ROW), tmp_path / "report"
    ran = python(
        kit,
        *CLI[1:],
        "verify",
        "--stdio",
        shlex.join([*CLI, "serve", "--stdio"]),
        "--report",
        report,
    )
    assert (ran.returncode, ran.stdout, report.exists()) == (3, "", False)
    assert "the kit contradicts itself: its model does not demand" in ran.stderr


@pytest.mark.slow
def test_scenario_counts_exactly_where_the_profile_demands_it_and_otherwise_rests_on_silent_requirements() -> (
    None
):
    silent = silent_in("article", load_register())
    every = cases.scenarios("article", ())
    for case, pickle in every:
        assert case.scored == demanded_of_the_model(silent, pickle), case.id
    for case, pickle in [scenario for scenario in every if not scenario.case.scored][::5]:
        assert silent.issuperset(case.rests_on)
        assert not demanded_without(case.rests_on, pickle), case.id
        enough_alone = [name for name in case.rests_on if not demanded_without((name,), pickle)]
        assert enough_alone in ([], list(case.rests_on)), case.id


def badge(folder: Path) -> str:
    message: str = json.loads((folder / "badge.json").read_text("utf-8"))["message"]
    return message


NARROWED: dict[str, dict[str, Any]] = {
    "requirement keys.audit": {"selection": {"requirement": ["keys.audit"]}},
    "lanes features and tour": {"lanes": ["features", "tour"]},
    "tour of small": {"budgets": {"scopes": ["small"], "steps": STEPS, "seconds": SECONDS}},
    f"{STEPS - 1:,} steps of the tour": {
        "budgets": {"scopes": SCOPES, "steps": STEPS - 1, "seconds": SECONDS}
    },
    f"{SECONDS - 0.1:g} seconds of fuzzing": {
        "budgets": {"scopes": SCOPES, "steps": STEPS, "seconds": SECONDS - 0.1}
    },
    "without keys.audit": {"waived": ["keys.audit"]},
    "scenarios except keys.audit": {"selection": {"exclude": ["keys.audit"]}},
    "what failed in the run of 2026-11-30T10:00:00Z": {
        "selection": {"last_failed": ["2026-11-30T10:00:00Z"]}
    },
}


def test_whole_run_of_a_released_kit_is_green_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_json(tmp_path / f"{__version__}.json", freeze.freeze_now()._asdict())
    monkeypatch.setattr(freeze, "FROZEN", tmp_path)
    found = verify(tmp_path / "report", "--python", MODEL, *ONLY)
    assert found.report["released"]
    scored = found.report["counts"]["scored"]
    count = f"{scored['passed']} of {scored['total']} passed"
    assert f"profile article: {count} (only topic vault, lane features)\n" in found.printed
    assert badge(found.folder).startswith("◇ ")
    assert badge(found.folder).endswith(", only topic vault, lane features")
    whole = found.report | {
        "selection": {},
        "lanes": LANES[:3],
        "budgets": {"scopes": SCOPES, "steps": STEPS, "seconds": SECONDS},
    }
    assert (headline(whole), badge_of(whole).status) == ("conformant", Status.PASSED)
    for words, narrowed in NARROWED.items():
        assert headline(whole | narrowed) == f"{count} (only {words})"
        assert badge_of(whole | narrowed).status is Status.LIMITED
    some = whole | {"subject": whole["subject"] | {"levels": ["account"]}}
    assert headline(some) == "conformant (level account)"


# Known deviations are read from a file, in which each is about one thing; `verdicts.yaml` has what
# they do

WRONG = "tests.systems.mistaken:AnyRegion"
FAILS = "vault.same-region/no-key-of-a-vault-in-another-region-is-put-in-use/access-to-a-vault-in-another-region-api"
FAILS_TOO = FAILS.replace("-api", "-portal")


def test_deviation_of_what_fuzzing_finds_by_chance_is_never_stale(tmp_path: Path) -> None:
    known = tmp_path / "known.yaml"
    known.write_text(
        "[{case: fuzz/RotateKey, reason: r, issue: 'https://i.invalid/', expires: 2999-01-01}]",
        "utf-8",
    )
    found = fuzz(tmp_path, decides_in_fuzzing, "--python", MODEL, "--deviations", str(known))
    assert found.exit_code == 0


def written(found: Verified) -> tuple[str, str]:
    """What failed, once somebody has copied the list and written the reasons and the issues."""
    text = (found.folder / "deviations.yaml").read_text("utf-8")
    file = found.folder.with_name("known.yaml")
    file.write_text(
        text.replace("to be written", "by design").replace("example.invalid/", "example.com/7"),
        "utf-8",
    )
    return "--deviations", str(file)


def test_what_failed_is_written_down_to_begin_with_and_has_to_be_filled_in(tmp_path: Path) -> None:
    wrong = ("--python", WRONG, "--case", FAILS, "--case", FAILS_TOO)
    found = verify(tmp_path, *wrong)
    copy = shutil.copy(found.folder / "deviations.yaml", tmp_path / "copy.yaml")
    assert f"{copy}:3: the reason of {FAILS_TOO} is still 'to be written'; write one" in says(
        2, "verify", *wrong, "--deviations", str(copy)
    )
    found = verify(tmp_path, *wrong, *written(found))
    counts = found.report["counts"]["scored"]
    assert (found.exit_code, counts["known"]) == (0, 2)
    assert f": {counts['passed']} passed, 2 known (only 2 scenarios" in found.printed
    assert (
        yaml.safe_load((found.folder / "deviations.yaml").read_text("utf-8")) == []
    )  # nothing else failed


@pytest.mark.parametrize("day", ["2999-01-01", "'2999-01-01'"])
def test_day_may_be_quoted(tmp_path: Path, day: str) -> None:
    file = tmp_path / "known.yaml"
    file.write_text(f"- {{case: {FAILS}, reason: r, issue: 'https://i/', expires: {day}}}", "utf-8")
    assert load_deviations(file)[0].expires == "2999-01-01"


@each_refused("deviations")
def test_malformed_file_is_told_in_one_line(
    tmp_path: Path, refused: Refused, text: str, says: str
) -> None:
    file = tmp_path / "known.yaml"
    file.write_text(text, "utf-8")
    assert f"{file}:{says}" in refused("--python", MODEL, "--deviations", str(file))


def test_file_that_is_none_is_told(tmp_path: Path, refused: Refused) -> None:
    assert f"{tmp_path}: can't be read: Is a directory" in refused(
        "--python", MODEL, "--deviations", str(tmp_path)
    )


def test_a_failure_shows_the_names_that_the_log_has(tmp_path: Path) -> None:
    found = verify(tmp_path, "--stdio", f"{FAULTY} GrantKeyAccess=own-words", *conftest.GRANTING)
    [sent] = re.findall(
        "^  sent as      (.*)$", found.case(conftest.GRANTING_ACCEPTED)["shown"], re.MULTILINE
    )
    names = sent.split(", ")
    assert any(name.startswith("kv-prod-") for name in names)
    for name in names:
        assert f'"{name}"' in messages_of(found.folder)
        assert name in (found.folder / "report.html").read_text("utf-8")
        assert name in found.printed


def test_help_fits_one_screen() -> None:
    lines = says(0, "verify", "--help").splitlines()
    assert len(lines) <= 50
    options = lines[: lines.index("exit codes:")]
    assert max(map(len, options)) <= 80
