"""Every role that runs is shipped, and every role that is shipped runs."""

import pytest

from tests.deploy.test_containers import OURS
from tests.deploy.test_k8s import of_kind

roles = pytest.importorskip("services.roles")

AROUND = {"migrate", "simulators"}  # before everything else; for demonstrations


def test_compose_runs_every_role() -> None:
    assert set(OURS) <= set(roles.ROLES)
    assert set(OURS) >= {"intake", "pull", "classify", "route", "feedback", "clock", "receipt", "hub"}


def test_kubernetes_runs_the_same_roles_as_compose() -> None:
    shipped = {role["metadata"]["labels"]["app.kubernetes.io/component"] for role in of_kind("Deployment")}
    assert shipped == set(OURS) - AROUND
