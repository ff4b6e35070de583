"""Append-only evidence: entries about persons who can be forgotten, an RFC 9162 tree over them, receipts to take home.

An entry is written by `record` in the transaction of what it tells about. The sequencer puts it into the tree and
signs a checkpoint within a second. Anyone with the public key checks an export or a receipt without this database.
"""

from sluis.ledger.actions import Erased, KeysAhead, Subjects, erase_person, keys_ahead, record, record_many
from sluis.ledger.audit import Verified
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
from sluis.ledger.export import export_ledger, verify_export
from sluis.ledger.keys import LedgerKeys, ledger_keys, make_keys
from sluis.ledger.note import Checkpoint, Verifier
from sluis.ledger.persons import PersonSecret
from sluis.ledger.reading import (
    PersonalEntry,
    entries_of_party,
    entries_of_person,
    find_entry,
    issue_receipt,
    latest_checkpoint,
)
from sluis.ledger.receipt import CheckedReceipt, LedgerBroken, Receipt, check_receipt
from sluis.ledger.sequencer import Sequencer
from sluis.ledger.whole import WholeVerified, verify_whole

__all__ = [
    "AgreementText",
    "CheckedReceipt",
    "Checkpoint",
    "Entry",
    "EntryId",
    "Erased",
    "Ground",
    "KeysAhead",
    "LedgerBroken",
    "LedgerKeys",
    "Outcome",
    "PersonSecret",
    "PersonalEntry",
    "Receipt",
    "Recorded",
    "Sequencer",
    "SubjectSet",
    "Subjects",
    "Verified",
    "Verifier",
    "WholeVerified",
    "check_receipt",
    "entries_of_party",
    "entries_of_person",
    "erase_person",
    "export_ledger",
    "find_entry",
    "grounds_of",
    "issue_receipt",
    "keys_ahead",
    "latest_checkpoint",
    "ledger_keys",
    "make_keys",
    "record",
    "record_many",
    "verify_export",
    "verify_whole",
]
