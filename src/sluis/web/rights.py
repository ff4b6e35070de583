"""Roles and rights: the one reviewed table. A route names a right, a right names roles, a role names who grants it.

A role that is not here opens no page. `docs/reference/rights.md` is made from this table, and
`tests/integration/system/test_rights.py` walks every route with every role against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from sluis.kernel.text import Message, msg

Granter = Literal["operator", "head", "access-manager", "nobody"]

HEAD: Final = "head"
ACCESS_MANAGER: Final = "access-manager"
CITIZEN: Final = "citizen"
ALL_PURPOSES: Final = "all"


@dataclass(frozen=True, slots=True)
class Role:
    """What a person or machine may be at a party.

    `heavy` asks a second pair of eyes: the role can ask lists of many persons, advises on privacy, signs, sees
    everybody's evidence, or works without a person behind it. A role with `nobody` as granter follows from something
    else (an own number in the register).
    """

    code: str
    name: Message
    granted_by: Granter
    heavy: bool = False


@dataclass(frozen=True, slots=True)
class Right:
    """What a route lets its visitor do, and the roles of which one is enough."""

    text: Message
    roles: frozenset[str]


def _roles(*roles: Role) -> Mapping[str, Role]:
    return MappingProxyType({role.code: role for role in roles})


ROLES: Mapping[str, Role] = _roles(
    Role("officer", msg("dossierbehandelaar"), "access-manager", heavy=True),
    Role("dpo", msg("functionaris voor gegevensbescherming"), "access-manager", heavy=True),
    Role("signatory", msg("ondertekenaar"), "access-manager", heavy=True),
    Role(HEAD, msg("leidend ambtenaar"), "operator"),
    Role(ACCESS_MANAGER, msg("toegangsbeheerder"), "head"),
    Role("supervisor", msg("toezichthouder"), "access-manager", heavy=True),
    Role("outreach", msg("medewerker opvolging"), "access-manager"),
    Role("team-member", msg("lid van een lokaal team"), "access-manager"),
    Role("birth-confidant", msg("vertrouwensmedewerker geboorten"), "access-manager", heavy=True),
    Role("social-worker", msg("maatschappelijk werker"), "access-manager"),
    Role("system", msg("systeem van een partij"), "access-manager", heavy=True),
    Role(CITIZEN, msg("burger"), "nobody"),
)

ROLE_NAMES: Mapping[str, Message] = MappingProxyType({code: role.name for code, role in ROLES.items()})


def _right(text: Message, *roles: str) -> Right:
    unknown = set(roles) - set(ROLES)
    if unknown:
        raise LookupError(f"no such roles: {sorted(unknown)}")
    return Right(text, frozenset(roles))


RIGHTS: Mapping[str, Right] = MappingProxyType(
    {
        "lists-read": _right(msg("Uitwisselingen van lijsten lezen"), "officer", "dpo"),
        "lists-exchange": _right(msg("Lijsten vragen en antwoorden ophalen"), "officer"),
        "lists-keys": _right(msg("Sleutels van de bestanden beheren"), "dpo"),
        "agreements-read": _right(
            msg("Overeenkomsten van de eigen partij lezen"), "officer", "dpo", "signatory", ACCESS_MANAGER, "supervisor"
        ),
        "agreements-complete": _right(msg("Overeenkomsten invullen"), "officer", "dpo"),
        "agreements-prepare": _right(msg("Overeenkomsten aanbieden"), "officer"),
        "agreements-advise": _right(msg("Advies geven over overeenkomsten"), "dpo"),
        "agreements-act": _right(msg("Stappen van een overeenkomst zetten"), "officer", "signatory"),
        "agreements-sign": _right(msg("Overeenkomsten ondertekenen en beëindigen"), "signatory"),
        "ledger-read": _right(
            msg("Het grootboek lezen en nagaan"), "officer", "dpo", "signatory", ACCESS_MANAGER, "supervisor"
        ),
        "follow": _right(msg("Volgen welke besturen aansluiten, en hen aanschrijven"), "outreach"),
        "births-follow": _right(msg("Volgen welke ziekenhuizen geboorten melden, en welke stil zijn"), "outreach"),
        "births-hospital": _right(
            msg("Zien wat van de meldingen van het eigen ziekenhuis geweigerd werd en ontbreekt"), "officer", "dpo"
        ),
        "benefits-read": _right(msg("Dossiers en cijfers van het Groeipakket lezen"), "officer"),
        "benefits-recover": _right(msg("Terugvorderingen van het Groeipakket spreiden of kwijtschelden"), "officer"),
        "births-read": _right(msg("Geboorten van het eigen lokaal team lezen"), "team-member", "birth-confidant"),
        "births-decide": _right(
            msg("Een gemeente kiezen en over twijfel tussen geboorten beslissen"), "team-member", "birth-confidant"
        ),
        "births-restricted": _right(
            msg("Geboortedossiers onder beperkte toegang zien (overlijden, afstand)"), "birth-confidant"
        ),
        "own-data": _right(msg("Eigen gegevens zien"), CITIZEN),
        "access-manage": _right(msg("Rollen en toegang beheren"), HEAD, ACCESS_MANAGER),
    }
)


def right_of(code: str) -> Right:
    """Return a right of the table; a route that names another one does not load."""
    try:
        return RIGHTS[code]
    except KeyError:
        raise LookupError(f"sluis/web/rights.py has no right {code!r}: add it there, with its roles") from None
