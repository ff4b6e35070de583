"""Who may do what with a machine: its access manager proposes, a second person confirms. Pure; nothing is read here.

A machine works without a person behind it, so its role is a heavy one (`sluis.web.rights`), and a key is as good as the
role: whoever could add one alone could act as the machine.
"""

from __future__ import annotations

from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg
from sluis.web.rights import ACCESS_MANAGER, HEAD

SECURITY = Clause("AVG", "art. 32")


def check_manages(roles: frozenset[str]) -> None:
    """Refuse who is not access manager of the party: the role of a system is the access manager's to give."""
    if ACCESS_MANAGER not in roles:
        raise SluisError(
            "not-access-manager",
            msg("Alleen een toegangsbeheerder registreert systemen en sleutels van een organisatie."),
            clause=SECURITY,
            remedy=msg("Vraag het aan de toegangsbeheerder van uw organisatie."),
        )


def can_confirm(roles: frozenset[str], *, is_same: bool) -> bool:
    """Return whether somebody is a second pair of eyes: a manager or the head, and not who added the key."""
    return bool(roles & {ACCESS_MANAGER, HEAD}) and not is_same


def check_confirms(roles: frozenset[str], *, is_same: bool) -> None:
    """Refuse who may not confirm a key."""
    if not can_confirm(roles, is_same=is_same):
        raise SluisError(
            "second-is-same",
            msg("Iemand anders moet deze sleutel bevestigen: niet wie ze toevoegde."),
            clause=SECURITY,
            remedy=msg("Vraag het aan een andere toegangsbeheerder of aan de leidend ambtenaar."),
        )


def check_ends(roles: frozenset[str]) -> None:
    """Refuse who may not take a key or a machine away."""
    if not roles & {ACCESS_MANAGER, HEAD}:
        raise SluisError(
            "not-access-manager",
            msg("Alleen een toegangsbeheerder of de leidend ambtenaar trekt systemen en sleutels in."),
            clause=SECURITY,
            remedy=msg("Vraag het aan de toegangsbeheerder van uw organisatie."),
        )
