"""Mail that came in: opened, checked, kept by the intake, or answered with the one sentence.

A mail is noted as seen in the transaction that keeps its list. Killed before, it is read again; killed after, it is
known and only thrown away. The same signed content in another envelope is the same mail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import parseaddr
from pathlib import Path

from cryptography import x509

from sluis.app import Installation
from sluis.channels.intake import actions
from sluis.channels.intake.agreements import agreement_of, choices
from sluis.channels.intake.model import Arrival
from sluis.channels.mail import store
from sluis.channels.mail.certificates import is_valid
from sluis.channels.mail.identity import MailIdentity
from sluis.channels.mail.outgoing import CHANNEL, queue_result, queue_sentence
from sluis.channels.mail.parts import workbook_of
from sluis.channels.mail.smime import LARGEST_MAIL, NotOurs, open_mail
from sluis.channels.registration.model import PartyKey
from sluis.channels.registration.store import certificates_at
from sluis.database import Connection
from sluis.deliveries.bounces import LARGEST_REPORT, note_bounce
from sluis.deliveries.mail import is_address
from sluis.gate.actions import day_of
from sluis.kernel.errors import SluisError
from sluis.log import log

_MOST_HEADERS = 65_536


@dataclass(frozen=True, slots=True)
class _Letter:
    """A mail from outside: its bytes, the address that it says it comes from, whether a machine sent it."""

    raw: bytes
    address: str
    is_automatic: bool


def take_in(house: Installation, identity: MailIdentity, raw: bytes, *, at: datetime) -> str:
    """Take one mail in; return what it was: "taken", "seen", "refused" or "ignored"."""
    letter = _letter(raw)
    if letter is None:
        return "ignored"
    with house.database.transaction() as connection:
        seen = hashlib.sha256(raw).digest()
        if store.was_seen(connection, seen):
            return "seen"
        if len(raw) <= LARGEST_REPORT and note_bounce(connection, content=raw, at=at) is not None:
            return "ignored"
        registered = [key for key in certificates_at(connection, letter.address) if _counts(key, at)]
        try:
            opened = open_mail(raw, identity, [key.content for key in registered])
            workbook = workbook_of(opened.content)
            if workbook is None:
                raise NotOurs
        except NotOurs:
            if store.note_mail(connection, digest=seen, party=None, outcome="refused", file=None, at=at):
                _tell(house, connection, letter, at=at)
            return "refused"
        sender = next(key for key in registered if x509.load_der_x509_certificate(key.content) == opened.certificate)
        if store.was_seen(connection, opened.digest):
            return "seen"
        return _keep(house, connection, sender, letter, workbook, opened.digest, at=at)


def read_folder(house: Installation, identity: MailIdentity, folder: Path, *, at: datetime, most: int = 100) -> int:
    """Take in what lies in a maildir (`new` and `cur`), and throw each away once it is noted; return how many."""
    done = 0
    for path in _mails(folder, most):
        try:
            with path.open("rb") as file:
                raw = file.read(LARGEST_MAIL + 1)
            outcome = take_in(house, identity, raw, at=at)
        except FileNotFoundError:
            continue  # another process was first
        except (SluisError, _SeenJustNow) as error:
            log().warning("mail.waits", kind=getattr(error, "code", "seen-just-now"))
            continue
        log().info("mail.read", outcome=outcome)
        with suppress(FileNotFoundError):
            path.unlink()
        done += 1
    return done


def _keep(
    house: Installation,
    connection: Connection,
    sender: PartyKey,
    letter: _Letter,
    workbook: tuple[str, bytes],
    digest: bytes,
    *,
    at: datetime,
) -> str:
    name, content = workbook
    known = choices(house.lists, connection, party=sender.party, actor=sender.actor, channel=CHANNEL, at=at)
    agreement = agreement_of(name, "", known)
    arrival = Arrival(CHANNEL, sender.party, sender.actor, letter.address, name, agreement, content)
    file = actions.keep(house, connection, arrival, at=at)
    if not store.note_mail(connection, digest=digest, party=sender.party, outcome="taken", file=file.id, at=at):
        raise _SeenJustNow
    if file.state in ("refused", "double"):
        queue_result(connection, file, at=at)
    return "taken"


class _SeenJustNow(Exception):  # ends the transaction
    """A rival took the same mail in at this very moment: ours is undone, and is known at the next look."""


def _tell(house: Installation, connection: Connection, letter: _Letter, *, at: datetime) -> None:
    """Queue the one sentence, unless a machine wrote, or the address was told today already."""
    if letter.is_automatic or not is_address(letter.address) or letter.address == house.settings.smtp_from:
        return
    told = hashlib.sha256(letter.address.encode()).digest()
    if store.note_told(connection, address_hash=told, day=day_of(at)):
        queue_sentence(connection, address=letter.address, key=told.hex()[:32], at=at)


def _letter(raw: bytes) -> _Letter | None:
    headers = BytesHeaderParser(policy=compat32).parsebytes(raw[:_MOST_HEADERS])
    address = parseaddr(str(headers.get("From", "")))[1].lower()
    if not is_address(address):
        return None
    automatic = str(headers.get("Auto-Submitted", "no")).lower() != "no" or str(headers.get("Return-Path")) == "<>"
    return _Letter(raw, address, automatic or headers.get("List-Id") is not None or "Precedence" in headers)


def _counts(key: PartyKey, at: datetime) -> bool:
    return is_valid(x509.load_der_x509_certificate(key.content), at)


def _mails(folder: Path, most: int) -> Iterator[Path]:
    found = [path for part in ("new", "cur") if (folder / part).is_dir() for path in sorted((folder / part).iterdir())]
    # A link in the maildir could lead to any file that this process may read.
    yield from [path for path in found if path.is_file() and not path.is_symlink()][:most]
