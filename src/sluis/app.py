"""Puts the house together: the only module that knows every slice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fastapi import FastAPI

from sluis.authentic.source import AuthenticRegister, SocialeToeslagSource
from sluis.background import Repeating
from sluis.database import Connection, Database, migrate
from sluis.gate import store as actors
from sluis.gate.actions import Gate, day_of
from sluis.gate.model import Source
from sluis.kernel.territory import find_body
from sluis.kernel.text import Message, msg
from sluis.ledger.keys import LedgerKeys, ledger_keys
from sluis.ledger.sequencer import Sequencer
from sluis.lists.passage import Lists
from sluis.lists.upkeep import expire_overdue, remind_overdue
from sluis.lists.vault import open_vault
from sluis.settings import Settings
from sluis.web.kit import NavigationItem, PageKit, Tile
from sluis.web.people import SignedIn, SignInChoice
from sluis.web.shell import create_shell, refuse_to_start_without_a_door

ROLE_NAMES: Mapping[str, Message] = {
    "officer": msg("dossierbehandelaar"),
    "dpo": msg("functionaris voor gegevensbescherming"),
    "signatory": msg("ondertekenaar"),
    "access-manager": msg("toegangsbeheerder"),
    "supervisor": msg("toezichthouder"),
    "citizen": msg("burger"),
}

_UPKEEP_SECONDS = 60.0


def sources() -> Mapping[str, Source]:
    """Return the slices that can supply items, by the name that agreements use."""
    return {source.code: source for source in (SocialeToeslagSource(),)}


@dataclass(frozen=True, slots=True)
class Installation:
    """One running Sluis: its settings, database, keys and slices."""

    settings: Settings
    database: Database
    keys: LedgerKeys = field(repr=False)
    gate: Gate
    lists: Lists

    @classmethod
    def open(cls, settings: Settings, database: Database | None = None) -> Installation:
        """Return the installation that the settings name, its database migrated and its keys read."""
        if database is None:
            database = Database.from_settings(settings)
            migrate(database.owner_url)
        keys = ledger_keys(settings)
        gate = Gate(register=AuthenticRegister(), sources=sources(), secret=keys.persons)
        vault = open_vault(settings.files_key_file or settings.home / "keys" / "files.age-identity")
        lists = Lists(database=database, gate=gate, vault=vault, fictitious=settings.fictitious_insz)
        return cls(settings=settings, database=database, keys=keys, gate=gate, lists=lists)

    def sequencer(self) -> Sequencer:
        """Return the thread that puts entries into the tree."""
        return Sequencer(self.database, self.keys.signer)

    def upkeep(self) -> Repeating:
        """Return the thread that does what time asks for: expiries and reminders."""
        return Repeating(self._keep_up, every_seconds=_UPKEEP_SECONDS, name="upkeep")

    def _keep_up(self) -> None:
        at = datetime.now(UTC)
        expire_overdue(self.lists, at=at)
        remind_overdue(self.lists, at=at)


class Directory:
    """The people of this installation, as the page kit asks for them."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def list_people(self, connection: Connection) -> Sequence[SignInChoice]:
        """Return the fictional people of the demo, with the roles that they hold now."""
        grants: dict[str, list[actors.RoleGrant]] = {}
        for grant in actors.list_roles(connection, on=day_of(self._clock())):
            grants.setdefault(grant.actor, []).append(grant)
        return [
            SignInChoice(
                id=actor.id,
                name=actor.display_name,
                party_name=_party_name(grants[actor.id][0].party) if actor.id in grants else None,
                role_names=tuple(_role_name(grant.role) for grant in grants.get(actor.id, ()))
                or (ROLE_NAMES["citizen"],),
                description="",
            )
            for actor in actors.list_actors(connection)
            if actor.kind == "person"
        ]

    def find(self, connection: Connection, person_id: str) -> SignedIn | None:
        """Return the person with the roles of this moment: a role withdrawn is gone on the next click."""
        actor = actors.find_actor(connection, person_id)
        if actor is None or actor.kind != "person":
            return None
        grants = actors.list_roles(connection, on=day_of(self._clock()), actor=person_id)
        party = grants[0].party if grants else None
        roles = {grant.role for grant in grants if grant.party == party}
        if actors.insz_of(connection, person_id) is not None:
            roles.add("citizen")
        return SignedIn(
            id=actor.id,
            name=actor.display_name,
            party=party,
            party_name=None if party is None else _party_name(party),
            roles=frozenset(roles),
        )


def _party_name(party: str) -> str:
    body = find_body(party)
    return body.name if body is not None else party


def _role_name(role: str) -> Message | str:
    return ROLE_NAMES.get(role, role)
