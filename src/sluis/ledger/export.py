"""A ledger as files that anyone with the public key can check, without this database or this installation.

    checkpoints              every signed note, smallest tree first, one behind the other
    entries/NNNNNNNN.jsonl   65,536 entries a file in the order of the tree: canonical JSON, a newline
    subjects/NNNNNNNN.bin    the pseudonyms of the groups of two persons and more of those entries, 32 bytes each, in
                             the order of entry and group; absent where there is none

No byte stands outside a hash or a signature, and a file too many is an error, so any change is found. The same ledger
gives the same files. NNNNNNNN is the number of the file, from zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.ledger import readstore, treestore
from sluis.ledger.audit import Audit, ReadSet, Verified
from sluis.ledger.note import Checkpoint, Verifier
from sluis.ledger.receipt import LedgerBroken
from sluis.ledger.tree import HASH_BYTES

ENTRIES_PER_FILE: Final = 65_536
_ROWS: Final = 4_096
_LONGEST_LINE: Final = 1 << 20
_LONGEST_NOTE_LINE: Final = 4_096


def export_ledger(connection: Connection, directory: Path) -> int:
    """Write the ledger up to its newest checkpoint into a new or empty directory; return how many entries."""
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.iterdir()):
        raise SluisError(
            "ledger-export-not-empty",
            msg("De map {folder} is niet leeg.", folder=directory.name),
            remedy=msg("Kies een nieuwe of lege map voor de uitvoer."),
        )
    head = treestore.latest_checkpoint(connection)
    size = 0 if head is None else head.size
    _write_checkpoints(connection, directory / "checkpoints", size)
    (directory / "entries").mkdir()
    (directory / "subjects").mkdir()
    for number, begin in enumerate(range(0, size, ENTRIES_PER_FILE)):
        end = min(begin + ENTRIES_PER_FILE, size)
        _write_entries(connection, directory / "entries" / f"{number:08}.jsonl", begin, end)
        _write_subjects(connection, directory / "subjects" / f"{number:08}.bin", begin, end)
    return size


def verify_export(directory: Path, verifier: Verifier, *, known: Checkpoint | None = None) -> Verified:
    """Check an export with the public key alone; raise `LedgerBroken` with what is wrong and where.

    `known` is a checkpoint that the auditor kept from before: the export must contain it, so that a shortened or
    rewritten ledger is found as well. Memory stays small however large the export.
    """
    notes = directory / "checkpoints"
    if not notes.is_file():
        raise LedgerBroken(msg("Bestand {file} ontbreekt in de uitvoer.", file="checkpoints"))
    seen = {notes}
    with notes.open("rb") as file:
        audit = Audit(verifier, _read_notes(file), known=known)
        number = 0
        while (path := directory / "entries" / f"{number:08}.jsonl").is_file():
            seen |= {path, *_take_file(audit, path, directory / "subjects" / f"{number:08}.bin", number)}
            number += 1
        verified = audit.finish()
    for path in sorted(directory.rglob("*")):
        if path not in seen and (path.is_symlink() or not path.is_dir() or path.parent != directory):
            raise LedgerBroken(msg("Bestand {file} hoort niet in de uitvoer.", file=str(path.relative_to(directory))))
    return verified


def _write_checkpoints(connection: Connection, path: Path, size: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        reached = 0
        while reached < size:
            for checkpoint in treestore.checkpoints(connection, above=reached, most=_ROWS):
                if checkpoint.size <= size:
                    file.write(checkpoint.note)
                reached = checkpoint.size


def _write_entries(connection: Connection, path: Path, begin: int, end: int) -> None:
    with path.open("wb") as file:
        for first in range(begin, end, _ROWS):
            expected = min(_ROWS, end - first)
            rows = readstore.leaves(connection, first, first + expected)
            if len(rows) != expected:
                raise LedgerBroken(msg("Vanaf inschrijving {index} ontbreken er inschrijvingen.", index=first))
            file.write(b"".join([row.canonical + b"\n" for row in rows]))


def _write_subjects(connection: Connection, path: Path, begin: int, end: int) -> None:
    with path.open("wb") as file:
        for _, _, pseudonyms in readstore.subject_sets(connection, begin, end):
            file.write(pseudonyms)
    if not path.stat().st_size:
        path.unlink()


def _take_file(audit: Audit, path: Path, subjects: Path, number: int) -> set[Path]:
    """Check one file of entries with its file of pseudonyms; return the second where there is one."""
    if not subjects.is_file():
        with path.open("rb") as file:
            _take_entries(audit, file, path.name, number, lambda _, __: b"")
        return set()
    with path.open("rb") as file, subjects.open("rb") as persons:
        _take_entries(audit, file, path.name, number, lambda _, count: _read_set(persons, count))
        if persons.read(1):
            raise LedgerBroken(msg("Bestand {file} is langer dan de inschrijvingen zeggen.", file=subjects.name))
    return {subjects}


def _take_entries(audit: Audit, file: BinaryIO, name: str, number: int, read_set: ReadSet) -> None:
    if audit.size != number * ENTRIES_PER_FILE:
        raise LedgerBroken(msg("Vóór bestand {file} ontbreken er inschrijvingen.", file=name))
    line_number = 0
    while line := file.readline(_LONGEST_LINE):
        line_number += 1
        if not line.endswith(b"\n") or line_number > ENTRIES_PER_FILE:
            raise LedgerBroken(
                msg("Regel {line} van bestand {file} is te lang of te veel.", line=line_number, file=name)
            )
        audit.take(line[:-1], read_set)
    if not line_number:
        raise LedgerBroken(msg("Bestand {file} is leeg.", file=name))


def _read_set(file: BinaryIO, count: int) -> bytes:
    # An entry that claims more persons than the file holds must not make us ask for that much memory.
    return file.read(min(count, 1 << 26) * HASH_BYTES)


def _read_notes(file: BinaryIO) -> Iterator[str]:
    """Yield the notes of the file: three lines, a blank one and one signature each."""
    while lines := [file.readline(_LONGEST_NOTE_LINE) for _ in range(5)]:
        if not lines[0]:
            return
        try:
            yield b"".join(lines).decode("utf-8")
        except UnicodeDecodeError:
            raise LedgerBroken(msg("Bestand {file} is beschadigd.", file="checkpoints")) from None
