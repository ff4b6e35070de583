"""Puts the house together: the only module that knows every slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sluis.agreements.clock import bring_agreements_up_to_date
from sluis.agreements.deadlines import AgreementDuties
from sluis.agreements.duties import DutySource
from sluis.authentic.family import FamilyFactsSource
from sluis.authentic.source import AuthenticRegister, SocialeToeslagSource
from sluis.background import Repeating
from sluis.births.hospitals.actions import bring_up_to_date as bring_hospitals_up_to_date
from sluis.births.hospitals.duties import SilenceDuties
from sluis.births.house import Births
from sluis.births.intake.work import work_due
from sluis.database import Database, migrate
from sluis.deliveries.model import Channel
from sluis.deliveries.smtp import MailServer, SmtpChannel
from sluis.deliveries.worker import deliver_due
from sluis.gate.actions import Gate
from sluis.gate.model import Source
from sluis.ledger.keys import LedgerKeys, ledger_keys
from sluis.ledger.sequencer import Sequencer
from sluis.lists.duties import ConfirmationDuties
from sluis.lists.passage import Lists
from sluis.lists.upkeep import expire_overdue, remind_overdue
from sluis.lists.vault import open_vault
from sluis.machines.sandbox import tidy
from sluis.settings import Settings
from sluis.web.store import remove_old_sessions

_UPKEEP_SECONDS = 60.0
_DELIVERY_SECONDS = 5.0
_BIRTH_SECONDS = 2.0


FACTS = "bevolking"
"""The folder in the home of the installation with the fact tables that the authentic sources deliver."""


def sources(settings: Settings) -> Mapping[str, Source]:
    """Return the slices that can supply items, by the name that agreements use."""
    found: tuple[Source, ...] = (SocialeToeslagSource(), FamilyFactsSource(settings.home / FACTS))
    return {source.code: source for source in found}


def duty_sources() -> Sequence[DutySource]:
    """Return the slices that know what somebody still has to do."""
    return (AgreementDuties(), ConfirmationDuties(), SilenceDuties())


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
        gate = Gate(register=AuthenticRegister(), sources=sources(settings), secret=keys.persons)
        vault = open_vault(settings.files_key_file or settings.home / "keys" / "files.age-identity")
        lists = Lists(database=database, gate=gate, vault=vault, fictitious=settings.fictitious_insz)
        return cls(settings=settings, database=database, keys=keys, gate=gate, lists=lists)

    @property
    def births(self) -> Births:
        """The births slice: its files are sealed by the same key as those of lists."""
        return Births(self.database, self.gate, self.lists.vault, self.settings.fictitious_insz)

    def ward(self) -> Repeating:
        """Return the thread that works notices of birth that wait: after a crash, or when a first attempt failed."""
        return Repeating(
            lambda: work_due(self.births, clock=lambda: datetime.now(UTC)), every_seconds=_BIRTH_SECONDS, name="births"
        )

    def sequencer(self) -> Sequencer:
        """Return the thread that puts entries into the tree."""
        return Sequencer(self.database, self.keys.signer)

    def channels(self) -> Sequence[Channel]:
        """Return the ways out that this installation has; deliveries on another wait."""
        server = MailServer.from_settings(self.settings)
        return () if server is None else (SmtpChannel(server),)

    def courier(self) -> Repeating:
        """Return the thread that sends what is due."""
        channels = self.channels()
        return Repeating(
            lambda: deliver_due(self.database, channels, clock=lambda: datetime.now(UTC)),
            every_seconds=_DELIVERY_SECONDS,
            name="courier",
        )

    def upkeep(self) -> Repeating:
        """Return the thread that does what time asks for: expiries and reminders."""
        return Repeating(self._keep_up, every_seconds=_UPKEEP_SECONDS, name="upkeep")

    def _keep_up(self) -> None:
        at = datetime.now(UTC)
        expire_overdue(self.lists, at=at)
        remind_overdue(self.lists, at=at)
        bring_agreements_up_to_date(self.database, at=at)
        with self.database.transaction() as connection:
            bring_hospitals_up_to_date(self.births, connection, at=at)
        tidy(self.database, at=at, secrets=self.keys.persons)
        with self.database.transaction() as connection:
            remove_old_sessions(connection, at=at, absolute=timedelta(minutes=self.settings.session_minutes))
