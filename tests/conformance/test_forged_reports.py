"""A report that was edited, with all that follows from the edit made to fit, is found out."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.bdd import wrong_systems
from tests.conformance import slow_systems
from tests.conformance.forging import Forgery
from tests.conformance.verifying import Verified, decides_in_fuzzing, fuzz, verify
from translator_cmk.cli import main
from translator_cmk.conformance.report.summaries import Platform, files_of

WRONG = f"{wrong_systems.__name__}:LosesNothing"
FAILS = "revocation.access-revoked/revoked-access"
FAILS_TOO = "revocation.undeploys/a-deployed-model-when-the-key-gets-out-of-reach"
SOME = ("--case", FAILS, "--case", FAILS_TOO, "--case", "environment.create-vault/a-new-vault")
TOUR = ("--scope", "losing-the-key", "--steps", "110")
LANES = ("--lane", "features", "--lane", "tour")
DELETED = "tour/DisableIdentity"

Edit = Callable[[Forgery], Path]


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """The report on a system that is wrong about one thing."""
    return fuzz(tmp_path_factory.mktemp("wrong"), decides_in_fuzzing, "--python", WRONG, *LANES, *TOUR, *SOME)


@pytest.fixture(scope="module")
def wrong_in_features(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """Run scenarios alone on that system: a report that is checked in a tenth of the time."""
    return verify(tmp_path_factory.mktemp("features"), "--python", WRONG, "--lane", "features", *SOME)


def of_tour(forgery: Forgery) -> list[tuple[int, int]]:
    """The worlds of the tour, and those in which something shorter was looked for."""
    cases = {begin: forgery.log[begin]["case"] for begin, _ in forgery.worlds()}
    until = next((begin for begin, case in cases.items() if case == "fuzz"), len(forgery.log))
    return [each for each in forgery.worlds() if each[0] < until and cases[each[0]] in ("tour", "shrinking")]


def sequences_of_tour(forgery: Forgery) -> list[tuple[int, int]]:
    """The sequences that the tour asks for, but for those that are asked to shorten one."""
    return [each for each in of_tour(forgery) if forgery.log[each[0]]["case"] == "tour"]


def without_failures_of_the_tour(forgery: Forgery) -> Path:
    """Take out what failed in the tour, and what shows it."""
    worlds = of_tour(forgery)
    more = [number for number, (begin, _) in enumerate(worlds) if forgery.log[begin]["case"] == "shrinking"]
    last = max(more) + 1
    forgery.take_out(worlds[: last + last % 2])
    forgery.renumber()
    for file in (forgery.folder / "counterexamples").glob("*-tour-*"):
        file.unlink()
    let_pass(forgery)
    return without_idle_commands(forgery).write()


def without_end_of_the_tour(forgery: Forgery) -> Path:
    """Take out the last sequences, and each command that nothing shows any more."""
    forgery.take_out(sequences_of_tour(forgery)[-2:])
    forgery.renumber()
    return without_idle_commands(forgery).write()


def without_idle_commands(forgery: Forgery) -> Forgery:
    """Drop the case of each command that no sequence of the tour asks for any more."""
    requests = [entry["request"] for entry in forgery.log if entry["case"] == "tour" and "request" in entry]
    asked = {f"tour/{request['command']['command']}" for request in requests if request["verb"] == "submit"}
    for case in [case["id"] for case in forgery.envelope["cases"] if case["lane"] == "tour"]:
        if case not in asked:
            forgery.drop(case)
    return forgery


def without_undecided_commands(forgery: Forgery) -> Path:
    """Take out the cases of the commands that were never compared."""
    tour = (case for case in forgery.envelope["cases"] if case["lane"] == "tour")
    for case in [each["id"] for each in tour if each["status"] == "not-run"]:
        forgery.drop(case)
    return forgery.write()


def without_failing_scenario(forgery: Forgery) -> Path:
    """Take out the scenarios that failed."""
    failed = (FAILS, FAILS_TOO)
    forgery.take_out(each for each in forgery.worlds() if forgery.log[each[0]]["case"] in failed)
    forgery.renumber()
    for case in failed:
        forgery.drop(case)
    return forgery.write()


def with_another_selection(forgery: Forgery) -> Path:
    """Take out a scenario that failed, and select the others."""
    forgery.take_out(each for each in forgery.worlds() if forgery.log[each[0]]["case"] == FAILS)
    forgery.drop(FAILS)
    cases = [case["id"] for case in forgery.envelope["cases"] if case["lane"] == "features"]
    forgery.envelope["selection"] = {"case": cases}
    return forgery.write()


def with_known_failure(forgery: Forgery) -> Path:
    """Call a failure known."""
    for case in forgery.envelope["cases"]:
        if case["id"] == FAILS:
            case |= {"status": "known", "known": "we know (https://example.invalid/)"}
    return forgery.write()


def let_pass(forgery: Forgery) -> None:
    """Call the command of the tour that failed passed."""
    failed = next(case for case in forgery.envelope["cases"] if case["id"] == DELETED)
    for name in ("reason", "attributed_to", "shown"):
        del failed[name]
    failed["status"] = "passed"


def left_out_of_tour(forgery: Forgery) -> Path:
    """Say that a sequence of the tour was left out, since the log is so large."""
    begin, end = sequences_of_tour(forgery)[-1]
    counts = {"sequences": 1, "lost_track": 0, "commands": 1, "compared": {}, "failed": []}
    forgery.log[begin:end] = [{"at": 0, "case": "tour", "left_out": counts}]
    return without_idle_commands(forgery).write()


def interrupted(forgery: Forgery) -> Forgery:
    """Make it a report on a run that was interrupted once its scenarios were played."""
    envelope, begun = forgery.envelope, {case["id"] for case in forgery.envelope["cases"] if case["lane"] == "features"}
    forgery.take_out(each for each in forgery.worlds() if forgery.log[each[0]]["case"] not in begun)
    forgery.log.pop()  # no farewell
    for case in [case["id"] for case in envelope["cases"] if case["id"] not in begun]:
        forgery.drop(case)
    del envelope["tour"], envelope["fuzz"]
    envelope |= {"complete": False, "trouble": "interrupted by SIGINT"}
    for file in (forgery.folder / "counterexamples").iterdir():
        file.unlink()
    return forgery


def interrupted_without_failing_scenarios(forgery: Forgery) -> Path:
    """Take out the scenarios that failed, and say that they were not reached."""
    failed = (FAILS, FAILS_TOO)
    interrupted(forgery).take_out(each for each in forgery.worlds() if forgery.log[each[0]]["case"] in failed)
    forgery.renumber()
    for case in forgery.envelope["cases"]:
        if case["id"] in failed:
            for name in ("attributed_to", "shown", "step"):
                del case[name]
            case |= {"status": "not-run", "reason": "not reached", "seconds": 0.0}
    return forgery.write()


def interrupted_with_more_hellos(forgery: Forgery) -> Path:
    """Likewise, with so many sessions that each scenario that is missing may be the last of one."""
    failed = (FAILS, FAILS_TOO)
    interrupted(forgery).take_out(each for each in forgery.worlds() if forgery.log[each[0]]["case"] in failed)
    forgery.renumber()
    hello = next(each for each in forgery.log if each.get("request", {}).get("verb") == "hello")
    forgery.log[1:1] = [hello | {"session": number} for number in (1, 2, 3)]
    return forgery.derive()


def without_the_end_of_a_scenario(forgery: Forgery) -> Path:
    """Take out the last message of a scenario that failed, which is then undecided."""
    (end,) = (end for begin, end in forgery.worlds() if forgery.log[begin]["case"] == FAILS)
    del forgery.log[max(number for number in range(end) if "request" in forgery.log[number])]
    return forgery.derive()


def without_a_second_asking(forgery: Forgery) -> Path:
    """Take out whatever shows that a failure comes again."""
    forgery.take_out(each for each in forgery.worlds() if forgery.log[each[0]]["case"] == "shrinking")
    forgery.renumber()
    return forgery.derive()


def with_much_left_out(forgery: Forgery) -> Path:
    """Say that the lane fuzz did far more than the log has."""
    counts = {"sequences": 10**6, "lost_track": 0, "commands": 10**7, "compared": {"CreateVault": 10**6}, "failed": []}
    forgery.log.insert(len(forgery.log) - 1, {"at": 1, "case": "fuzz", "left_out": counts})
    return forgery.derive()


def with_windows(forgery: Forgery) -> Path:
    """Let the system have declared that what it never did takes a day."""
    hello = next(each for each in forgery.log if each.get("request", {}).get("verb") == "hello")
    hello["answer"]["windows"] = forgery.envelope["subject"]["windows"] = {"RevokeKeyAccess": 86_400}
    return forgery.derive()


def with_deviations(*changed: dict[str, Any]) -> Edit:
    """Know of what failed, in entries that were changed so."""

    def edit(forgery: Forgery) -> Path:
        entry = {"requirement": "", "case": FAILS, "reason": "We know.", "issue": "https://example.invalid/"}
        entries = [entry | {"expires": "2999-01-01", "line": 2} | each for each in changed]
        forgery.envelope["deviations"] = entries
        return forgery.write(follows=False)

    return edit


def with_failures_at_the_end(forgery: Forgery) -> Path:
    """Let whoever reads the report see first what passed."""
    forgery.envelope["cases"].sort(key=lambda case: case["status"] == "failed")
    return forgery.write(follows=False)


def without_hello(forgery: Forgery) -> Path:
    """Take out what the system said of itself."""
    forgery.log = [each for each in forgery.log if each.get("request", {}).get("verb") != "hello"]
    return forgery.write()


def without_digests(forgery: Forgery) -> Path:
    """Take out the digests, and change a file."""
    del forgery.envelope["files"]
    folder = forgery.write()
    (folder / "counterexamples" / "01-tour-Nothing.json").write_text("{}")
    return folder


def fewer_messages(forgery: Forgery) -> Path:
    """Let the verdicts rest on less than there is: the last sequence is none of theirs."""
    whole = list(forgery.log)
    forgery.take_out(forgery.worlds()[-1:])
    forgery.write()
    text = "".join(json.dumps(entry, separators=(",", ":")) + "\n" for entry in [*forgery.log, *whole[-3:]])
    (forgery.folder / "messages.ndjson").write_text(text, "utf-8", newline="\n")
    return forgery.sign()


def file(name: str, change: Callable[[bytes], bytes]) -> Edit:
    """Change a file that is made from the envelope, or add one."""

    def edit(forgery: Forgery) -> Path:
        path = forgery.folder / name
        path.write_bytes(change(path.read_bytes() if path.is_file() else b""))
        return forgery.sign()

    return edit


def field(*names: str, to: Any, made_anew: bool = True) -> Edit:
    """Change a field of the envelope, and make the other files from it anew where that can be done."""

    def edit(forgery: Forgery) -> Path:
        *outer, last = names
        inside: Any = forgery.envelope
        for name in outer:
            inside = inside[int(name) if isinstance(inside, list) else name]
        assert inside.get(last) != to
        inside[last] = to
        return forgery.write(follows=False) if made_anew else forgery.sign()

    return edit


def of_case(name: str, to: Any) -> Edit:
    """Change a field of the case that failed."""

    def edit(forgery: Forgery) -> Path:
        case = next(case for case in forgery.envelope["cases"] if case["id"] == FAILS)
        assert case[name] != to
        case[name] = to
        return forgery.write(follows=False)

    return edit


SUBJECT = "subject in report.json is not what the system declared: "
FORGERIES: dict[str, tuple[Edit, str]] = {
    "failures of the tour": (without_failures_of_the_tour, 'where {"case": "tour", "world": '),
    "end of the tour": (without_end_of_the_tour, "is due: worlds were taken out, or moved"),
    "commands of the tour": (without_undecided_commands, "tour/GrantKeyAccess: was not there, is not-run"),
    "scenarios": (without_failing_scenario, f"does not have {FAILS}, which this run asks for"),
    "scenarios before an interruption": (interrupted_without_failing_scenarios, f"does not have {FAILS}, which this"),
    "hellos before an interruption": (interrupted_with_more_hellos, f"does not have {FAILS}, which this run asks for"),
    "end of a scenario": (without_the_end_of_a_scenario, "nothing more is in the log where observe would be asked"),
    "second asking": (without_a_second_asking, "what failed over DisableIdentity was never asked again"),
    "much left out": (with_much_left_out, "counts stand for messages that no run leaves out"),
    "windows": (with_windows, "nothing more is in the log where settle would be asked"),
    "order": (with_failures_at_the_end, "the cases in report.json are in another order"),
    "twice known": (with_deviations({}, {}), "is there twice, and once at most in a file of known deviations"),
    "known for no reason": (with_deviations({"reason": " "}), "is no deviation that verify takes for known"),
    "known from nowhere": (with_deviations({"line": 0}), "is no deviation that verify takes for known"),
    "known somewhere": (with_deviations({"issue": "http://a b"}), "is no deviation that verify takes for known"),
    "known until": (with_deviations({"expires": "29990101"}), "is no deviation that verify takes for known"),
    "selection": (with_another_selection, "worlds were taken out, or moved"),
    "known": (with_known_failure, f"{FAILS}: was known, is failed"),
    "left out": (left_out_of_tour, "is due: worlds were taken out, or moved"),
    "hello": (without_hello, "nothing more is in the log where hello would be asked"),
    "digests": (without_digests, "report.json has no digests of the other files"),
    "messages": (fewer_messages, "its verdicts do not rest on all messages"),
    "page": (file("report.html", lambda text: text.replace(b"failed", b"passed")), "report.html does not say"),
    "page that is no text": (file("report.html", lambda text: b"\xff" + text), "report.html does not say"),
    "file": (file("certificate.html", lambda _: b"conformant"), "certificate.html is no file of this report"),
    "hidden file": (file(".certificate", lambda _: b"conformant"), ".certificate is no file of this report"),
    "counterexample": (
        file("counterexamples/01-tour-DisableIdentity.feature", lambda text: text.replace(b"Given", b"When")),
        "counterexamples/01-tour-DisableIdentity.feature is not what the message log shows",
    ),
    "more counterexamples": (
        file("counterexamples/77-tour-DisableIdentity.json", lambda _: b"{}"),
        "counterexamples/77-tour-DisableIdentity.json is no file of this report",
    ),
    "product": (field("subject", "product", to="another"), SUBJECT + 'product is "another", and was "loses nothing"'),
    "version": (field("subject", "version", to="2.0"), SUBJECT + "version"),
    "stage": (field("subject", "stage", "regions", to=["westeurope"]), SUBJECT + "stage"),
    "no subject": (field("subject", to=None), SUBJECT + 'product is null, and was "loses nothing"'),
    "register": (field("register", "requirements", to=90), "register in report.json is not what follows"),
    "kit": (field("kit", to="9.9"), "kit in report.json is not what follows"),
    "guarantee": (field("tour", "scopes", "0", "guarantee", to="All is well."), "tour in report.json is not what"),
    "steps": (field("tour", "steps", to=9_999), "tour in report.json is not what"),
    "budget of steps": (field("budgets", "steps", to=109), "nothing more is in the log where"),
    "no budgets": (field("budgets", to={}), "its budgets do not say steps, seconds, scopes, log_size"),
    "no scope": (field("budgets", "scopes", to=["all"]), "'all' is no scope of the tour"),
    "seconds": (field("budgets", "seconds", to=60.0), "fuzz in report.json is not what a complete run of 60 seconds"),
    "seed": (field("seed", to=2), "is due: worlds were taken out, or moved"),
    "what is shown": (of_case("shown", "It is nothing.\n"), f"{FAILS}: its shown was "),
    "step": (of_case("step", 0), f"{FAILS}: its step was 0"),
    "lanes": (field("lanes", to=["features", "tour"]), "'fuzz' is nothing that this run asks for"),
    "trouble": (field("trouble", to="none"), "trouble in report.json tells why a run ended early"),
    "transport": (field("transport", to="none"), "the transport is 'none', and the lanes are"),
    "no time": (
        field("started", to="2026-02-30T25:00:00Z", made_anew=False),
        "started is '2026-02-30T25:00:00Z', which is no time",
    ),
    "no scopes": (field("budgets", "scopes", to=[]), "its budgets name no scope"),
    "times": (field("finished", to="2001-01-01T00:00:00Z", made_anew=False), "before it started at 2"),
    "waiver": (field("waived", to=["environment.exists"]), "without it nothing is left to verify"),
}
IN_FEATURES = {
    "order",
    "selection",
    "scenarios",
    "known",
    "hello",
    "page",
    "page that is no text",
    "file",
    "hidden file",
    "product",
    "version",
    "stage",
    "no subject",
    "register",
    "kit",
    "what is shown",
    "step",
    "trouble",
}
"""What a report of scenarios alone has, too."""

KNOWN = {name for name in FORGERIES if name.startswith(("twice known", "known "))}
UNUSABLE = {"no budgets", "no scope", "no scopes", "transport", "no time", "times", "waiver"} | KNOWN
"""What no run writes, so that nothing can be derived from it."""


def test_report_is_confirmed_as_long_as_nobody_edits_it(wrong: Verified, tmp_path: Path) -> None:
    assert wrong.exit_code == 1
    assert wrong.status(DELETED) == wrong.status(FAILS) == "failed"
    assert main(["report", "check", str(Forgery(wrong.folder, tmp_path / "copy").write())]) == 0


def test_interrupted_report_is_confirmed_as_far_as_it_goes(wrong: Verified, tmp_path: Path) -> None:
    assert main(["report", "check", str(interrupted(Forgery(wrong.folder, tmp_path / "copy")).write())]) == 4


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_report_is_found_out(
    request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    report: Verified = request.getfixturevalue("wrong_in_features" if name in IN_FEATURES else "wrong")
    edit, told = FORGERIES[name]
    folder = edit(Forgery(report.folder, tmp_path / "forged"))
    code = main(["report", "check", str(folder)])
    output = capsys.readouterr()
    assert told in output.out + output.err
    assert code == (2 if name in UNUSABLE else 1)


def test_report_that_was_made_on_another_platform_is_confirmed(wrong: Verified, tmp_path: Path) -> None:
    forgery = Forgery(wrong.folder, tmp_path / "copy")
    elsewhere = Platform("3.14.1", "Windows", "AMD64")
    signed = {name: value for name, value in forgery.envelope.items() if name != "files"}
    for name, text in files_of(signed, elsewhere):
        (forgery.folder / name).write_text(text, "utf-8", newline="\n")
    assert '"Windows"' in (forgery.folder / "cucumber.ndjson").read_text("utf-8")
    assert main(["report", "check", str(forgery.sign())]) == 0


def test_wait_whose_last_looks_were_taken_out_is_found_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = "vault.access-policy/granting-access"
    found = verify(tmp_path, "--python", f"{slow_systems.__name__}:ChangesLate", "--lane", "features", "--case", case)
    assert found.status(case) == "failed"
    forgery = Forgery(found.folder, tmp_path / "forged")
    looks = [number for number, each in enumerate(forgery.log) if each.get("request", {}).get("verb") == "observe"]
    late = [number for number in looks if '"purge_protection": false' in json.dumps(forgery.log[number])]
    for number in reversed(late):
        del forgery.log[number]
    assert main(["report", "check", str(forgery.derive())]) == 1
    assert "nothing more is in the log where observe would be asked" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["report.json", "messages.ndjson", "cucumber.ndjson"])
def test_file_that_would_be_waited_for_is_refused(wrong: Verified, tmp_path: Path, name: str) -> None:
    folder = Forgery(wrong.folder, tmp_path / "forged").write()
    (folder / name).unlink()
    os.mkfifo(folder / name)
    assert main(["report", "check", str(folder)]) in (1, 2)
