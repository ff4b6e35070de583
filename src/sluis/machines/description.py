"""The OpenAPI description as a stranger needs it: how to get in, what every answer has, every problem, examples."""

from __future__ import annotations

from typing import Any

from sluis.machines.problems import MEDIA_TYPE, PAGES, TYPES

_INTRODUCTION = """\
Public bodies ask personal data through Sluis, under an agreement that is in force. This API is for their systems.

1. **Register a key.** The access manager of your organisation registers your system with its public key (EC P-256,
   Ed25519 or RSA). To try, open a sandbox on the page *Koppelen*: a fictional party, ready in a minute.
2. **Get a token** at `/api/token` with `private_key_jwt` (RFC 7523). It is good for ten minutes, for one agreement and
   one purpose, and for requests that are signed with the same key.
3. **Sign each request** (RFC 9421): cover `@method`, `@target-uri`, `authorization` and, when there is a body,
   `content-digest` (RFC 9530); give `created`, a fresh `nonce` (16 to 128 characters), `keyid` (the thumbprint of your
   key) and `tag="sluis-api"`. A request counts once, within five minutes.
4. **Check the answer**: it is signed by the key at `/api/jwks.json`, and its signature covers yours.

Send your own mark as `x-correlation-id` (a UUID): it comes back and stands in the evidence. Every write carries an
`Idempotency-Key`: the same key with the same body gives the same answer for a day. Errors are problem details
(RFC 9457) in the language of `Accept-Language` (nl, fr, en, de). Numbers of persons stand in bodies only, never in an
address or a header.
"""

_TAGS = (
    ("token", "Tokens, and the keys of this installation."),
    ("releases", "Asking about one person, and knowing beforehand what would be refused."),
    ("list exchanges", "Asking about many persons with an encrypted workbook."),
    ("agreements", "The agreements of your own party."),
    ("ledger", "The evidence of your own party, with receipts that are checked offline."),
    ("notices", "What was sent to your party, replayable from a cursor."),
)

_HEADERS: dict[str, Any] = {
    "API-Version": {"description": "The full version of this API.", "schema": {"type": "string"}},
    "X-Correlation-ID": {"description": "Your own mark of the request, or ours.", "schema": {"type": "string"}},
    "Content-Digest": {"description": "RFC 9530: SHA-256 of the body.", "schema": {"type": "string"}},
    "Signature-Input": {"description": "RFC 9421: what our signature covers.", "schema": {"type": "string"}},
    "Signature": {"description": "RFC 9421: our signature.", "schema": {"type": "string"}},
}
_LIMIT_HEADERS: dict[str, Any] = {
    "RateLimit-Policy": {"description": "How many requests your party has per window.", "schema": {"type": "string"}},
    "RateLimit": {"description": "How many are left, and the seconds until more.", "schema": {"type": "string"}},
}
_RETRY = {"Retry-After": {"description": "How many seconds to wait.", "schema": {"type": "integer"}}}

_CORRELATION = {
    "name": "x-correlation-id",
    "in": "header",
    "required": False,
    "description": "Your own mark of the request: a UUID, or at most 128 printable characters.",
    "schema": {"type": "string", "maxLength": 128},
    "example": "7c1ff2b0-6a0e-4b0e-9d0a-54a1c8e2f001",
}
_IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "A new UUID for each new order, the same when you repeat it.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 130},
    "example": "0e1c5cc3-2c4b-4a86-8c43-6d5f2f4f9a11",
}
_SIGNATURE = [
    {
        "name": name,
        "in": "header",
        "required": True,
        "description": what,
        "schema": {"type": "string"},
    }
    for name, what in (
        ("Signature-Input", "RFC 9421: what your signature covers, created, nonce, keyid and tag."),
        ("Signature", "RFC 9421: your signature."),
    )
]
_DIGEST = {
    "name": "Content-Digest",
    "in": "header",
    "required": False,
    "description": "RFC 9530: the digest of the body, sha-256 or sha-512. Required when there is a body.",
    "schema": {"type": "string"},
}

_PARAMETERS = {
    "agreement": "The code of an agreement of your party.",
    "after": "The last one of the page before.",
    "before": "The last entry of the page before.",
    "entry": "The number of an entry of your party.",
    "exchange": "The number of an exchange of your party.",
}
_COMMON = (400, 401, 403, 408, 413, 422, 429, 503)
_EXTRA = {"get": (404, 409), "post": (404, 409)}
_EXAMPLES: dict[str, Any] = {
    "createRelease": {
        "leg": "answer",
        "items": ["child-insz", "right-since"],
        "subject": {"insz": "15660100196"},
    },
    "previewRelease": {"leg": "answer", "items": ["child-insz", "right-since"]},
}


def describe(made: dict[str, Any], *, issuer: str) -> dict[str, Any]:
    """Complete the description that the routes gave."""
    made["info"] |= {
        "summary": "The lock through which public bodies share personal data under signed agreements.",
        "description": _INTRODUCTION,
        "contact": {
            "name": "The operator of this installation",
            "url": f"{issuer}/koppelen",
            "email": "api@sluis.example",
        },
        "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    }
    # The major version stands in the address: API Design Rules, /core/uri-version.
    made["servers"] = [{"url": f"{issuer}/api/v1", "description": "This installation."}]
    made["paths"] = {_relative(path): item for path, item in made["paths"].items()}
    for path, item in made["paths"].items():
        if path in ("/token", "/jwks.json"):
            item["servers"] = [{"url": f"{issuer}/api", "description": "Tokens serve every version."}]
        for method, operation in item.items():
            if method in ("get", "post"):
                _complete(path, method, operation)
    made["tags"] = [{"name": name, "description": what} for name, what in _TAGS]
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas["Problem"] = _problem(issuer)
    components["securitySchemes"] = {
        "token": {
            "type": "oauth2",
            "description": "Client credentials with private_key_jwt; the token is bound to the key.",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": f"{issuer}/api/token",
                    "scopes": {
                        "agreements": "The party's own agreements.",
                        "ledger": "The party's own evidence.",
                        "notices": "What was sent to the party.",
                    },
                }
            },
        }
    }
    return made


def _relative(path: str) -> str:
    return path.removeprefix("/api/v1") if path.startswith("/api/v1/") else path.removeprefix("/api")


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    is_open = path in ("/token", "/jwks.json")
    parameters = operation.setdefault("parameters", [])
    for parameter in parameters:
        if "description" not in parameter:
            parameter["description"] = _PARAMETERS[parameter["name"]]
    parameters.append(_CORRELATION)
    if not is_open:
        parameters.extend(_SIGNATURE)
        scope = {"agreements": "agreements", "ledger": "ledger", "notices": "notices"}.get(operation["tags"][0])
        operation["security"] = [{"token": [scope] if scope else []}]
    else:
        operation["security"] = []
    if method == "post" and not is_open:
        parameters.append(_DIGEST)
        if path != "/release-previews":
            parameters.append(_IDEMPOTENCY)
    example = _EXAMPLES.get(operation["operationId"])
    if example is not None:
        operation["requestBody"]["content"]["application/json"]["example"] = example
    _answers(path, method, operation, is_open=is_open)


def _answers(path: str, method: str, operation: dict[str, Any], *, is_open: bool) -> None:
    responses = operation["responses"]
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    statuses = (400, 408, 413, 429, 503) if is_open else sorted({*_COMMON, *_EXTRA[method]})
    responses.pop("422", None)
    for code, answer in responses.items():
        answer["headers"] = {**_HEADERS, **({} if is_open else _LIMIT_HEADERS)}
        if code in ("200", "201"):
            _narrow(answer)
    for status in statuses:
        responses[str(status)] = {
            "description": "; ".join(f"`{name}`" for name, kind in TYPES.items() if kind.status == status),
            "headers": _HEADERS | (_RETRY if status in (429, 503) else {}),
            "content": content,
        }
    if path == "/token":
        oauth = {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["error"],
                    "properties": {
                        "error": {"type": "string"},
                        "error_description": {"type": "string"},
                        "error_uri": {"type": "string", "format": "uri"},
                    },
                }
            }
        }
        responses["400"]["content"] = {**oauth, **content}
        responses["401"] = {
            "description": "The assertion proves nothing (RFC 6749 section 5.2).",
            "headers": dict(_HEADERS),
            "content": {**oauth, **content},
        }
        responses["200"]["content"] = {"application/json": {"schema": _TOKEN}}
    if path == "/jwks.json":
        responses["200"]["content"] = {"application/json": {"schema": _JWKS}}


def _narrow(answer: dict[str, Any]) -> None:
    """Keep only the kind of content that a route names, where it names another than JSON."""
    content = answer.get("content", {})
    if len(content) > 1 and content.get("application/json", {}).get("schema") == {}:
        del content["application/json"]


_TOKEN: dict[str, Any] = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in"],
    "properties": {
        "access_token": {"type": "string"},
        "token_type": {"type": "string", "enum": ["Bearer"]},
        "expires_in": {"type": "integer"},
        "scope": {"type": "string"},
        "authorization_details": {"type": "array", "items": {"type": "object"}},
    },
}
_JWKS: dict[str, Any] = {
    "type": "object",
    "required": ["keys"],
    "properties": {"keys": {"type": "array", "items": {"type": "object"}}},
}


def _problem(issuer: str) -> dict[str, Any]:
    reason = {
        "type": "object",
        "required": ["code", "what", "clause", "remedy"],
        "properties": {name: {"type": "string"} for name in ("code", "what", "clause", "remedy")},
    }
    return {
        "type": "object",
        "description": "A problem (RFC 9457). `type` is stable and leads to a page about it.",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {
                "type": "string",
                "format": "uri",
                "examples": [f"{issuer}{PAGES}/refused"],
            },
            "title": {"type": "string", "description": "What kind of problem, in your language."},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "What it is this time."},
            "instance": {"type": "string", "description": "This one time, to name it to the operator."},
            "clause": {"type": "string", "description": "Where the rule stands."},
            "remedy": {"type": "string", "description": "What to do next."},
            "reasons": {"type": "array", "items": reason, "description": "Every ground of a refusal at once."},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"field": {"type": "string"}, "rule": {"type": "string"}},
                },
                "description": "Which field is wrong, by which rule.",
            },
        },
    }
