"""https by Sluis itself: a card at the door, over a real TLS connection."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from fastapi import FastAPI

from sluis.access import store
from sluis.app import Installation
from sluis.channels.tls import tls_options
from sluis.database import Database
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.settings import Settings
from sluis.site import create_app
from sluis.web.signin.certificates import fingerprint
from tests.unit.web.pki import Signed, authority, card, revocations, write
from tests.unit.web.visits import Visit

NOW = datetime.now(UTC).replace(microsecond=0)
ROOT = authority("Belgium Root CA (proef)", at=NOW)
CITIZENS = authority("Citizen CA (proef)", ROOT, at=NOW)
CARD, REVOKED, STRANGE = card(CITIZENS, at=NOW), card(CITIZENS, at=NOW), card(authority("Vreemd", at=NOW), at=NOW)


def _files(folder: Path, name: str, signed: Signed) -> tuple[str, str]:
    key = folder / f"{name}.key"
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key.write_bytes(signed.key.private_bytes(pem, form, serialization.NoEncryption()))
    return str(write(folder / f"{name}.pem", signed)), str(key)


def _server_certificate() -> Signed:
    own = authority("localhost", at=NOW)
    made = (
        x509.CertificateBuilder()
        .subject_name(own.certificate.subject)
        .issuer_name(own.certificate.subject)
        .public_key(own.key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(own.certificate.not_valid_before_utc)
        .not_valid_after(own.certificate.not_valid_after_utc)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.key.public_key()), critical=False)
        .sign(own.key, hashes.SHA256())
    )
    return Signed(own.key, made)


@contextmanager
def _served(app: FastAPI, settings: Settings) -> Iterator[str]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    options = tls_options(settings)
    config = uvicorn.Config(app, log_config=None, access_log=False, ws="none", lifespan="off", **options)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        listener.close()


def test_a_card_at_the_door_of_sluis_itself(database: Database, tmp_path: Path) -> None:
    certificate, key = _files(tmp_path, "server", _server_certificate())
    settings = Settings.model_validate(
        {
            "environment": "test",
            "fictitious_insz": True,
            "home": tmp_path,
            "tls_certificate_file": certificate,
            "tls_key_file": key,
            "certificate_trust_file": write(tmp_path / "trust.pem", ROOT, CITIZENS),
            "certificate_crl_file": write(
                tmp_path / "crl.pem", revocations(ROOT, at=NOW), revocations(CITIZENS, REVOKED, at=NOW)
            ),
        }
    )
    with database.transaction() as connection:
        insert_actor(connection, Actor("an", "person", "An Proef", None))
        insert_role(connection, RoleGrant("an", "gemeente-wingene", "officer", NOW.date(), None, "mia", "proef"))
        for one in (CARD, REVOKED):
            made = store.insert_certificate(
                connection, fingerprint=fingerprint(one.certificate), actor="an", party="p", by="mia", at=NOW
            )
            assert made is not None
            store.confirm_certificate(connection, made, by="sam", at=NOW)

    def sign_in(address: str, shown: Signed | None) -> int:
        context = ssl.create_default_context(cafile=certificate)
        if shown is not None:
            context.load_cert_chain(*_files(tmp_path, "card", shown))
        with httpx.Client(base_url=address, verify=context, timeout=20) as client:
            visit = Visit(client)
            answer = visit.post("/aanmelden/certificaat", {}, token=visit.token("/aanmelden"))
            return answer.status_code

    with _served(create_app(Installation.open(settings, database), clock=lambda: NOW), settings) as address:
        assert sign_in(address, CARD) == 303
        assert sign_in(address, None) == 403
        assert sign_in(address, REVOKED) == 403
        with pytest.raises(httpx.HTTPError):
            sign_in(address, STRANGE)
