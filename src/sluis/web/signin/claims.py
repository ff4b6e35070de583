"""What ACM/IDM says of a person: its claims, read strictly. Pure.

Claims: `vo_id` (the person), `vo_doelgroepcode` (GID, EA, LB, OV or BUR), `vo_orgcode` (KBO, OVO or OV number),
`given_name`, `family_name` and `<application>_rol_3d` with values `Role:Organisation`. Source: the technical pages of
ACM/IDM on scopes and claims and on target groups (domain facts F.1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from sluis.kernel.insz import Insz
from sluis.kernel.text import msg
from sluis.ledger.numbers import looks_like_insz
from sluis.web.people import Identity
from sluis.web.rights import ROLES
from sluis.web.signin.failures import SignInFailed, provider_wrong

CITIZENS: Final = "BUR"
GROUPS: Final = frozenset({"GID", "EA", "LB", "OV", CITIZENS})

_SUBJECT: Final = re.compile(r"[!-~]{1,255}")
_ORGANISATION: Final = re.compile(r"[01][0-9]{9}|OVO[0-9]{6}|OV[0-9]{6,9}", re.IGNORECASE)
_INSZ: Final = re.compile(r"[0-9]{11}")
_LONGEST_NAME: Final = 120
_MOST_ROLES: Final = 200


def read_identity(claims: Mapping[str, object], *, issuer: str, application: str, may_have_number: bool) -> Identity:
    """Return who the claims speak of; raises `SignInFailed` for claims that no ACM/IDM sends.

    Without `vo_doelgroepcode` somebody with an organisation acts for it, and somebody without one is a citizen.
    """
    group = claims.get("vo_doelgroepcode")
    if group is not None and not (isinstance(group, str) and group in GROUPS):
        raise provider_wrong()
    organisation = None if group == CITIZENS else _organisation(claims.get("vo_orgcode"))
    if organisation is None and group not in {None, CITIZENS}:
        raise organisation_missing()
    number = claims.get("rrn") if may_have_number and organisation is None else None
    return Identity(
        issuer=issuer,
        subject=_subject(claims),
        name=_name(claims),
        organisation=organisation,
        roles=_roles(claims.get(f"{application}_rol_3d"), organisation),
        insz=Insz(number) if isinstance(number, str) and _INSZ.fullmatch(number) else None,
    )


def organisation_missing() -> SignInFailed:
    """The provider does not say for which body the person acts."""
    return SignInFailed(
        "organisation-missing",
        msg("De aanmelddienst zegt niet voor welke organisatie u handelt."),
        remedy=msg("Meld u opnieuw aan en kies de organisatie waarvoor u werkt."),
    )


def _subject(claims: Mapping[str, object]) -> str:
    """Return the number of the person; which claim it is stands before it, so that the two cannot be mixed up."""
    for claim in ("vo_id", "sub"):
        found = claims.get(claim)
        if isinstance(found, str) and _SUBJECT.fullmatch(found):
            return f"{claim}:{found}"
        if found is not None:
            break
    raise provider_wrong()


def _organisation(code: object) -> str | None:
    if code is None or code == "":
        return None
    plain = code.replace(".", "").replace(" ", "").upper() if isinstance(code, str) else ""
    if not _ORGANISATION.fullmatch(plain):
        raise organisation_missing()
    return plain


def _name(claims: Mapping[str, object]) -> str:
    parts = [claims.get(name) for name in ("given_name", "family_name")]
    text = " ".join(part.strip() for part in parts if isinstance(part, str))
    plain = "".join(sign for sign in text if sign.isprintable())[:_LONGEST_NAME].strip()
    return "?" if not plain or looks_like_insz(plain) else plain


def _roles(claim: object, organisation: str | None) -> frozenset[str] | None:
    """Return the roles that the provider names for this organisation; None where it names none at all.

    A value of another organisation, an unknown role or a shape that we do not know gives nothing: it only narrows.
    """
    if claim is None:
        return None
    values = [claim] if isinstance(claim, str) else claim if isinstance(claim, list) else []
    found = set()
    for value in [one for text in values if isinstance(text, str) for one in text.split(",")][:_MOST_ROLES]:
        role, _, place = value.strip().partition(":")
        if role.lower() in ROLES and place.replace(".", "").upper() == (organisation or ""):
            found.add(role.lower())
    return frozenset(found)
