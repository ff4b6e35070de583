"""Append-only evidence: entries about persons who can be forgotten, an RFC 9162 tree over them, receipts to take home.

An entry is written by `record` in the transaction of what it tells about. The sequencer puts it into the tree and
signs a checkpoint within a second. Anyone with the public key checks an export or a receipt without this database.
"""

from sluis.ledger.actions import Erased, Subjects, erase_person, record, record_many
from sluis.ledger.entry import (
    AgreementText,
    Entry,
    EntryId,
    Ground,
    Outcome,
    Recorded,
    SubjectSet,
    grounds_of,
)
from sluis.ledger.persons import PersonSecret

__all__ = [
    "AgreementText",
    "Entry",
    "EntryId",
    "Erased",
    "Ground",
    "Outcome",
    "PersonSecret",
    "Recorded",
    "SubjectSet",
    "Subjects",
    "erase_person",
    "grounds_of",
    "record",
    "record_many",
]
