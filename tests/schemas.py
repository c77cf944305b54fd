"""A validator of each published schema; they refer to one another."""

from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from translator_cmk.conformance.report.envelope import report_schemas
from translator_cmk.language import schemas

EVERY = schemas() | report_schemas()
REGISTRY: Any = Registry().with_resources((each["$id"], Resource.from_contents(each)) for each in EVERY.values())
VALID = {name: Draft202012Validator(each, registry=REGISTRY) for name, each in EVERY.items()}
