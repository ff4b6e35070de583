"""A stranger with nothing but the documentation, curl, openssl and the OpenAPI page gets in and is served."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.integration.machines.client import System
from tests.integration.machines.test_pages import _codes, _open
from tests.integration.machines.world import AGREEMENT, World

HOW_TO = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "connect-a-system.md"

needs_tools = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("openssl")), reason="curl and openssl are not here"
)


def _run(script: str, folder: Path, **environment: str) -> str:
    done = subprocess.run(
        ["sh", "-eu", "-c", script],
        cwd=folder,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_tools
def test_the_page_about_connecting_works_word_for_word(world: World, tmp_path: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    _run(blocks[0], tmp_path)
    page = _open(world.http, key=(tmp_path / "public.pem").read_text())
    _, machine, kid, agreement = _codes(page)[:4]
    told = _run(
        "\n".join(blocks[1:]),
        tmp_path,
        SLUIS=world.issuer,
        MACHINE=machine,
        KID=kid,
        AGREEMENT=agreement,
        CHILD=str(world.children["with-right"]),
    )
    answer = json.loads((tmp_path / "answer.json").read_text())
    assert answer["records"] == [{"child-insz": world.children["with-right"], "right-since": "2025-01-01"}]
    assert agreement in told
    assert answer["entry"] in told
    assert '"notices":[]' in told


def _operations(world: World) -> list[tuple[str, str, dict[str, Any]]]:
    described = world.http.get("/api/v1/openapi.json").json()
    return [
        (method, path, operation)
        for path, item in described["paths"].items()
        for method, operation in item.items()
        if method in ("get", "post")
    ]


@needs_tools
def test_every_example_of_the_description_runs_with_curl(world: World, tmp_path: Path) -> None:
    system = world.system()
    system.sign_in(agreement=AGREEMENT, scope="agreements ledger notices")
    example = next(one for _, path, one in _operations(world) if path == "/releases")
    first = _curl(system, "POST", "/api/v1/releases", _body(example), tmp_path)
    entry = first["entry"]
    ran = 0
    for method, path, operation in _operations(world):
        body = _body(operation)
        if path in ("/token", "/jwks.json") or "list-exchanges" in path or path == "/ledger/checkpoint":
            continue
        if path.endswith("/receipt"):
            world.installation.sequencer().run_once()
        filled = path.format(agreement=AGREEMENT, entry=entry)
        answer = _curl(system, method.upper(), f"/api/v1{filled}", body, tmp_path)
        _fits(world, operation, answer)
        ran += 1
    assert ran == 9


def _body(operation: dict[str, Any]) -> bytes:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return b"" if content is None else json.dumps(content["example"]).encode()


def _curl(system: System, method: str, path: str, body: bytes, folder: Path) -> Any:
    order: Any = {"idempotency_key": "an-example-" + path.replace("/", "-"), "content_type": "application/json"}
    headers = system.headers(method, path, body, **(order if body else {}))
    command = ["curl", "-sS", "-X", method, system.issuer + path]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    if body:
        (folder / "body").write_bytes(body)
        command += ["--data-binary", f"@{folder / 'body'}"]
    answered = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=30).stdout)
    assert "status" not in answered, answered
    return answered


def _fits(world: World, operation: dict[str, Any], answer: Any) -> None:
    described = world.http.get("/api/v1/openapi.json").json()
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    Draft202012Validator({**schema, "components": described["components"]}).validate(answer)


def test_the_description_is_openapi_and_says_everything_of_every_operation(world: World) -> None:
    described = world.http.get("/api/v1/openapi.json").json()
    assert described["openapi"] == "3.1.0"
    names = [operation["operationId"] for _, _, operation in _operations(world)]
    assert len(names) == len(set(names)) == 18
    for method, path, operation in _operations(world):
        assert operation["summary"], path
        assert operation["description"], path
        for status, answer in operation["responses"].items():
            assert answer["description"], (method, path, status)
            if status >= "400" and path != "/token":
                assert list(answer["content"]) == ["application/problem+json"]


def test_a_library_finds_everything_from_the_metadata(world: World) -> None:
    metadata = world.http.get("/.well-known/oauth-authorization-server").json()
    assert metadata["issuer"] == world.issuer
    assert metadata["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    keys = world.http.get(metadata["jwks_uri"].removeprefix(world.issuer)).json()["keys"]
    assert "d" not in keys[0]
