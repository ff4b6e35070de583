"""An export is checked with the public key alone, and no byte of it can be changed, added or taken away."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from sluis.database import Database
from sluis.kernel.errors import SluisError
from sluis.ledger import LedgerBroken, export, export_ledger, latest_checkpoint, record, record_many, verify_export
from sluis.ledger.note import Checkpoint, Signer, open_checkpoint
from tests.integration.ledger.conftest import Sequence
from tests.unit.ledger.samples import AT, SECRETS, insz, refusal, release

ENTRIES = "entries/00000000.jsonl"
SUBJECTS = "subjects/00000000.bin"


@pytest.fixture
def exported(database: Database, sequence: Sequence, tmp_path: Path) -> Path:
    """A small export with everything in it: four entries under two checkpoints, groups of none, one and more."""
    with database.transaction() as connection:
        record(connection, entry=release(at=AT), subjects={"asked": [insz(1)], "released": []}, secrets=SECRETS)
        bulk = {"asked": [insz(1), insz(2), insz(3)], "released": [insz(1), insz(2)]}
        record(connection, entry=release(at=AT + timedelta(seconds=1)), subjects=bulk, secrets=SECRETS)
    sequence()
    with database.transaction() as connection:
        record(connection, entry=refusal(at=AT + timedelta(seconds=2)), subjects={"asked": [insz(2)]}, secrets=SECRETS)
        record(connection, entry=release(at=AT + timedelta(seconds=3)), subjects={}, secrets=SECRETS)
    sequence()
    with database.transaction() as connection:
        export_ledger(connection, tmp_path / "export")
    return tmp_path / "export"


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_an_export_is_whole(exported: Path, signer: Signer) -> None:
    verified = verify_export(exported, signer.verifier)
    assert (verified.entries, verified.checkpoints, verified.persons) == (4, 2, 5)
    assert verified.head is not None
    assert list(files(exported)) == ["checkpoints", ENTRIES, SUBJECTS]
    assert len(files(exported)[SUBJECTS]) == 5 * 32


def test_the_same_ledger_gives_the_same_files(database: Database, exported: Path, tmp_path: Path) -> None:
    with database.transaction() as connection:
        export_ledger(connection, tmp_path / "again")
    assert files(tmp_path / "again") == files(exported)


@pytest.mark.parametrize("change", [0x01, 0x20])
def test_each_byte_counts(exported: Path, signer: Signer, change: int) -> None:
    for name, content in files(exported).items():
        for place in range(len(content)):
            changed = bytearray(content)
            changed[place] ^= change
            (exported / name).write_bytes(changed)
            with pytest.raises(LedgerBroken):
                verify_export(exported, signer.verifier)
        (exported / name).write_bytes(content)
    assert verify_export(exported, signer.verifier)


@pytest.mark.parametrize("name", ["checkpoints", ENTRIES, SUBJECTS])
def test_no_file_can_be_cut_or_made_longer_anywhere(exported: Path, signer: Signer, name: str) -> None:
    content = (exported / name).read_bytes()
    for changed in [content[:cut] for cut in range(0, len(content), 7)] + [
        content + b"\n",
        content + b" ",
        content + content,
        b"\n" + content,
        b"\xef\xbb\xbf" + content,
        content + b"\x00" * 32,
    ]:
        (exported / name).write_bytes(changed)
        with pytest.raises(LedgerBroken):
            verify_export(exported, signer.verifier)


def swap_lines(folder: Path) -> None:
    lines = (folder / ENTRIES).read_bytes().splitlines(keepends=True)
    (folder / ENTRIES).write_bytes(b"".join([lines[1], lines[0], *lines[2:]]))


def drop_line(folder: Path) -> None:
    lines = (folder / ENTRIES).read_bytes().splitlines(keepends=True)
    (folder / ENTRIES).write_bytes(b"".join([lines[0], *lines[2:]]))


def double_line(folder: Path) -> None:
    lines = (folder / ENTRIES).read_bytes().splitlines(keepends=True)
    (folder / ENTRIES).write_bytes(b"".join([*lines, lines[-1]]))


def swap_persons(folder: Path) -> None:
    names = (folder / SUBJECTS).read_bytes()
    (folder / SUBJECTS).write_bytes(names[32:64] + names[:32] + names[64:])


def swap_checkpoints(folder: Path) -> None:
    notes = (folder / "checkpoints").read_text().splitlines(keepends=True)
    (folder / "checkpoints").write_text("".join(notes[5:] + notes[:5]))


def double_checkpoint(folder: Path) -> None:
    notes = (folder / "checkpoints").read_text().splitlines(keepends=True)
    (folder / "checkpoints").write_text("".join(notes[:5] + notes))


WAYS: list[Callable[[Path], object]] = [
    swap_lines,
    drop_line,
    double_line,
    swap_persons,
    swap_checkpoints,
    double_checkpoint,
    lambda folder: (folder / "checkpoints").unlink(),
    lambda folder: (folder / ENTRIES).unlink(),
    lambda folder: (folder / SUBJECTS).unlink(),
    lambda folder: (folder / ENTRIES).rename(folder / "entries/00000001.jsonl"),
    lambda folder: (folder / ENTRIES).rename(folder / "entries/0.jsonl"),
    lambda folder: (folder / SUBJECTS).rename(folder / "subjects/00000001.bin"),
    lambda folder: (folder / "entries/00000001.jsonl").write_bytes(b""),
    lambda folder: (folder / "entries/00000001.jsonl").write_bytes(b"{}\n"),
    lambda folder: (folder / "subjects/00000001.bin").write_bytes(b"\x00" * 32),
    lambda folder: (folder / "note.txt").write_text("do not trust"),
    lambda folder: (folder / "entries/.hidden").write_text(""),
    lambda folder: (folder / "entries/deeper").mkdir(),
    lambda folder: (folder / "entries" / "link").symlink_to(folder / "checkpoints"),
    lambda folder: (folder / ENTRIES).write_bytes((folder / ENTRIES).read_bytes().replace(b"\n", b"\r\n")),
    lambda folder: (folder / ENTRIES).write_bytes(b"x" * 3_000_000),
    lambda folder: shutil.rmtree(folder / "entries"),
]


def test_nothing_can_be_moved_added_or_taken_away(exported: Path, signer: Signer, tmp_path: Path) -> None:
    for number, way in enumerate(WAYS):
        copy = shutil.copytree(exported, tmp_path / str(number))
        way(copy)
        with pytest.raises(LedgerBroken) as told:
            verify_export(copy, signer.verifier)
        assert len(str(told.value)) > 20


def test_the_key_of_another_does_not_fit(exported: Path) -> None:
    for name in ("test.example/ledger", "other.example/ledger"):
        with pytest.raises(LedgerBroken, match="stand"):
            verify_export(exported, Signer.generate(name).verifier)


def test_a_kept_checkpoint_shows_that_a_ledger_was_shortened_or_begun_anew(
    database: Database, exported: Path, signer: Signer, sequence: Sequence, tmp_path: Path
) -> None:
    with database.transaction() as connection:
        record(connection, entry=release(), subjects={}, secrets=SECRETS)
    sequence()
    with database.transaction() as connection:
        note = latest_checkpoint(connection)
        export_ledger(connection, tmp_path / "longer")
    assert note is not None
    kept = open_checkpoint(note, signer.verifier)
    assert verify_export(tmp_path / "longer", signer.verifier, known=kept).entries == 5
    assert verify_export(exported, signer.verifier).entries == 4
    with pytest.raises(LedgerBroken, match="ontbreekt"):
        verify_export(exported, signer.verifier, known=kept)
    rewritten = Checkpoint(kept.origin, 3, bytes(32))
    with pytest.raises(LedgerBroken, match="eerste 3"):
        verify_export(exported, signer.verifier, known=rewritten)


def test_the_sentence_says_where(exported: Path, signer: Signer) -> None:
    content = (exported / ENTRIES).read_bytes()
    lines = content.splitlines(keepends=True)
    (exported / ENTRIES).write_bytes(b"".join([*lines[:2], lines[2].replace(b"refused", b"refuseD"), lines[3]]))
    with pytest.raises(LedgerBroken, match="Inschrijving 2"):
        verify_export(exported, signer.verifier)
    (exported / ENTRIES).write_bytes(b"".join([*lines[:3], lines[3].replace(b"kind.insz", b"kind.naam")]))
    with pytest.raises(LedgerBroken, match="van 2 tot en met 3"):
        verify_export(exported, signer.verifier)


def test_an_empty_ledger_can_be_exported_and_checked(database: Database, signer: Signer, tmp_path: Path) -> None:
    with database.transaction() as connection:
        assert export_ledger(connection, tmp_path / "empty") == 0
    verified = verify_export(tmp_path / "empty", signer.verifier)
    assert (verified.entries, verified.head) == (0, None)


def test_an_export_never_writes_over_anything(database: Database, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("keep")
    with database.transaction() as connection, pytest.raises(SluisError, match="niet leeg"):
        export_ledger(connection, tmp_path)
    assert (tmp_path / "mine").read_text() == "keep"


def test_a_large_ledger_is_several_files_and_a_gap_between_them_is_found(
    database: Database, signer: Signer, sequence: Sequence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Files of 100 entries instead of 65,536: the layout is what is tested, not the size.
    monkeypatch.setattr(export, "ENTRIES_PER_FILE", 100)
    monkeypatch.setattr(export, "_ROWS", 30)
    with database.transaction() as connection:
        some = [(release(), {"asked": [insz(number), insz(number + 1)][: number % 3]}) for number in range(250)]
        record_many(connection, entries=some, secrets=SECRETS)
    sequence()
    with database.transaction() as connection:
        export_ledger(connection, tmp_path / "export")
    assert [path.name for path in sorted((tmp_path / "export/entries").iterdir())] == [
        f"{number:08}.jsonl" for number in range(3)
    ]
    assert verify_export(tmp_path / "export", signer.verifier).entries == 250
    lines = (tmp_path / "export/entries/00000000.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "export/entries/00000000.jsonl").write_bytes(b"".join(lines[:-1]))
    second = tmp_path / "export/entries/00000001.jsonl"
    second.write_bytes(lines[-1] + second.read_bytes())
    with pytest.raises(LedgerBroken):
        verify_export(tmp_path / "export", signer.verifier)
