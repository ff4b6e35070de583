"""`sluis births teams`: which local team works where, from a file that people review."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sluis.births.files.liststore import Team, put_team
from sluis.channels.commands.terminal import installation, say
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg

_LARGEST_FILE = 1_000_000


class _TeamFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=120)
    municipalities: tuple[str, ...] = Field(min_length=1, max_length=100)
    members: tuple[str, ...] = Field(default=(), max_length=500)


def teams(
    file: Annotated[Path, typer.Argument(help="De lokale teams, in YAML: code, naam, NIS-codes, leden.")],
) -> None:
    """Schrijf de lokale teams: waar ze werken, en wie er werkt. Een team dat er al is, wordt vervangen."""
    try:
        with file.open("rb") as content:
            read = yaml.safe_load(content.read(_LARGEST_FILE))
        found = {str(code): _TeamFile.model_validate(team) for code, team in dict(read).items()}
    except (OSError, ValidationError, ValueError, TypeError, yaml.YAMLError):
        raise SluisError(
            "teams-unreadable",
            msg("Dit bestand beschrijft geen lokale teams."),
            remedy=msg("Schrijf per code: name, municipalities (NIS-codes tussen aanhalingstekens) en members."),
        ) from None
    with installation().database.transaction() as connection:
        for code, team in found.items():
            put_team(connection, Team(code, team.name, team.municipalities, team.members))
    say(msg("{count} lokale teams geschreven.", count=len(found)))
