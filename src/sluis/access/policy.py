"""Who may grant, confirm and withdraw which role: each rule a named check with its clause. Pure; nothing is read here.

Two accounts of one person are one person (`Granting.same_person`): the sign-in provider's number of the person decides.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sluis.access.model import LONGEST_REASON, LONGEST_TERM_YEARS, Granting
from sluis.kernel.outcome import Clause, Reason
from sluis.kernel.text import msg
from sluis.ledger.numbers import looks_like_insz
from sluis.web.rights import ACCESS_MANAGER, ALL_PURPOSES, HEAD, ROLES

APPOINTED = Clause("Protocol gemeenschappelijk klantenbestand van 19 oktober 2020", "artikel 6")
SECURITY = Clause("AVG", "artikel 32, lid 1")

Check = Callable[[Granting], Reason | None]


def check_role(situation: Granting) -> Reason | None:
    """The role exists, can be granted, and counts at this party."""
    role = ROLES.get(situation.asked.role)
    only_at = dict(situation.only_at).get(situation.asked.role)
    if role is not None and role.granted_by != "nobody" and only_at in {None, situation.asked.party}:
        return None
    return Reason(
        "role-unknown",
        msg("Deze rol bestaat niet, of kan bij uw organisatie niet toegekend worden."),
        SECURITY,
        msg("Kies een rol uit de lijst."),
    )


def check_granter(situation: Granting) -> Reason | None:
    """Who grants holds the role that may: the head appoints access managers, an access manager grants the rest."""
    if situation.by_party == situation.asked.party and can_grant(situation.asked.role, situation.by_roles):
        return None
    return Reason(
        "not-your-role-to-grant",
        msg("U mag deze rol niet toekennen."),
        APPOINTED,
        msg("Een toegangsbeheerder kent rollen toe. De leidend ambtenaar wijst de toegangsbeheerders aan."),
    )


def check_not_oneself(situation: Granting) -> Reason | None:
    """Nobody grants anything to themselves, nor to another account of theirs."""
    if not situation.same_person and situation.by != situation.asked.actor:
        return None
    return Reason(
        "own-grant",
        msg("U kunt uzelf geen rol toekennen, ook niet onder een andere aanmelding."),
        SECURITY,
        msg("Vraag het aan een andere toegangsbeheerder of aan de leidend ambtenaar."),
    )


def check_member(situation: Granting) -> Reason | None:
    """The receiver is somebody of the party."""
    if situation.is_member:
        return None
    return Reason(
        "not-of-the-party",
        msg("Deze persoon is bij uw organisatie niet bekend."),
        APPOINTED,
        msg("Laat de persoon zich eerst één keer aanmelden namens uw organisatie."),
    )


def check_term(situation: Granting) -> Reason | None:
    """The term begins today or later, ends after it begins, and lasts no longer than a few years."""
    asked = situation.asked
    if situation.today <= asked.since <= asked.until <= _years_after(asked.since):
        return None
    return Reason(
        "term-wrong",
        msg("De periode is niet juist."),
        SECURITY,
        msg("Begin vandaag of later en eindig ten laatste {years} jaar na het begin.", years=LONGEST_TERM_YEARS),
    )


def _years_after(day: date) -> date:
    try:
        return day.replace(year=day.year + LONGEST_TERM_YEARS)
    except ValueError:  # 29 February, or a year beyond the calendar
        return date.max if day.year > 9_000 else day.replace(year=day.year + LONGEST_TERM_YEARS, day=28)


def check_purpose(situation: Granting) -> Reason | None:
    """The purpose is one of the party's agreements, or all; who grants roles does so for all."""
    role = ROLES.get(situation.asked.role)
    known = frozenset() if role is not None and role.granted_by == HEAD else situation.purposes
    if situation.asked.purpose in known | {ALL_PURPOSES}:
        return None
    return Reason(
        "purpose-unknown",
        msg("Dit doel staat in geen overeenkomst van uw organisatie."),
        Clause("AVG", "artikel 5, lid 1, b)"),
        msg("Kies een doel uit de lijst, of alle doelen."),
    )


def check_reason(situation: Granting) -> Reason | None:
    """A reason is given, short, and without a number of a person."""
    if is_reason(situation.asked.reason):
        return None
    return Reason(
        "reason-missing",
        msg("De reden ontbreekt, is te lang of bevat een nummer van een persoon."),
        SECURITY,
        msg("Schrijf in hoogstens {most} tekens waarom de rol nodig is.", most=LONGEST_REASON),
    )


def is_reason(text: str) -> bool:
    """Return whether a text can stand as a reason."""
    plain = text.strip()
    is_plain = all(sign.isprintable() or sign in "\r\n\t" for sign in plain)
    return 0 < len(plain) <= LONGEST_REASON and is_plain and not looks_like_insz(plain)


CHECKS: tuple[Check, ...] = (
    check_role,
    check_granter,
    check_not_oneself,
    check_member,
    check_term,
    check_purpose,
    check_reason,
)


def refusals(situation: Granting) -> tuple[Reason, ...]:
    """Return every reason against a grant at once."""
    return tuple(reason for check in CHECKS if (reason := check(situation)) is not None)


def can_grant(role: str, by_roles: frozenset[str]) -> bool:
    """Return whether one of these roles grants that one."""
    known = ROLES.get(role)
    return known is not None and known.granted_by in by_roles


def needs_second(role: str) -> bool:
    """Return whether somebody else must confirm the grant: lists of many persons, privacy officer, signatures."""
    known = ROLES.get(role)
    return known is None or known.heavy


def can_confirm(by_roles: frozenset[str]) -> bool:
    """Return whether somebody with these roles may be the second pair of eyes."""
    return bool(by_roles & {HEAD, ACCESS_MANAGER})


def can_withdraw(role: str, by_roles: frozenset[str]) -> bool:
    """Return whether somebody with these roles may take that one away.

    Whoever may grant a role may take it away, and the head any role of the party; a head's own role is the operator's.
    """
    known = ROLES.get(role)
    if known is None or known.granted_by == "nobody":
        return ACCESS_MANAGER in by_roles or HEAD in by_roles
    return known.granted_by in by_roles or (HEAD in by_roles and role != HEAD)


def second_must_differ(*, is_same: bool) -> Reason | None:
    """The second pair of eyes is somebody else's: not the proposer's, and not the receiver's."""
    if not is_same:
        return None
    return Reason(
        "second-is-same",
        msg("Iemand anders moet dit bevestigen: niet wie het voorstelde en niet wie de rol krijgt."),
        SECURITY,
        msg("Vraag het aan een andere toegangsbeheerder of aan de leidend ambtenaar."),
    )
