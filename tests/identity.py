"""A real sign-in provider (npm oidc-provider) beside the tests, that speaks as ACM/IDM does about fictional people."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

TOOLS = Path(__file__).parent / "identity-tools"
CLIENT = "sluis-proef"


@dataclass(frozen=True)
class IdentityProvider:
    """Where the provider is, and the keys: its own (to forge with in tests) and that of Sluis."""

    issuer: str
    own_key: ECKey
    client_key_file: Path
    process: subprocess.Popen[str]


def need_node() -> None:
    """Skip where the provider cannot run, and fail there when CI is set."""
    there = shutil.which("node") is not None and (TOOLS / "node_modules" / "oidc-provider").is_dir()
    if there:
        return
    told = "no node or no oidc-provider: run bash tests/install-tools"
    if os.environ.get("CI"):
        pytest.fail(told)
    pytest.skip(told)


@contextmanager
def identity_provider(
    folder: Path, *, port: int, public_address: str, people: Mapping[str, Mapping[str, object]]
) -> Iterator[IdentityProvider]:
    """Run a provider while the block runs. It ends with its standard input, so also when the tests are killed."""
    own = ECKey.generate_key("P-256", {"kid": "provider-1", "use": "sig", "alg": "ES256"})
    client = ECKey.generate_key("P-256", {"kid": "sluis-1", "use": "sig", "alg": "ES256"})
    key_file = folder / "client.pem"
    key_file.write_bytes(client.as_pem(private=True))
    configuration: dict[str, Any] = {
        "port": port,
        "client": {
            "id": CLIENT,
            "jwks": {"keys": [client.as_dict(private=False)]},
            "redirect": f"{public_address}/aanmelden/terug",
        },
        "logout": f"{public_address}/afgemeld",
        "backchannel": f"{public_address}/api/aanmelden/einde",
        "jwks": {"keys": [own.as_dict(private=True)]},
        "cookieKey": secrets.token_hex(16),
        "people": people,
    }
    (folder / "provider.json").write_text(json.dumps(configuration), encoding="utf-8")
    with (folder / "provider.log").open("w", encoding="utf-8") as told:
        process = subprocess.Popen(
            ["node", str(TOOLS / "provider.mjs"), str(folder / "provider.json")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        while line and "ready" not in line:
            line = process.stdout.readline()
        assert "ready" in line, (folder / "provider.log").read_text(encoding="utf-8")
        yield IdentityProvider(f"http://127.0.0.1:{port}", own, key_file, process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)
        assert process.stdout is not None
        process.stdout.close()
