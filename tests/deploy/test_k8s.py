"""The Kubernetes manifests fit their schemas, and each other."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from contracts import topics
from deploy.topics import MAX_BATCH_BYTES, TARGET, rendered, resource
from services.chassis.log import MAX_RECORD_BYTES
from services.chassis.settings import Settings

K8S = TARGET.parent
KUBERNETES = "1.31"  # the oldest version we promise to run on
OUTSIDE = {"topics.yaml", "secret.example.yaml"}  # for Strimzi's namespace; for the reader


def resources(path: Path) -> list[dict[str, Any]]:
    documents = [document for document in yaml.safe_load_all(path.read_text("utf-8")) if document]
    return [item for document in documents for item in document.get("items", [document])]


OURS = [
    resource
    for path in sorted(K8S.glob("*.yaml"))
    if path.name not in {"kustomization.yaml", "topics.yaml"}
    for resource in resources(path)
]


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [resource for resource in OURS if resource["kind"] == kind]


def name_of(resource: dict[str, Any]) -> str:
    return f"{resource['kind']}/{resource['metadata']['name']}"


@pytest.mark.parametrize("manifest", OURS, ids=name_of)
def test_a_manifest_fits_its_schema(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


def test_the_schemas_catch_a_slip() -> None:
    wrong = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"selektor": {}}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, KUBERNETES, strict=True)


def test_every_file_is_part_of_the_whole() -> None:
    listed = set(yaml.safe_load((K8S / "kustomization.yaml").read_text("utf-8"))["resources"])
    assert listed == {path.name for path in K8S.glob("*.yaml")} - OUTSIDE - {"kustomization.yaml"}


@pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl on this machine")
def test_kustomize_builds_the_same_resources() -> None:
    built = subprocess.run(["kubectl", "kustomize", K8S], capture_output=True, text=True, check=True).stdout
    kinds = [document["kind"] for document in yaml.safe_load_all(built)]
    applied = [item for name in _listed() for item in resources(K8S / name)]
    assert sorted(kinds) == sorted(["ConfigMap", *(item["kind"] for item in applied)])


def _listed() -> list[str]:
    listed: list[str] = yaml.safe_load((K8S / "kustomization.yaml").read_text("utf-8"))["resources"]
    return listed


@pytest.mark.parametrize("deployment", of_kind("Deployment"), ids=name_of)
def test_a_deployment_is_one_whole(deployment: dict[str, Any]) -> None:
    labels, spec = deployment["metadata"]["labels"], deployment["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    role = labels["app.kubernetes.io/component"]
    assert deployment["metadata"]["name"] == f"hub-{role}"
    assert container["args"] == [role]
    assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"] == labels
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_whatever_points_at_pods_points_at_some() -> None:
    pods = {role["metadata"]["labels"]["app.kubernetes.io/component"] for role in of_kind("Deployment")}
    selectors = [budget["spec"]["selector"]["matchLabels"] for budget in of_kind("PodDisruptionBudget")]
    selectors += [service["spec"]["selector"] for service in of_kind("Service")]
    assert {selector["app.kubernetes.io/component"] for selector in selectors} <= pods
    targets = {scaler["spec"]["scaleTargetRef"]["name"] for scaler in of_kind("HorizontalPodAutoscaler")}
    assert targets <= {role["metadata"]["name"] for role in of_kind("Deployment")}


def test_who_is_scaled_names_no_number_of_its_own() -> None:
    targets = {scaler["spec"]["scaleTargetRef"]["name"] for scaler in of_kind("HorizontalPodAutoscaler")}
    fixed = {role["metadata"]["name"] for role in of_kind("Deployment") if "replicas" in role["spec"]}
    assert targets.isdisjoint(fixed)
    assert targets | fixed == {role["metadata"]["name"] for role in of_kind("Deployment")}


def test_no_stage_has_more_pods_than_partitions() -> None:
    partitions = min(
        t.partitions for t in (topics.COMPLAINT_RECEIVED, topics.CASE_OPENED, topics.CASE_ROUTED)
    )
    assert {scaler["spec"]["maxReplicas"] for scaler in of_kind("HorizontalPodAutoscaler")} == {partitions}


def test_everything_configured_is_a_setting() -> None:
    (generator,) = yaml.safe_load((K8S / "kustomization.yaml").read_text("utf-8"))["configMapGenerator"]
    (secret,) = of_kind("Secret")
    names = [literal.partition("=")[0] for literal in generator["literals"]] + list(secret["stringData"])
    assert {name.removeprefix("HUB_").lower() for name in names} <= set(Settings.model_fields)


def test_cookies_travel_encrypted_only_and_it_is_known_who_asks() -> None:
    """By the console's address cookies are `Secure` or not; by the proxies guesses are counted by address."""
    (generator,) = yaml.safe_load((K8S / "kustomization.yaml").read_text("utf-8"))["configMapGenerator"]
    said = dict(literal.split("=", 1) for literal in generator["literals"])
    (ingress,) = of_kind("Ingress")
    assert said["HUB_PUBLIC_URL"] == f"https://{ingress['spec']['tls'][0]['hosts'][0]}"
    assert said["HUB_PROXIES"] == "*"
    doors = next(one for one in of_kind("NetworkPolicy") if one["metadata"]["name"] == "doors")
    assert len(doors["spec"]["ingress"]) == len(doors["spec"]["ingress"][0]["from"]) == 1


def test_only_who_speaks_to_platforms_reaches_the_world() -> None:
    world = next(one for one in of_kind("NetworkPolicy") if one["metadata"]["name"] == "outside")
    (who,) = world["spec"]["podSelector"]["matchExpressions"]
    assert who["values"] == ["pull", "receipt"]


def test_the_topic_resources_are_current() -> None:
    assert TARGET.read_text("utf-8") == rendered(), "run `python -m deploy.topics`"


def test_a_topic_resource_says_what_the_contract_says() -> None:
    made = resource(topics.WARNING_RAISED)
    assert made["metadata"]["name"] == "warning.raised.v1"
    assert made["spec"]["partitions"] == 1
    assert made["spec"]["config"]["retention.ms"] == 180 * 24 * 3600 * 1000


def test_the_largest_record_fits_with_its_headers() -> None:
    assert MAX_BATCH_BYTES >= MAX_RECORD_BYTES + 64 * 1024
