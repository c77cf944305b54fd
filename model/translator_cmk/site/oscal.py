"""The command `translator-cmk oscal`: requirements, controls and a run as NIST OSCAL, for
compliance tools.

The component definition says which requirements bear on which controls of *Obligations*.  The
assessment results say what one run showed.  Equal reports give equal files: each UUID follows from
ids, each time from the report.
"""

import argparse
import hashlib
import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from .. import __version__
from ..bdd.feature_files import pickles
from ..conformance.cases import CaseEntry
from ..conformance.model_answers import could_be_the_models
from ..conformance.recheck import must_have_said_hello, problems_of
from ..conformance.report.by_requirement import by_requirement, verdict
from ..conformance.report.by_requirement import cell as cell_of
from ..conformance.report.folder import ENVELOPE, MESSAGES
from ..conformance.report.reading import read
from ..conformance.report.wording import counted, headline, is_called_the_model, message_of, product
from ..errors import HARNESS, OK, CommandError
from ..escaping import plain
from ..files import write_json
from ..requirements import Register, Requirement, load_register
from ..requirements.consequences import Consequence, load_consequences
from ..verdict import HAS_FAILED, Status
from .sourced import cell, data, sources

VERSION = "1.2.1"
"""Of OSCAL: the newest that compliance-trestle 5.2 reads.  1.2.2 and 1.2.3 change nothing in these
two models.
"""

OURS = "urn:translator-cmk:oscal"
"""The namespace of our own properties."""

RULES = "https://oscal-compass.github.io/compliance-trestle/schemas/oscal"
"""The namespace in which compliance-trestle finds the rules behind a control: here a requirement is
a rule.
"""

COMPONENTS, RESULTS = "component-definition.json", "assessment-results.json"
READINGS = {"supports": "Supported", "partly": "Partly supported"}
"""The readings of a control that is addressed at all, in words."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `oscal`."""
    parser.add_argument(
        "results", metavar="DIR", type=Path, help="report of verify or pytest --results"
    )
    parser.add_argument(
        "--output",
        metavar="DIR",
        type=Path,
        default=Path("oscal"),
        help="where to write (default: oscal)",
    )


def run(args: argparse.Namespace) -> int:
    """Write both documents of a report that follows from its log; raises `CommandError`."""
    envelope = read(args.results)
    must_have_said_hello(args.results, envelope)
    for problem in problems_of(args.results, envelope)[0][:1]:
        raise CommandError(
            f"{args.results}: {problem}; translator-cmk report check lists all; nothing was written"
        )
    if could_be_the_models(args.results, envelope):
        raise CommandError(
            f"{args.results}: every answer in its log is the model's, so it shows nothing of "
            f"{product(envelope)}; run more scenarios; nothing was written"
        )
    if args.output.resolve().is_relative_to(args.results.resolve()):
        raise CommandError(
            f"--output {args.output}: a report has no other files than its own; name another folder"
        )
    try:
        args.output.mkdir(parents=True, exist_ok=True)
        evidence = Path(os.path.relpath(args.results.resolve(), args.output.resolve())).as_posix()
        digest = hashlib.sha256((args.results / ENVELOPE).read_bytes()).hexdigest()
        register = load_register(revision=envelope["register"]["article"])
        definition = component_definition(register, envelope["finished"])
        results = assessment_results(register, envelope, digest, evidence)
        write_json(args.output / COMPONENTS, definition)
        write_json(args.output / RESULTS, results)
    except OSError as error:
        raise CommandError(
            f"{args.output}: can't be written: {error.strerror or error}", HARNESS
        ) from None
    [result] = results["assessment-results"]["results"]
    found = result.get("findings", [])
    met = sum(each["target"]["status"]["state"] == "satisfied" for each in found)
    print(
        f"{args.output}: {COMPONENTS} and {RESULTS}, {met} of {len(found)} requirements satisfied"
    )
    return OK


# Parts of both documents


def uid(*names: str) -> str:
    """Return the UUID of what these names identify."""
    return str(uuid5(uuid5(NAMESPACE_URL, OURS), "\n".join(names)))


def prop(name: str, value: str, ns: str = OURS, **more: str) -> dict[str, str]:
    """Return a property; without the namespace its name would be one of OSCAL's own."""
    return {"name": name, "ns": ns, "value": plain(value), **more}


def rules(names: Iterable[str]) -> list[dict[str, str]]:
    """Return a property for each of the requirements."""
    return [prop("Rule_Id", name, RULES) for name in names]


def document(kind: str, title: str, modified: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document, without what is empty, under a UUID that changes with it, as OSCAL
    asks.
    """
    metadata = {
        "title": title,
        "last-modified": modified,
        "version": __version__,
        "oscal-version": VERSION,
    }
    filled = {"metadata": metadata, **without_empty(content)}
    digest = hashlib.sha256(json.dumps(filled, sort_keys=True).encode()).hexdigest()
    return {kind: {"uuid": uid(kind, digest), **filled}}


def without_empty(value: Any) -> Any:
    """Return the value without empty lists and objects, which OSCAL does not allow."""
    if isinstance(value, Mapping):
        return {
            name: kept
            for name, each in value.items()
            if (kept := without_empty(each)) not in ([], {})
        }
    return [without_empty(each) for each in value] if isinstance(value, list) else value


# The component definition


def addressed() -> list[dict[str, Any]]:
    """Return the controls of *Obligations* that the requirements serve at all, each with its
    framework and its UUID.
    """
    return [
        {**each, "framework": of["framework"], "uuid": uid("control", of["framework"], each["id"])}
        for of in data("decide")["frameworks"]
        for each in of["controls"]
        if each["reading"] in READINGS
    ]


def control_id(name: str) -> str:
    """Return the id of a control as OSCAL catalogs write it, such as `sc-12.1` for SC-12(1)."""
    found = re.sub(r"[^a-z0-9.]+", "-", re.sub(r"\(([0-9]+)\)", r".\1", name.lower())).strip("-")
    return found if found[0].isalpha() else f"_{found}"


def without_links(text: str) -> str:
    """Return a text of a page without its links, which lead nowhere outside the site."""
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", " ".join(text.split()))


def component_definition(register: Register, modified: str) -> dict[str, Any]:
    """Return the requirements as rules of one service, and the controls that they bear on."""
    title = "Customer-managed keys of Azure AI Translator"
    component = {
        "uuid": uid("component"),
        "type": "service",
        "title": title,
        "description": f"What {register.article.title} (revision of {register.article.revision}) "
        "says of them. Each rule is a requirement. Its basis says whether the article states it, "
        "implies it, takes it for granted, or we assume it. Nothing here was observed on Azure.",
        "props": [*rule_props(register), *consequence_props()],
        "control-implementations": [implementation(each) for each in data("decide")["frameworks"]],
    }
    content = {"components": [component], "back-matter": {"resources": sources_of_controls()}}
    return document(
        "component-definition", f"{title}: controls and requirements", modified, content
    )


def rule_props(register: Register) -> Iterator[dict[str, str]]:
    """Yield the id, the title and the basis of each requirement, by which it is a rule."""
    for each in register.values():
        yield prop("Rule_Id", each.id, RULES, remarks=each.id)
        yield prop("Rule_Description", each.title, RULES, remarks=each.id)
        yield prop("basis", each.basis, OURS, remarks=each.id)


def sources_of_controls() -> list[dict[str, Any]]:
    """Return each source by which a control that is addressed is told, once."""
    used: dict[str, None] = {}
    for each in addressed():
        used.update(dict.fromkeys(cell(each["asks"]).sources))
    found = []
    for name in used:
        source = sources()[name]
        found.append(
            {
                "uuid": uid("source", name),
                "title": source.title,
                "description": f"Read on {source.read}.",
                "rlinks": [{"href": source.url}],
            }
        )
    return found


def consequence_props() -> Iterator[dict[str, str]]:
    """Yield what becomes of each thing with each event, with what the article says of it."""
    for event in load_consequences().events.values():
        for row in event.at_once.values():
            yield consequence_prop(event.event, row)
        for row in event.afterwards.values():
            yield consequence_prop(f"{event.event}, after its remedies", row)


def consequence_prop(event: str, row: Consequence) -> dict[str, str]:
    """Return one consequence; its class is its basis."""
    cited = ", ".join((*row.statements, *row.requirements))
    value = f"{event}: {row.loss} {row.fate}"
    return {**prop("consequence", value, remarks=cited), "class": row.basis}


def implementation(of: Mapping[str, Any]) -> dict[str, Any]:
    """Return what supports the controls of a framework; one that is not addressed is only
    described.
    """
    framework, controls = of["framework"], of["controls"]
    missing = [
        f"Not addressed: {each['id']}. {without_links(each['why'])}"
        for each in controls
        if each["reading"] not in READINGS
    ]
    return {
        "uuid": uid("framework", framework),
        "source": f"#{uid('source', cell(controls[0]['asks']).sources[0])}",
        "description": " ".join(
            [f"{framework}, as the authors of translator-cmk read it; not a score.", *missing]
        ),
        "props": [prop("framework", framework)],
        "implemented-requirements": [
            {
                "uuid": each["uuid"],
                "control-id": control_id(each["id"]),
                "description": f"{READINGS[each['reading']]}. {without_links(each['why'])}",
                "props": [
                    prop("label", each["id"]),
                    prop("reading", each["reading"]),
                    *rules(each["requirements"]),
                ],
                "links": [
                    {"href": f"#{uid('source', name)}", "rel": "reference"}
                    for name in cell(each["asks"]).sources
                ],
                "remarks": f"The control in our words: {without_links(cell(each['asks']).text)}",
            }
            for each in addressed()
            if each["framework"] == framework
        ],
    }


# The assessment results


def assessment_results(
    register: Register, envelope: Mapping[str, Any], run: str, evidence: str
) -> dict[str, Any]:
    """Return what a run showed: an observation for each case that was tried, a finding for each
    requirement of these.

    ``run``: the digest of its envelope; ``evidence``: the folder of the report, from that of the
    results.
    """
    counting = by_requirement(
        [case for case in envelope["cases"] if case["scored"] and applies(case)]
    )
    were_run = {case["id"] for case in envelope["cases"]}
    findings = []
    for name, requirement in register.items():
        if name in counting:
            is_whole = were_run.issuperset(scenarios_of(name))
            findings.append(finding(run, requirement, counting[name], is_whole))
    subject = subject_of(run, envelope)
    observations = []
    for case in envelope["cases"]:
        if case["status"] not in (Status.NOT_RUN, Status.NOT_APPLICABLE):
            observations.append(observation(run, case, envelope["finished"]))
    made = ("profile", "transport", "digest", "seed", "exit_code")
    result = {
        "uuid": uid(run, "result"),
        "title": f"{product(envelope)}: {headline(envelope)}",
        "description": f"{counted(envelope['counts']['scored'])}. A requirement without a finding "
        f"was not tried. {subject['description']}",
        "start": envelope["started"],
        "end": envelope["finished"],
        "props": [prop(name.replace("_", "-"), str(envelope[name])) for name in made],
        "local-definitions": {"components": [subject]},
        "reviewed-controls": reviewed([each["target"]["target-id"] for each in findings]),
        "observations": observations,
        "findings": findings,
    }
    resources = files_of_the_report(run, envelope, evidence)
    plan = {
        "href": f"#{uid(run, ENVELOPE)}",
        "remarks": "How the run was made stands in its report.",
    }
    content = {"import-ap": plan, "results": [result], "back-matter": {"resources": resources}}
    return document(
        "assessment-results", "What a run of translator-cmk showed", envelope["finished"], content
    )


def subject_of(run: str, envelope: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was tested."""
    description = "The system under test, by the name that it gave itself."
    if is_called_the_model(envelope):
        description = "The model of the specification itself. Nothing was observed on Azure."
    return {
        "uuid": uid(run, "subject"),
        "type": "software",
        "title": product(envelope),
        "description": description,
        "status": {"state": "other"},
    }


def files_of_the_report(
    run: str, envelope: Mapping[str, Any], evidence: str
) -> list[dict[str, Any]]:
    """Return the files of a report that are evidence, each with its digest."""
    digests = {ENVELOPE: run, MESSAGES: envelope.get("files", {}).get(MESSAGES)}
    found = []
    for name, digest in digests.items():
        if digest:
            hashes = [{"algorithm": "SHA-256", "value": digest}]
            found.append(
                {
                    "uuid": uid(run, name),
                    "title": name,
                    "description": "A file of the report.",
                    "rlinks": [{"href": f"{evidence}/{name}", "hashes": hashes}],
                }
            )
    return found


def applies(case: CaseEntry) -> bool:
    return bool(case["status"] != Status.NOT_APPLICABLE)


def scenarios_of(requirement: str) -> Iterator[str]:
    """Yield the id of each scenario that says something of a requirement."""
    for pickle in pickles():
        if requirement in pickle.requirements:
            yield pickle.id


def reviewed(names: Collection[str]) -> dict[str, Any]:
    """Return the requirements that were tried, and the controls that they bear on."""
    ids = [
        control_id(each["id"])
        for each in addressed()
        if not set(names).isdisjoint(each["requirements"])
    ]
    objectives = [{"objective-id": each} for each in names]
    return {
        "control-selections": [
            {
                "description": "Those that they bear on.",
                "include-controls": [{"control-id": each} for each in ids],
            }
        ],
        "control-objective-selections": [{"include-objectives": objectives}] if objectives else [],
    }


def observation(run: str, case: Mapping[str, Any], when: str) -> dict[str, Any]:
    """Return what was seen in one case."""
    place = [prop("place", f"{case['feature']}:{case['line']}")] if "feature" in case else []
    names = dict.fromkeys((*case["requirements"], *case.get("attributed_to", ())))
    return {
        "uuid": uid(run, "case", case["id"]),
        "title": plain(case.get("name", case["id"])),
        "description": "Passed." if case["status"] == Status.PASSED else message_of(case),
        "props": [prop("case", case["id"]), prop("status", case["status"]), *place, *rules(names)],
        "methods": ["TEST"],
        "types": ["control-objective"],
        "subjects": [{"subject-uuid": uid(run, "subject"), "type": "component"}],
        "relevant-evidence": [
            {"href": f"#{uid(run, ENVELOPE)}", "description": "The report of the run."}
        ],
        "collected": when,
    }


def finding(
    run: str, requirement: Requirement, cases: Sequence[CaseEntry], is_whole: bool
) -> dict[str, Any]:
    """Return the finding on a requirement: satisfied only where each case that counts passed, and
    all of its scenarios were selected.
    """
    about = [each for each in addressed() if requirement.id in each["requirements"]]
    return {
        "uuid": uid(run, "finding", requirement.id),
        "title": requirement.title,
        "description": requirement.wording,
        "props": [*rules([requirement.id]), prop("basis", requirement.basis)],
        "links": [
            {"href": f"{COMPONENTS}#{each['uuid']}", "rel": "related", "text": each["id"]}
            for each in about
        ],
        "target": {
            "type": "objective-id",
            "target-id": requirement.id,
            "status": objective_status(verdict(cell_of(requirement, cases)), is_whole),
        },
        "related-observations": [
            {"observation-uuid": uid(run, "case", each["id"])}
            for each in cases
            if each["status"] != Status.NOT_RUN
        ],
    }


def objective_status(status: Status, is_whole: bool) -> dict[str, str]:
    """Return the status of a requirement in a report as OSCAL has it."""
    if status in HAS_FAILED:
        return {"state": "not-satisfied", "reason": "fail"}
    if not is_whole:
        remarks = "Not all of its scenarios were selected."
        return {"state": "not-satisfied", "reason": "other", "remarks": remarks}
    if status is Status.PASSED:
        return {"state": "satisfied", "reason": "pass"}
    return {"state": "not-satisfied", "reason": "other"}
