"""What a token must be to count, and what is asked of a provider that changes, lies, or does not answer."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from sluis.settings import Settings
from sluis.web.rights import ROLES
from sluis.web.signin.claims import read_identity
from sluis.web.signin.failures import SignInFailed
from sluis.web.signin.provider import Provider

KEY = ECKey.generate_key("P-256", {"kid": "een", "use": "sig", "alg": "ES256"})
NEXT = ECKey.generate_key("P-256", {"kid": "twee", "use": "sig", "alg": "ES256"})


class Small:
    """A provider of one's own making, that says what the test wants: real HTTP on this machine."""

    def __init__(self) -> None:
        self.keys = [KEY]
        self.asked: list[str] = []
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.wait = 0.0
        self.issuer = ""

    def body(self, path: str) -> tuple[int, bytes]:
        if path in self.answers:
            return self.answers[path]
        if path.endswith("openid-configuration"):
            ends = {name: f"{self.issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
            return 200, json.dumps({"issuer": self.issuer, **ends}).encode()
        if path == "/jwks_uri":
            return 200, json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}).encode()
        return 404, b"{}"


@contextmanager
def served(small: Small) -> Iterator[Small]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            small.asked.append(self.path)
            time.sleep(small.wait)
            status, content = small.body(self.path)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:1/elders")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            try:
                self.wfile.write(content)
            except OSError:
                return

        do_POST = do_GET  # noqa: N815 - the name that http.server looks for

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    small.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield small
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


@pytest.fixture
def small() -> Iterator[Small]:
    with served(Small()) as made:
        yield made


@pytest.fixture
def provider(small: Small, tmp_path: Path) -> Provider:
    key_file = tmp_path / "client.pem"
    key_file.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    settings = Settings.model_validate(
        {
            "environment": "test",
            "oidc_issuer": small.issuer,
            "oidc_client_id": "sluis",
            "oidc_client_key_file": key_file,
            "oidc_timeout_seconds": 0.5,
        }
    )
    return Provider(settings, redirect_uri="http://localhost/aanmelden/terug")


def claims_of(small: Small, **others: object) -> dict[str, Any]:
    now = int(time.time())
    told: dict[str, Any] = {
        "iss": small.issuer, "aud": "sluis", "sub": "s", "iat": now, "exp": now + 300, "nonce": "n", **others,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def token(claims: Mapping[str, Any], *, key: Any = KEY, kid: str = "een", alg: str = "ES256") -> str:
    return jwt.encode({"alg": alg, "kid": kid}, dict(claims), key, algorithms=[alg])


def check(provider: Provider, text: str, nonce: str = "n") -> Mapping[str, object]:
    return provider.check_id_token(text, nonce=nonce, at=datetime.now(UTC))


def test_a_token_of_the_provider_for_us_of_now_counts(small: Small, provider: Provider) -> None:
    assert check(provider, token(claims_of(small)))["sub"] == "s"
    skewed = claims_of(small, iat=int(time.time()) + 30, exp=int(time.time()) - 30)
    assert check(provider, token(skewed))["sub"] == "s", "clocks differ by up to a minute"


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "ander"},
        {"nonce": None},
        {"aud": "ander"},
        {"aud": ["ander"]},
        {"aud": ["ander", "sluis"]},
        {"aud": ["sluis", "ander"], "azp": "ander"},
        {"aud": None},
        {"iss": "https://vals.example"},
        {"iss": None},
        {"sub": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "morgen"},
        {"iat": 1},
        {"iat": None},
        {"iat": 99_999_999_999},
        {"iat": True},
        {"nbf": 99_999_999_999},
    ],
    ids=str,
)
def test_a_token_with_one_thing_amiss_is_refused(small: Small, provider: Provider, wrong: dict[str, object]) -> None:
    with pytest.raises(SignInFailed) as told:
        check(provider, token(claims_of(small, **wrong)))
    assert told.value.code == "token-refused"


def test_a_forged_signature_is_refused(small: Small, provider: Provider) -> None:
    good = claims_of(small)
    other = ECKey.generate_key("P-256", {"kid": "een"})
    shared = OctKey.import_key(str(KEY.as_dict(private=False)["x"]))
    head, body, _ = token(good).split(".")
    unsigned = "eyJhbGciOiJub25lIn0." + body + "."
    for text in (
        token(good, key=other),
        token(good, key=shared, alg="HS256"),
        unsigned,
        f"{head}.{body}.",
        "a.b.c",
        "",
    ):
        with pytest.raises(SignInFailed):
            check(provider, text)


@given(text=st.text(max_size=200))
def test_any_text_in_the_place_of_a_token_is_refused(text: str) -> None:
    with pytest.raises(SignInFailed):
        _ready().check_id_token(text, nonce="n", at=datetime.now(UTC))


_KEPT: list[Provider] = []


def _ready() -> Provider:
    """Return a provider whose keys were fetched: whatever text comes then asks nothing more of the network."""
    if not _KEPT:
        with served(Small()) as small:
            settings = Settings.model_validate(
                {
                    "environment": "test",
                    "oidc_issuer": small.issuer,
                    "oidc_client_id": "sluis",
                    "oidc_client_secret_file": Path(__file__),
                }
            )
            made = Provider(settings, redirect_uri="http://localhost/terug")
            check(made, token(claims_of(small)))
            _KEPT.append(made)
    return _KEPT[0]


def test_a_provider_may_change_its_keys_and_a_stranger_cannot_make_us_ask(small: Small, provider: Provider) -> None:
    moment = [0.0]
    provider.monotonic = lambda: moment[0]
    check(provider, token(claims_of(small)))
    small.keys = [NEXT]
    fresh = token(claims_of(small), key=NEXT, kid="twee")
    for _ in range(5):
        with pytest.raises(SignInFailed):
            check(provider, fresh)
    assert small.asked.count("/jwks_uri") == 1, "an unknown key is looked up at most twice a minute"
    moment[0] = 31.0
    assert check(provider, fresh)["sub"] == "s"
    assert small.asked.count("/jwks_uri") == 2
    with pytest.raises(SignInFailed):
        check(provider, token(claims_of(small)))
    assert sum(path.endswith("openid-configuration") for path in small.asked) == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((500, b"{}"), "provider-down"),
        ((302, b""), "provider-wrong"),
        ((404, b"{}"), "provider-wrong"),
        ((200, b"<html>"), "provider-wrong"),
        ((200, b"[]"), "provider-wrong"),
        ((200, b'{"issuer": "https://vals.example"}'), "provider-wrong"),
        ((200, b"{" + b" " * 600_000 + b"}"), "provider-wrong"),
    ],
    ids=["error", "redirect", "absent", "page", "list", "other issuer", "too large"],
)
def test_a_provider_that_answers_wrongly_is_told(
    small: Small, provider: Provider, answer: tuple[int, bytes], code: str
) -> None:
    small.answers["/.well-known/openid-configuration"] = answer
    with pytest.raises(SignInFailed) as told:
        provider.begin(state="s", nonce="n", verifier="v" * 43)
    assert told.value.code == code
    del small.answers["/.well-known/openid-configuration"]
    assert provider.begin(state="s", nonce="n", verifier="v" * 43).startswith(small.issuer), (
        "a wrong answer is not kept"
    )


def test_a_provider_that_is_slow_does_not_keep_us_waiting(small: Small, provider: Provider) -> None:
    small.wait = 2.0
    began = time.monotonic()
    with pytest.raises(SignInFailed) as told:
        provider.begin(state="s", nonce="n", verifier="v" * 43)
    assert (told.value.code, time.monotonic() - began < 1.8) == ("provider-down", True)


def test_a_code_that_the_provider_refuses_opens_nothing(small: Small, provider: Provider) -> None:
    small.answers["/token_endpoint"] = (400, b'{"error": "invalid_grant"}')
    with pytest.raises(SignInFailed) as told:
        provider.finish(code="vals", nonce="n", verifier="v", at=datetime.now(UTC))
    assert told.value.code == "token-refused"


def read(claims: Mapping[str, object], *, may_have_number: bool = False) -> Any:
    return read_identity(claims, issuer="https://i", application="sluis", may_have_number=may_have_number)


OFFICER: Mapping[str, object] = {
    "sub": "s",
    "vo_id": "v",
    "vo_doelgroepcode": "LB",
    "vo_orgcode": "0207.495.470",
    "given_name": "An",
    "family_name": "Claes",
}


def test_the_claims_of_acm_idm_are_read() -> None:
    found = read(OFFICER)
    assert (found.subject, found.organisation, found.name, found.roles) == ("vo_id:v", "0207495470", "An Claes", None)
    assert read({**OFFICER, "vo_orgcode": "ovo002277", "vo_doelgroepcode": "GID"}).organisation == "OVO002277"


@pytest.mark.parametrize(
    ("claim", "roles"),
    [
        ("officer:0207495470", ["officer"]),
        (["Officer:0207495470,dpo:0207495470"], ["dpo", "officer"]),
        (["officer:0207438458"], []),
        (["officer"], []),
        (["koning:0207495470"], []),
        ([], []),
        (7, []),
        ({"officer": 1}, []),
    ],
    ids=str,
)
def test_roles_of_the_provider_count_for_the_chosen_body_only(claim: object, roles: list[str]) -> None:
    assert sorted(read({**OFFICER, "sluis_rol_3d": claim}).roles or ()) == roles


def test_the_national_number_is_dropped_unless_an_agreement_allows_it_and_never_for_who_works() -> None:
    citizen = {"sub": "s", "vo_id": "v", "vo_doelgroepcode": "BUR", "rrn": "90653100156"}
    assert read(citizen).insz is None
    assert read(citizen, may_have_number=True).insz == "90653100156"
    assert read({**OFFICER, "rrn": "90653100156"}, may_have_number=True).insz is None
    assert "90653100156" not in repr(read(citizen, may_have_number=True))


@given(
    claims=st.dictionaries(
        st.sampled_from([*OFFICER, "sluis_rol_3d"]),
        st.one_of(st.none(), st.text(max_size=40), st.integers(), st.lists(st.text(max_size=20)), st.booleans()),
    )
)
def test_whatever_a_provider_claims_is_an_identity_or_a_refusal(claims: dict[str, object]) -> None:
    try:
        found = read(claims)
    except SignInFailed:
        return
    assert found.name
    assert found.name.isprintable()
    assert found.roles is None or found.roles <= set(ROLES)
