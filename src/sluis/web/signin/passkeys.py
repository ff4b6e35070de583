"""Passkeys (WebAuthn): a key pair on the person's own device, which asks for a finger, a face or a code each time.

The site that a passkey belongs to and the page that may ask for it come from the settings, never from the request.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from sluis.settings import Settings
from sluis.web.people import SignedIn
from sluis.web.signin.failures import passkey_refused
from sluis.web.signin.store import Credential

LONGEST_CREDENTIAL = 16_384


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys of this installation belong: the host, and the address of its pages."""

    host: str
    origin: str

    @classmethod
    def of(cls, settings: Settings) -> Site:
        """Return the site that everyone reaches."""
        parts = urlsplit(settings.public_address)
        return cls(parts.hostname or "localhost", f"{parts.scheme}://{parts.netloc}")


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that a device made, checked."""

    credential: bytes
    public_key: bytes
    uses: int


def registration_options(site: Site, person: SignedIn, *, challenge: bytes, known: list[bytes]) -> str:
    """Return what the browser needs to make a passkey, as JSON."""
    return options_to_json(
        generate_registration_options(
            rp_id=site.host,
            rp_name="Sluis",
            # The device keeps these: a digest and the name of the body, no number and no address of the person.
            user_id=sha256(b"sluis passkey " + person.id.encode()).digest(),
            user_name=person.name,
            user_display_name=f"{person.name} ({person.party_name})" if person.party_name else person.name,
            challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
        )
    )


def sign_in_options(site: Site, *, challenge: bytes) -> str:
    """Return what the browser needs to sign in with any passkey of this site, as JSON."""
    return options_to_json(
        generate_authentication_options(
            rp_id=site.host, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
        )
    )


def check_new(site: Site, credential: str, *, challenge: bytes) -> NewPasskey:
    """Return the passkey that a device made for this challenge; raises `SignInFailed` for anything else."""
    try:
        made = verify_registration_response(
            credential=_object(credential),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _BAD:
        raise passkey_refused() from None
    return NewPasskey(made.credential_id, made.credential_public_key, made.sign_count)


def credential_id(credential: str) -> bytes:
    """Return which passkey an answer claims to be of."""
    try:
        return base64url_to_bytes(str(_object(credential)["rawId"]))
    except _BAD:
        raise passkey_refused() from None


def check_signature(site: Site, credential: str, known: Credential, *, challenge: bytes) -> int:
    """Return how often the authenticator was used by now; raises `SignInFailed` for a wrong or copied signature."""
    try:
        return verify_authentication_response(
            credential=_object(credential),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.uses,
            require_user_verification=True,
        ).new_sign_count
    except _BAD:
        raise passkey_refused() from None


# What a stranger sends is parsed by the library in many places: whatever it trips over is a refusal.
_BAD = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError, EOFError)


def _object(text: str) -> dict[str, object]:
    found = json.loads(text) if len(text) <= LONGEST_CREDENTIAL else None
    if not isinstance(found, dict):
        raise ValueError("not an answer of a browser")
    return found
