"""Notes and checkpoints are those of C2SP: the world's tools read ours, and ours has one spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.ledger.note import Checkpoint, NoteError, Signer, Verifier, cosign, open_checkpoint, open_note, sign

# The example of Go's golang.org/x/mod/sumdb/note documentation: key pair, text and signature.
GO_PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = (
    GO_TEXT + "\n— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
SIGNER = Signer.generate("ledger.example/one")
HEAD = Checkpoint("ledger.example/one", 20852163, bytes(range(32)))
NOTE = sign(HEAD.text(), (SIGNER,))


def test_a_note_signed_by_the_go_tools_opens_and_ours_is_the_same() -> None:
    assert open_note(GO_NOTE, (Verifier.parse(GO_PUBLIC),), strict=True) == GO_TEXT
    assert sign(GO_TEXT, (Signer.parse(GO_PRIVATE),)) == GO_NOTE


def test_keys_are_written_as_they_are_read() -> None:
    assert str(Verifier.parse(GO_PUBLIC)) == GO_PUBLIC
    assert Signer.parse(GO_PRIVATE).secret_text() == GO_PRIVATE
    assert str(Signer.parse(GO_PRIVATE).verifier) == GO_PUBLIC


def test_a_private_key_is_never_shown() -> None:
    assert "AYEKFALVFGyNhPJEMzD1QIDr" not in repr(Signer.parse(GO_PRIVATE))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        GO_PUBLIC.replace("c74f20a3", "c74f20a4"),
        GO_PUBLIC.replace("Peter", "Pieter"),
        GO_PUBLIC[:-1] + "X",
        GO_PUBLIC.replace("+ARpc", "+AxpX"),
        GO_PUBLIC + "A",
    ],
)
def test_a_key_that_does_not_belong_to_its_name_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        Verifier.parse(text)


def test_a_checkpoint_is_three_lines() -> None:
    lines = HEAD.text().split("\n")
    assert lines == ["ledger.example/one", "20852163", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", ""]
    assert open_checkpoint(NOTE, SIGNER.verifier, strict=True) == HEAD


@given(st.integers(0, len(NOTE.encode()) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_note_is_found(place: int, change: int) -> None:
    content = bytearray(NOTE.encode())
    content[place] ^= change
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return
    with pytest.raises(NoteError):
        open_checkpoint(text, SIGNER.verifier, strict=True)


def test_base64_with_another_spelling_of_the_same_bytes_is_refused() -> None:
    last = NOTE.rstrip("\n=")
    other = last[:-1] + chr(ord(last[-1]) + 1) + NOTE[len(last) :]
    with pytest.raises(NoteError):
        open_note(other, (SIGNER.verifier,), strict=True)


def test_parties_can_co_sign_and_each_signature_counts() -> None:
    party, stranger = Signer.generate("antwerpen.example"), Signer.generate("stranger.example")
    note = cosign(NOTE, party)
    assert open_checkpoint(note, SIGNER.verifier, cosigners=(party.verifier,), strict=True) == HEAD
    assert open_checkpoint(note, SIGNER.verifier) == HEAD  # a signature of an unknown key is ignored
    with pytest.raises(NoteError, match="not given"):
        open_checkpoint(note, SIGNER.verifier, strict=True)
    with pytest.raises(NoteError, match="not signed"):
        open_checkpoint(note, SIGNER.verifier, cosigners=(stranger.verifier,))
    with pytest.raises(NoteError, match="not signed"):
        open_checkpoint(NOTE, SIGNER.verifier, cosigners=(party.verifier,))


def test_a_wrong_signature_beside_a_right_one_spoils_the_note() -> None:
    wrong = sign("other\n", (SIGNER,)).split("\n\n")[1]
    with pytest.raises(NoteError, match="wrong"):
        open_note(NOTE + wrong, (SIGNER.verifier,))


def test_the_checkpoint_of_another_ledger_under_our_key_is_refused() -> None:
    foreign = Checkpoint("ledger.example/two", 5, bytes(32))
    with pytest.raises(NoteError, match="another ledger"):
        open_checkpoint(sign(foreign.text(), (SIGNER,)), SIGNER.verifier)


@pytest.mark.parametrize("size", ["007", "+7", "7 ", "٧", "1e3", "-1", "", "9" * 40])
def test_a_size_has_one_spelling(size: str) -> None:
    text = HEAD.text().replace("20852163", size)
    with pytest.raises(NoteError):
        open_checkpoint(sign(text, (SIGNER,)), SIGNER.verifier)


def test_a_text_with_control_characters_is_not_signed() -> None:
    with pytest.raises(NoteError):
        sign("a\x00b\n", (SIGNER,))
    with pytest.raises(NoteError):
        sign("no newline", (SIGNER,))
