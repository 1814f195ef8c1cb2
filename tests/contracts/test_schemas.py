"""The published schemas are current, and a change that breaks a reader is refused."""

import copy
import json

import pytest
from jsonschema import Draft202012Validator

from contracts import generate
from contracts.topics import TOPICS


def test_published_documents_are_current() -> None:
    assert generate.stale() == [], "run 'make schemas'"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda t: t.name)
def test_schemas_are_valid_json_schema(topic) -> None:
    Draft202012Validator.check_schema(generate.documents()[f"{topic.name}.json"])


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = generate.documents()["asyncapi.json"]

    def references(node):
        if isinstance(node, dict):
            if "$ref" in node:
                yield node["$ref"]
            for child in node.values():
                yield from references(child)

    found = list(references(document))
    assert found
    for reference in found:
        if reference.startswith("#/"):
            node = document
            for step in reference[2:].split("/"):
                node = node[step]
        else:
            assert (generate.FOLDER / reference).exists()


def published(name: str = "case.routed.v1.json") -> dict:
    return json.loads((generate.FOLDER / name).read_text("utf-8"))


def remove_field(schema):
    del schema["properties"]["why"]


def require_field(schema):
    schema["required"] = [*schema["required"], "attempt"]


def change_type(schema):
    schema["properties"]["attempt"]["type"] = "string"


def change_inner_type(schema):
    schema["$defs"]["Matter"]["properties"]["number"]["type"] = "integer"


def add_enum_member(schema):
    schema["$defs"]["Colour"]["enum"].append("purple")


def drop_definition(schema):
    del schema["$defs"]["Assignment"]


@pytest.mark.parametrize(
    "change", [remove_field, require_field, change_type, change_inner_type, add_enum_member, drop_definition]
)
def test_a_breaking_change_is_refused(change) -> None:
    old, new = published(), copy.deepcopy(published())
    change(new)
    assert generate.breaks(old, new)


def test_a_new_optional_field_is_welcome() -> None:
    old, new = published(), copy.deepcopy(published())
    new["properties"]["extra"] = {"type": "string", "default": ""}
    assert generate.breaks(old, new) == []


def test_a_refused_change_leaves_the_file_alone(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(generate, "FOLDER", tmp_path)
    old = copy.deepcopy(generate.documents()["case.routed.v1.json"])
    old["properties"]["vanished"] = {"type": "string"}
    (tmp_path / "case.routed.v1.json").write_text(json.dumps(old), "utf-8")
    with pytest.raises(SystemExit, match="vanished is gone"):
        generate.main()
    assert "vanished" in (tmp_path / "case.routed.v1.json").read_text("utf-8")
