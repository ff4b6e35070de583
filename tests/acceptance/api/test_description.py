"""The description of the API: a linter of API guidelines is content, and whatever it allows breaks nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import requests
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from requests.auth import AuthBase

from sluis.machines.api import build_described_router, openapi_of
from sluis.machines.web_lists import XLSX
from tests.integration.machines.client import System
from tests.integration.machines.world import AGREEMENT, World

TOOLS = Path(__file__).resolve().parents[2] / "api-tools"
SPECTRAL = TOOLS / "node_modules" / ".bin" / "spectral"


def _lint(described: dict[str, Any], rules: str, folder: Path) -> set[str]:
    file = folder / "openapi.json"
    file.write_text(json.dumps(described))
    done = subprocess.run(
        [str(SPECTRAL), "lint", str(file), "-r", str(TOOLS / rules), "--format", "json", "--fail-severity", "hint"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    start, end = done.stdout.find("["), done.stdout.rfind("]")
    assert start >= 0, done.stderr
    return {one["code"] for one in json.loads(done.stdout[start : end + 1])}


@pytest.mark.skipif(not (SPECTRAL.exists() and shutil.which("node")), reason="spectral is not installed")
def test_the_description_keeps_to_the_api_design_rules_but_for_what_has_a_reason(tmp_path: Path) -> None:
    router = build_described_router(gate=None, lists=None, fictitious=True)  # type: ignore[arg-type]  # only described
    described = openapi_of(router, issuer="https://sluis.example")
    excepted = set(yaml.safe_load((TOOLS / "exceptions.yaml").read_text())["rules"])
    assert _lint(described, "rules.yaml", tmp_path) == excepted, "an exception that is not needed is not one"
    del described["paths"]["/releases"]["post"]["responses"]["200"]["headers"]["API-Version"]
    assert "adr-version-header" in _lint(described, "rules.yaml", tmp_path), "the rules are really looked at"


@schemathesis.serializer(XLSX)
def workbook(_context: Any, value: Any) -> bytes:
    """Send what stands for a workbook as it is."""
    return value if isinstance(value, bytes) else str(value).encode()


class Signing(AuthBase):
    """Signs whatever the generator makes, as a system with every right would send it."""

    def __init__(self, system: System) -> None:
        self.system = system

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        assert request.url is not None
        assert request.method is not None
        parts = urlsplit(request.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        given: Any = request.body or b""
        body = given.encode() if isinstance(given, str) else bytes(given)
        for name in ("Content-Digest", "Signature-Input", "Signature", "Authorization"):
            request.headers.pop(name, None)
        request.headers.setdefault("Idempotency-Key", str(uuid4()))
        request.headers.update(self.system.headers(request.method, path, body))
        return request


@pytest.fixture(scope="module")
def system(world: World) -> System:
    """A machine of Wingene that may do everything."""
    machine = world.system()
    machine.sign_in(agreement=AGREEMENT, scope="agreements ledger notices")
    return machine


def _break(world: World, system: System, examples: int) -> int:
    """Send generated requests of every operation, valid ones and others; return how many were answered."""
    described = world.http.get("/api/v1/openapi.json").json()
    schema = schemathesis.openapi.from_dict(described)
    schema.config.update(base_url=None)
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]  # or it raises
    return sum(_break_one(world, system, operation, examples) for operation in operations)


def _break_one(world: World, system: System, operation: Any, examples: int) -> int:
    answered = 0
    prefix = "/api" if operation.path in ("/token", "/jwks.json") else "/api/v1"

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        nonlocal answered
        try:
            answer = case.call(base_url=world.issuer + prefix, auth=Signing(system), timeout=20)
        except (requests.exceptions.RequestException, UnicodeError):
            return  # what no client can send
        answered += 1
        assert answer.status_code < 500, (case.method, case.path, answer.status_code)
        if answer.status_code >= 400 and case.path != "/token":
            assert answer.headers["content-type"] == ["application/problem+json"]
            assert answer.json()["type"].startswith(f"{world.issuer}/problemen/")

    send()
    return answered


def test_whatever_the_description_allows_breaks_nothing(world: World, system: System) -> None:
    assert _break(world, system, examples=6) > 60


@pytest.mark.soak
def test_whatever_the_description_allows_breaks_nothing_for_long(world: World, system: System) -> None:
    assert _break(world, system, examples=300) > 3000
