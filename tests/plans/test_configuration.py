"""What the configuration in a plan says is named: why something changes, and that only tags do."""

from pathlib import Path
from typing import Any

from tests.plans import builder as b
from tests.plans.test_cases import (
    P,
    T,
    azapi,
    plan_with,
    report,
)
from translator_cmk.plans.words import why_in_words

AZAPI = "azapi_resource.t"

# What is changed


def test_a_change_of_tags_alone_is_told_as_such(tmp_path: Path) -> None:
    kind = "Microsoft.CognitiveServices/accounts@2025-06-01"
    before = {**azapi(b.arm_account(key="cmk"), kind), "tags": {}, "output": {}}

    def told(**after: Any) -> str:
        plan = plan_with(without=T)
        plan.update(AZAPI, before, {**before, **after})
        [change] = report(plan, tmp_path).quiet
        return why_in_words(change)

    tags = {"a": "b"}
    assert "tags only" in told(tags=tags, output=b.UNKNOWN)
    assert "tags only" in told(tags=tags)
    assert told(tags=tags, location="northeurope") == ""
    assert told(tags=tags, retry=b.UNKNOWN) == ""
    assert told(tags=tags, body={**before["body"], "more": b.UNKNOWN}) == ""
    assert told(retry={"a": "b"}) == ""


def test_a_policy_that_is_forced_by_a_change_of_tags_says_so(tmp_path: Path) -> None:
    kind = "Microsoft.CognitiveServices/accounts@2025-06-01"
    before = {**azapi(b.arm_account(key="cmk"), kind), "tags": {}}
    plan = plan_with(without=f"{T} {P}")
    plan.update(AZAPI, before, {**before, "tags": {"a": "b"}, "output": b.UNKNOWN})
    refers = {"object_id": f"{AZAPI}.output.identity.principalId"}
    plan.replace(P, b.policy(), b.policy(b.UNKNOWN, id=b.UNKNOWN), refers=refers)
    plan.changes[-1]["change"]["replace_paths"] = [["object_id"]]
    [finding] = report(plan, tmp_path).findings
    assert f"{AZAPI} is changed: tags only" in why_in_words(finding)
