"""What the commands for SSH keys and mail certificates share: their options, read one, remove one, list them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from sluis.channels.commands.terminal import installation
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg

if TYPE_CHECKING:
    from sluis.channels.registration.model import Kind, PartyKey

LONGEST_FILE = 16_384

PartyOption = Annotated[str, typer.Option("--as", help="De partij: code, naam, KBO- of OVO-nummer.")]
ByOption = Annotated[str, typer.Option("--by", help="Uw code als toegangsbeheerder van de partij.")]
BecauseOption = Annotated[str, typer.Option("--because", help="Waarom.")]


def read_small(path: Path) -> bytes:
    """Return the first 16 KiB of a file: no key or certificate is longer."""
    try:
        with path.open("rb") as file:
            return file.read(LONGEST_FILE)
    except OSError:
        raise SluisError(
            "key-file",
            msg("Het bestand {file} kan niet gelezen worden.", file=path.name),
            remedy=msg("Kijk het pad en de rechten op het bestand na."),
        ) from None


def remove_registered(key: UUID, *, party: str, because: str, by: str) -> None:
    """Let a key or certificate of a party open nothing from now on."""
    from sluis.channels.commands.lists import party_id  # noqa: PLC0415 - only this command pays for it
    from sluis.channels.registration.actions import remove_key  # noqa: PLC0415 - only this command pays for it

    house = installation()
    with house.database.transaction() as connection:
        remove_key(
            connection,
            party=party_id(party),
            key=key,
            because=because,
            by=by,
            at=datetime.now(UTC),
            secrets=house.gate.secret,
        )


def registered(kind: Kind, *, party: str) -> tuple[PartyKey, ...]:
    """Return the keys or certificates by which a party comes in now."""
    from sluis.channels.commands.lists import party_id  # noqa: PLC0415 - only this command pays for it
    from sluis.channels.registration.store import list_keys  # noqa: PLC0415 - only this command pays for it

    with installation().database.transaction() as connection:
        return list_keys(connection, party=party_id(party), kind=kind)
