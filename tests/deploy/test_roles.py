"""Every role that runs is shipped, and every role that is shipped runs."""

from services.roles import ROLES
from tests.deploy.test_containers import OURS
from tests.deploy.test_k8s import of_kind

AROUND = {"migrate", "simulators"}  # commands, not roles: before everything else; for demonstrations
DEPLOYED = {
    role["metadata"]["labels"]["app.kubernetes.io/component"]: role["spec"] for role in of_kind("Deployment")
}


def test_compose_runs_every_role() -> None:
    assert set(OURS) - AROUND == set(ROLES)


def test_kubernetes_runs_every_role() -> None:
    assert set(DEPLOYED) == set(ROLES)


def test_who_works_alone_has_one_pod() -> None:
    assert {name: DEPLOYED[name]["replicas"] for name in ROLES if ROLES[name].alone} == {"pull": 1}
