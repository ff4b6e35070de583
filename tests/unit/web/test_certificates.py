"""Client certificates: which count, and that the number in them is nowhere but in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.access import store
from sluis.app import Installation
from sluis.database import Database
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.settings import Settings
from sluis.site import create_app
from sluis.web.signin.certificates import Trust, check_certificate, fingerprint, parse_header
from sluis.web.signin.failures import SignInFailed
from tests.serving import fresh_database, live_server
from tests.unit.web.pki import CARD_NUMBER, NOW, Signed, authority, card, revocations, write
from tests.unit.web.visits import Visit

ROOT = authority("Belgium Root CA (proef)")
CITIZENS = authority("Citizen CA (proef)", ROOT)
STRANGERS = authority("Citizen CA (proef)")
CARD = card(CITIZENS)


def trust(*lists: object, authorities: tuple[Signed, ...] = (ROOT, CITIZENS)) -> Trust:
    known = lists or (revocations(ROOT), revocations(CITIZENS))
    return Trust(tuple(one.certificate for one in authorities), tuple(known))  # type: ignore[arg-type] # lists, see above


def test_a_card_of_an_authority_that_we_trust_counts_by_its_fingerprint() -> None:
    assert check_certificate(trust(), CARD.certificate, at=NOW) == fingerprint(CARD.certificate)


@pytest.mark.parametrize(
    "shown",
    [
        card(STRANGERS),
        card(CITIZENS, days=(-20, -1)),
        card(CITIZENS, days=(1, 20)),
        card(CITIZENS, signature=True),
        card(CITIZENS, server_only=True),
        card(CITIZENS, ca=True),
        card(card(CITIZENS)),
        CITIZENS,
        ROOT,
    ],
    ids=[
        "stranger", "expired", "not yet", "for signatures", "for servers", "claims to be an authority",
        "signed by a card", "an authority", "the root",
    ],
)  # fmt: skip
def test_any_other_certificate_is_refused(shown: Signed) -> None:
    with pytest.raises(SignInFailed) as told:
        check_certificate(trust(), shown.certificate, at=NOW)
    assert CARD_NUMBER not in str(told.value)


@pytest.mark.parametrize(
    "lists",
    [
        (revocations(ROOT), revocations(CITIZENS, CARD)),
        (revocations(ROOT, CITIZENS), revocations(CITIZENS)),
        (revocations(ROOT),),
        (revocations(CITIZENS),),
        (revocations(ROOT), revocations(CITIZENS, hours=(-48, -24))),
        (revocations(ROOT), revocations(CITIZENS, hours=(1, 24))),
        (revocations(ROOT), revocations(CITIZENS, by=STRANGERS)),
    ],
    ids=["revoked", "authority revoked", "no list", "no list of the root", "old list", "list of later", "forged list"],
)
def test_a_revoked_card_and_one_of_which_we_cannot_tell_is_refused(lists: tuple[object, ...]) -> None:
    with pytest.raises(SignInFailed):
        check_certificate(trust(*lists), CARD.certificate, at=NOW)


@pytest.mark.parametrize(
    "write_header",
    [
        quote,
        lambda pem: quote(pem, safe=""),
        lambda pem: pem.replace("\n", " "),
        lambda pem: pem.replace("\n", "\t"),
        lambda pem: f'By=spiffe://x;Hash=00;Cert="{quote(pem, safe="")}";Subject="CN=An"',
    ],
    ids=["escaped", "all escaped", "spaces", "tabs", "XFCC"],
)
def test_a_certificate_is_read_as_proxies_write_it(write_header: Callable[[str], str]) -> None:
    assert parse_header(write_header(CARD.pem)) == CARD.certificate


@given(text=st.text(max_size=300))
def test_any_other_text_in_the_header_is_refused(text: str) -> None:
    with pytest.raises(SignInFailed):
        parse_header(text)


def settings_of(home: Path, *, proxies: str = "127.0.0.1") -> Settings:
    return Settings.model_validate(
        {
            "environment": "test",
            "fictitious_insz": True,
            "home": home,
            "certificate_proxies": proxies,
            "certificate_trust_file": write(home / "trust.pem", ROOT, CITIZENS),
            "certificate_crl_file": write(home / "crl.pem", revocations(ROOT), revocations(CITIZENS)),
        }
    )


@pytest.fixture
def registered(server_url: str, template: str, tmp_path: Path):
    """A fresh database in which An's certificate was registered by one access manager and confirmed by another."""
    with fresh_database(server_url, template) as database:
        with database.transaction() as connection:
            insert_actor(connection, Actor("an", "person", "An Proef", None))
            insert_role(connection, RoleGrant("an", "gemeente-wingene", "officer", NOW.date(), None, "mia", "proef"))
            made = store.insert_certificate(
                connection,
                fingerprint=fingerprint(CARD.certificate),
                actor="an",
                party="gemeente-wingene",
                by="mia",
                at=NOW,
            )
            assert made is not None
            store.confirm_certificate(connection, made, by="sam", at=NOW)
        yield database


def _sign_in(address: str, headers: dict[str, str]) -> httpx.Response:
    with httpx.Client(base_url=address, timeout=20, headers=headers) as client:
        visit = Visit(client)
        return visit.post("/aanmelden/certificaat", {"terug": "/lijsten"}, token=visit.token("/aanmelden"))


def test_a_card_behind_a_trusted_proxy_signs_in(
    registered: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(Installation.open(settings_of(tmp_path), registered), clock=lambda: NOW)
    with live_server(app) as address:
        answer = _sign_in(address, {"x-client-cert": quote(CARD.pem)})
        assert (answer.status_code, answer.headers.get("location")) == (303, "/lijsten")
        page = httpx.get(f"{address}/aanmelden/certificaat", headers={"x-client-cert": quote(CARD.pem)}).text
        unknown = _sign_in(address, {"x-client-cert": quote(card(CITIZENS).pem)})
        assert "nog aan niemand toegewezen" in unknown.text
        assert _sign_in(address, {}).status_code == 403
        late = create_app(Installation.open(settings_of(tmp_path), registered), clock=lambda: NOW + timedelta(days=2))
    with live_server(late) as address:
        assert _sign_in(address, {"x-client-cert": quote(CARD.pem)}).status_code == 403, "the list is too old by then"
    with registered.owner() as connection:
        row = connection.execute(
            "SELECT count(*) FROM person_certificate c WHERE c::text LIKE %s", (f"%{CARD_NUMBER}%",)
        )
        assert row.fetchone() == (0,)
    assert CARD_NUMBER not in page + unknown.text + capsys.readouterr().out


@pytest.mark.parametrize("proxies", ["", "10.0.0.0/8"])
def test_the_header_of_anybody_else_is_not_believed(registered: Database, tmp_path: Path, proxies: str) -> None:
    app = create_app(Installation.open(settings_of(tmp_path, proxies=proxies), registered), clock=lambda: NOW)
    with live_server(app) as address:
        for name in ("x-client-cert", "X-Client-Cert", "x_client_cert"):
            for more in ({}, {"X-Forwarded-For": "10.0.0.1", "X-Real-IP": "10.0.0.1", "Forwarded": "for=10.0.0.1"}):
                assert _sign_in(address, {name: quote(CARD.pem), **more}).status_code == 403
        told = httpx.get(f"{address}/", headers={"X-Forwarded-Proto": "https"})
        assert "strict-transport-security" not in told.headers
