"""`sluis machines`: systems of parties and their keys, from the command line; and the key of the API."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sluis.channels.commands.lists import party_id
from sluis.channels.commands.terminal import installation, out, say
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.machines import actions, store
from sluis.machines.keys import LONGEST_KEY, PublicKey, read_public_key
from sluis.machines.secret import make_key
from sluis.settings import settings

app = typer.Typer(help="Systemen van partijen en hun sleutels.", no_args_is_help=True)

PartyOption = Annotated[str, typer.Option("--party", help="De partij: code, naam, KBO- of OVO-nummer.")]
ByOption = Annotated[str, typer.Option("--by", help="De toegangsbeheerder die handelt.")]
KeyOption = Annotated[Path, typer.Option("--key", help="Bestand met de publieke sleutel (JWK of PEM).")]
MachineArgument = Annotated[str, typer.Argument(help="Het kenmerk van het systeem (client_id).")]


@app.command()
def init() -> None:
    """Maak één keer de sleutel waarmee de API toegangsbewijzen en antwoorden ondertekent."""
    say(msg("De sleutel is gemaakt.") if make_key(settings()) else msg("De sleutel is er al."))


@app.command()
def register(
    party: PartyOption,
    name: Annotated[str, typer.Option("--name", help="Hoe het systeem heet.")],
    key: KeyOption,
    by: ByOption,
    reason: Annotated[str, typer.Option("--reason", help="Waarvoor het systeem dient.")],
    until: Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="De laatste dag.")] = None,
) -> None:
    """Registreer een systeem van een partij; het kan niets tot iemand anders zijn sleutel bevestigt."""
    house, owner = installation(), party_id(party)
    with house.database.transaction() as connection:
        done = actions.register_machine(
            connection,
            party=owner,
            name=name,
            key=_read(key),
            by=by,
            at=datetime.now(UTC),
            secrets=house.gate.secret,
            until=None if until is None else until.date(),
            reason=reason,
        )
    out.print(f"{done.machine.id}\n{done.thumbprint}", markup=False)


@app.command("confirm-key")
def confirm_key(
    machine: MachineArgument,
    thumbprint: Annotated[str, typer.Argument(help="De vingerafdruk van de sleutel (kid).")],
    party: PartyOption,
    by: ByOption,
) -> None:
    """Bevestig een sleutel als tweede persoon: vanaf de volgende vraag telt ze."""
    house, owner = installation(), party_id(party)
    with house.database.transaction() as connection:
        actions.confirm_key(
            connection,
            machine=machine,
            thumbprint=thumbprint,
            party=owner,
            by=by,
            at=datetime.now(UTC),
            secrets=house.gate.secret,
        )
    say(msg("De sleutel is bevestigd en telt vanaf nu."))


@app.command("add-key")
def add_key(machine: MachineArgument, party: PartyOption, key: KeyOption, by: ByOption) -> None:
    """Voeg een sleutel toe om naar over te stappen; ze telt zodra iemand anders ze bevestigt."""
    house, owner = installation(), party_id(party)
    with house.database.transaction() as connection:
        thumbprint = actions.add_key(
            connection,
            machine=machine,
            party=owner,
            key=_read(key),
            by=by,
            at=datetime.now(UTC),
            secrets=house.gate.secret,
        )
    out.print(thumbprint, markup=False)


@app.command("retire-key")
def retire_key(
    machine: MachineArgument,
    thumbprint: Annotated[str, typer.Argument(help="De vingerafdruk van de sleutel (kid).")],
    party: PartyOption,
    by: ByOption,
) -> None:
    """Trek een sleutel in: vanaf de volgende vraag ondertekent ze niets meer."""
    house, owner = installation(), party_id(party)
    with house.database.transaction() as connection:
        actions.retire_key(
            connection,
            machine=machine,
            thumbprint=thumbprint,
            party=owner,
            by=by,
            at=datetime.now(UTC),
            secrets=house.gate.secret,
        )
    say(msg("De sleutel is ingetrokken."))


@app.command()
def revoke(machine: MachineArgument, party: PartyOption, by: ByOption) -> None:
    """Trek een systeem in, met al zijn sleutels en toegangsbewijzen."""
    house, owner = installation(), party_id(party)
    with house.database.transaction() as connection:
        actions.revoke_machine(
            connection, machine=machine, party=owner, by=by, at=datetime.now(UTC), secrets=house.gate.secret
        )
    say(msg("Het systeem is ingetrokken."))


@app.command("list")
def list_machines(party: PartyOption) -> None:
    """Toon de systemen van een partij en hun sleutels."""
    house, owner = installation(), party_id(party)
    with house.database.transaction() as connection:
        for machine in store.list_machines(connection, party=owner):
            out.print(f"{'✗' if machine.revoked_at else '✓'} {machine.id}  {machine.name}", markup=False)
            for key in store.list_keys(connection, machine.id):
                gone = key.retired_at or machine.revoked_at
                state = "✗" if gone else "✓" if key.confirmed_by else "…"
                out.print(f"    {state} {key.thumbprint}  {key.algorithm}", markup=False)


def _read(path: Path) -> PublicKey:
    try:
        with path.open(encoding="utf-8") as file:
            return read_public_key(file.read(LONGEST_KEY + 1))
    except (OSError, UnicodeDecodeError):
        raise SluisError(
            "key-file",
            msg("Het bestand {file} is niet leesbaar.", file=path.name),
            remedy=msg("Geef een bestand met een publieke sleutel, als JWK of PEM."),
        ) from None
