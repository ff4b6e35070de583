"""Where a machine gets its token: OAuth 2 client credentials with `private_key_jwt`, and the metadata (RFC 8414)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.log import log
from sluis.machines import store
from sluis.machines.actions import may_get_token
from sluis.machines.guard import Door, MachineRoute, body_of, count, door_of
from sluis.machines.keys import key_of
from sluis.machines.model import CLOCK_SKEW, EXCHANGE, SCOPES, TOKEN_LIFE, Grant, Machine, MachineKey
from sluis.machines.problems import PAGES, ApiProblem
from sluis.machines.tokens import (
    ASSERTION_ALGORITHMS,
    NotProven,
    check_assertion,
    details_of,
    issue_token,
    issuer_of,
    kid_of,
)
from sluis.web.access import name_right, public
from sluis.web.kit import kit_of

TOKEN, KEYS, METADATA = "/api/token", "/api/jwks.json", "/.well-known/oauth-authorization-server"
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_CODE = re.compile(r"[a-z0-9][a-z0-9:._-]{0,79}")
_LONGEST_DETAILS = 2_048
_MOST_FIELDS = 20


class TokenRefused(Exception):
    """A token is not given: the error code of RFC 6749 (or RFC 9396), and a sentence in plain ASCII."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.description, self.status = error, description, status


def client_assertion(_request: Request) -> None:
    """Name the right of the token endpoint; the assertion is judged in the route itself."""


name_right(client_assertion, "machine: client assertion")


def build_router() -> APIRouter:
    """Return the token endpoint and what a client must know of it."""
    router = APIRouter(route_class=MachineRoute)

    @router.post(
        TOKEN,
        dependencies=[Depends(client_assertion)],
        tags=["token"],
        operation_id="getToken",
        summary="Get a token",
        openapi_extra=_FORM,
    )
    def get_token(request: Request) -> Response:
        """Prove the machine's key with a signed assertion (RFC 7523) and get a token for ten minutes.

        Ask `authorization_details` for one agreement and one purpose, `scope` for the party's own agreements, ledger
        and notices, or both. The token works only with requests that are signed with the same key.
        """
        try:
            return _granted(request)
        except TokenRefused as refused:
            body = {
                "error": refused.error,
                "error_description": refused.description,
                "error_uri": f"{door_of(request).issuer}{PAGES}/token",
            }
            headers = {"Cache-Control": "no-store"}
            return JSONResponse(body, status_code=refused.status, headers=headers)

    @router.get(KEYS, dependencies=[Depends(public)], tags=["token"], operation_id="getKeys", summary="Our public keys")
    def get_keys(request: Request) -> Response:
        """Give the public key with which tokens and answers are signed (RFC 7517)."""
        public_key = door_of(request).key.public
        jwk = {**public_key.jwk, "kid": public_key.thumbprint, "use": "sig", "alg": public_key.algorithm}
        return JSONResponse({"keys": [jwk]})

    return router


def build_metadata_router() -> APIRouter:
    """Return the metadata of the authorisation server, at its well-known address."""
    router = APIRouter(route_class=MachineRoute)

    @router.get(METADATA, dependencies=[Depends(public)], include_in_schema=False)
    def get_metadata(request: Request) -> Response:
        """Give the metadata (RFC 8414)."""
        return JSONResponse(metadata(door_of(request).issuer))

    return router


def metadata(issuer: str) -> dict[str, Any]:
    """Return the metadata of RFC 8414 section 2 for this installation."""
    return {
        "issuer": issuer,
        "token_endpoint": issuer + TOKEN,
        "jwks_uri": issuer + KEYS,
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": [*ASSERTION_ALGORITHMS, "Ed25519"],
        "scopes_supported": sorted(SCOPES),
        "authorization_details_types_supported": [EXCHANGE],
        "service_documentation": f"{issuer}/koppelen",
    }


def _granted(request: Request) -> Response:
    kit, door = kit_of(request), door_of(request)
    form = _form_of(request)
    if form.get("grant_type") != "client_credentials":
        raise TokenRefused("unsupported_grant_type", "Use grant_type=client_credentials.")
    assertion = form.get("client_assertion")
    if form.get("client_assertion_type") != _ASSERTION_TYPE or not assertion:
        raise _invalid_client("Send client_assertion and client_assertion_type (RFC 7523).")
    with kit.database.transaction() as connection:
        key, machine = _prove(request, connection, door, assertion, form)
        allowance = count(connection, door, party=machine.party, at=kit.clock())
    request.state.allowance = allowance
    if allowance.is_spent:
        raise ApiProblem("too-many-requests", headers={"Retry-After": str(allowance.wait_seconds)})
    with kit.database.transaction() as connection:
        grant = _wished(connection, form, machine, request)
    token = issue_token(
        door.key, issuer=door.issuer, machine=machine.id, thumbprint=key.thumbprint, grant=grant, at=kit.clock()
    )
    body: dict[str, Any] = {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": int(TOKEN_LIFE.total_seconds()),
        "scope": " ".join(sorted(grant.scopes)),
    }
    if grant.agreement is not None:
        body["authorization_details"] = [details_of(grant)]
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


def _form_of(request: Request) -> Mapping[str, str]:
    """Return the form; a parameter that came twice is a mistake (RFC 6749 section 3.2)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        pairs = parse_qsl(
            body_of(request).decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
        )
    except (ValueError, UnicodeError):
        raise TokenRefused("invalid_request", "The form cannot be read.") from None
    form = dict(pairs)
    if kind != "application/x-www-form-urlencoded" or len(form) != len(pairs):
        raise TokenRefused("invalid_request", "Send a form, each parameter once.")
    return form


def _prove(
    request: Request, connection: Connection, door: Door, assertion: str, form: Mapping[str, str]
) -> tuple[MachineKey, Machine]:
    """Return the key and machine that an assertion proves; every failure looks the same to who sent it."""
    at = kit_of(request).clock()
    try:
        client, kid = issuer_of(assertion), kid_of(assertion)
        key, machine = _find(connection, client, kid, at=at)
        if form.get("client_id", client) != client:
            raise NotProven("client-id")
        audiences = frozenset({door.issuer, door.issuer + TOKEN})
        mark, until = check_assertion(assertion, key_of(key.public_key), machine=machine.id, audiences=audiences, at=at)
        if not store.see_once(connection, "assertion", machine.id, mark, until=until + 2 * CLOCK_SKEW):
            raise NotProven("replayed")
    except NotProven as error:
        log().info("token-refused", why=error.why)
        raise _invalid_client(
            "The assertion does not prove a registered key, is too old, is valid for too long, or was used before."
        ) from None
    return key, machine


def _find(connection: Connection, client: str, kid: str | None, *, at: datetime) -> tuple[MachineKey, Machine]:
    if not isinstance(kid, str) or not _CODE.fullmatch(client) or len(kid) > 100 or not kid.isascii() or "\x00" in kid:
        raise NotProven("key")
    found = store.find_live_key(connection, kid, on=day_of(at))
    if found is None or found[1].id != client:
        raise NotProven("key")
    return found


def _invalid_client(description: str) -> TokenRefused:
    return TokenRefused("invalid_client", description, status=401)


def _wished(connection: Connection, form: Mapping[str, str], machine: Machine, request: Request) -> Grant:
    scopes = frozenset(form.get("scope", "").split())
    if scopes - SCOPES:
        raise TokenRefused("invalid_scope", f"The scopes are: {', '.join(sorted(SCOPES))}.")
    details = form.get("authorization_details")
    if details is None:
        if not scopes:
            raise TokenRefused("invalid_scope", "Ask a scope, or authorization_details.")
        return Grant(scopes)
    agreement, purpose = _details(details)
    if not may_get_token(
        connection, party=machine.party, agreement=agreement, purpose=purpose, at=kit_of(request).clock()
    ):
        raise _invalid_details("There is no such agreement in force for your party, purpose and the channel api.")
    return Grant(scopes, agreement, purpose)


def _details(text: str) -> tuple[str, str]:
    try:
        details = json.loads(text) if len(text) <= _LONGEST_DETAILS else None
    except (ValueError, RecursionError):
        details = None
    if not isinstance(details, list) or len(details) != 1 or not isinstance(details[0], dict):
        raise _invalid_details("Send a JSON list of one object.")
    one = details[0]
    agreement, purpose = one.get("agreement"), one.get("purpose")
    if one.get("type") != EXCHANGE or set(one) != {"type", "agreement", "purpose"}:
        raise _invalid_details(f"The object has the members type ({EXCHANGE}), agreement and purpose.")
    if not isinstance(agreement, str) or not isinstance(purpose, str):
        raise _invalid_details("Agreement and purpose are codes.")
    if not _CODE.fullmatch(agreement) or not _CODE.fullmatch(purpose):
        raise _invalid_details("Agreement and purpose are codes.")
    return agreement, purpose


def _invalid_details(description: str) -> TokenRefused:
    return TokenRefused("invalid_authorization_details", description)


_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["grant_type", "client_assertion_type", "client_assertion"],
                    "properties": {
                        "grant_type": {"type": "string", "enum": ["client_credentials"]},
                        "client_assertion_type": {"type": "string", "enum": [_ASSERTION_TYPE]},
                        "client_assertion": {
                            "type": "string",
                            "description": "A JWT signed with the machine's key. Header: alg (ES256, EdDSA or PS256) "
                            "and kid (the thumbprint). Claims: iss and sub (the machine's id), aud (the issuer or this "
                            "address), exp (at most five minutes ahead), jti (new each time).",
                        },
                        "scope": {"type": "string", "examples": ["agreements ledger notices"]},
                        "authorization_details": {
                            "type": "string",
                            "description": "JSON (RFC 9396): one agreement and one purpose.",
                            "examples": [
                                '[{"type":"sluis_exchange","agreement":"toeslag","purpose":"automatic-allowance"}]'
                            ],
                        },
                    },
                }
            }
        },
    }
}
