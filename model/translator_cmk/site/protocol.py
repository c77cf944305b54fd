"""Give the protocol page a session of the model and the words for each field, and publish the schemas as files."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..conformance.channels.answering import Answering
from ..conformance.report.envelope import report_schemas
from ..language import PROTOCOL, schemas, stage_to_wire
from ..language.shapes import A_NAME, LOCAL_NAME, REQUIREMENT, TOKEN
from ..machine import DEFAULT_STAGE
from ..system import ModelSystem

FOLDER = "data/protocol"

ASKED: tuple[dict[str, Any], ...] = (
    {"verb": "hello", "protocol": PROTOCOL, "kit": "0.1.0"},
    {"verb": "reset", "stage": stage_to_wire(DEFAULT_STAGE)},
    {
        "verb": "submit",
        "command": {
            "command": "CreateVault",
            "vault": "vault-k3x1",
            "region": "westeurope",
            "subscription": "production",
            "group": "apps-k3x1",
            "soft_delete": True,
            "purge_protection": True,
            "permission_model": "access-policies",
        },
    },
    {"verb": "submit", "command": {"command": "PurgeVault", "vault": "vault-k3x1"}},
    {"verb": "observe"},
    {"verb": "bye"},
)

FORMS = {
    str(shape.schema()["pattern"]): shape.form.partition(",")[0].partition(":")[0]
    for shape in (A_NAME, LOCAL_NAME, REQUIREMENT, TOKEN)
}
"""A text of this pattern in words."""


def a_session() -> list[dict[str, Any]]:
    """Return requests, each followed by the answer of the model."""
    answering = Answering(ModelSystem)
    messages: list[dict[str, Any]] = []
    session: dict[str, Any] = {}
    for number, asked in enumerate(ASKED, start=1):
        request = {"id": f"r{number}"} | asked | session
        answer = answering.answer(request)
        if "session" in answer:  # drawn by chance, so another name is shown
            session = {"session": answer["session"]}
        messages += [request, answer]
    return [message | {"session": "s1"} if "session" in message else message for message in messages]


def protocol_files() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each schema with its path."""
    for name, schema in (schemas() | report_schemas()).items():
        yield f"{FOLDER}/{name}.schema.json", schema
