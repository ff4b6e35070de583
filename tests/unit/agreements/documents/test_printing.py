"""An agreement on paper: everything of the text, nothing but the text, the same each time."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from sluis.agreements.documents.printable import printable
from sluis.agreements.documents.printing import agreement_pdf
from sluis.agreements.model import Agreement
from sluis.agreements.text import canonical, hash_of, plain
from sluis.kernel.text import Message
from sluis.web.languages import Language, translate
from tests.unit.agreements.samples import an_agreement

AT = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
LANGUAGES: tuple[Language, ...] = ("nl", "fr", "en", "de")


def in_language(agreement: Agreement, language: Language) -> bytes:
    def said(message: Message) -> str:
        return translate(message, language)

    return agreement_pdf(agreement, language=language, at=AT, translate=said)


@cache
def the_print(language: Language = "nl") -> bytes:
    return in_language(an_agreement(), language)


def squeezed(text: str) -> str:
    """Leave out all white space: where lines break is not part of a text."""
    return re.sub(r"\s+", "", text)


def words_of(pdf: bytes) -> str:
    """Return all text of the pages without headers, footers and white space."""
    pages = [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]
    return "".join(map(squeezed, pages))


def prose(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield every text of more than one word that the parties wrote, in the language that counts."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in {"fr", "en", "de"}:
                yield from prose(inner, (*path, str(key)))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from prose(inner, (*path, str(number)))
    elif isinstance(value, str) and " " in value:
        yield ".".join(path), value


def test_everything_that_was_agreed_stands_on_the_paper() -> None:
    agreement = an_agreement()
    # What stands on every page can fall between two halves of a sentence.
    between = re.compile(
        "|".join(
            map(
                re.escape,
                (
                    squeezed("Dit is de Nederlandse tekst. Alleen deze tekst telt."),
                    squeezed("SHA-256 van de canonieke tekst (RFC 8785):") + hash_of(agreement),
                    squeezed(f"{agreement.id}Versie {agreement.version}"),
                ),
            )
        )
        + r"|Bladzijde\d+van\d+"
    )
    text = between.sub("", words_of(the_print()))
    not_read = ("articles.", "to_complete.")
    missing = [path for path, written in prose(plain(agreement)) if squeezed(written) not in text]
    assert [path for path in missing if not path.startswith(not_read)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_every_language_carries_the_hash_of_the_dutch_text(language: Language) -> None:
    pages = PdfReader(BytesIO(the_print(language))).pages
    assert len(pages) >= 4
    for page in pages:
        assert hash_of(an_agreement()) in page.extract_text()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", "Alleen deze tekst telt."),
        ("fr", "Seul le texte néerlandais fait foi."),
        ("en", "Only the Dutch text counts."),
        ("de", "Nur der niederländische Text gilt."),
    ],
)
def test_every_page_says_which_text_counts(language: Language, said: str) -> None:
    for page in PdfReader(BytesIO(the_print(language))).pages:
        assert squeezed(said) in squeezed(page.extract_text())


def test_a_reading_version_has_no_place_to_sign() -> None:
    assert PdfReader(BytesIO(the_print("fr"))).get_fields() is None
    assert set(PdfReader(BytesIO(the_print())).get_fields() or {}) == {
        f"signature-{signatory.id}" for signatory in an_agreement().signatories
    }


def test_the_same_text_and_date_give_the_same_bytes_in_any_order_of_its_keys() -> None:
    agreement = an_agreement()
    turned = agreement.model_copy(update={"legs": dict(reversed(agreement.legs.items()))})
    assert list(turned.legs) != list(agreement.legs)
    assert agreement_pdf(turned, at=AT) == the_print() == agreement_pdf(agreement, at=AT)


def test_another_letter_gives_another_paper() -> None:
    agreement = an_agreement()
    other = agreement.model_copy(update={"sanction": agreement.sanction + "."})
    assert agreement_pdf(other, at=AT) != the_print()


def test_the_machine_text_travels_inside_and_hashes_to_what_is_printed() -> None:
    for language in LANGUAGES:
        inside = PdfReader(BytesIO(the_print(language))).attachments
        assert list(inside) == ["overeenkomst.json"]
        (text,) = inside["overeenkomst.json"]
        assert text == canonical(an_agreement())
        assert sha256(text).hexdigest() == hash_of(an_agreement())


def test_the_paper_keeps_to_what_pdf_a_and_pdf_ua_ask() -> None:
    for language in LANGUAGES:
        reader = PdfReader(BytesIO(the_print(language)))
        root = cast("Any", reader.root_object)
        metadata = root["/Metadata"].get_data().decode()
        assert re.search(r"pdfaid:part[>=]\"?3", metadata)
        assert re.search(r"pdfaid:conformance[>=]\"?A", metadata)
        assert re.search(r"pdfuaid:part[>=]\"?1", metadata)
        assert root["/Lang"].startswith(language)
        assert root["/MarkInfo"]["/Marked"]
        assert [intent.get_object()["/S"] for intent in root["/OutputIntents"]] == ["/GTS_PDFA1"]
        fonts = [font for page in reader.pages for font in fonts_of(page)]
        assert fonts
        assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font) for font in fonts), "a font is not embedded"
        assert not any(name in the_print(language) for name in (b"/JavaScript", b"/Launch", b"/Encrypt"))


def fonts_of(page: object) -> list[dict[str, object]]:
    resources = page["/Resources"]  # type: ignore[index]  # a page of pypdf
    found = []
    for font in resources.get("/Font", {}).values():
        below = font.get_object().get("/DescendantFonts")
        descriptor = (below[0] if below else font).get_object()["/FontDescriptor"]
        found.append(descriptor.get_object())
    return found


def with_sanction(text: str) -> Agreement:
    return an_agreement().model_copy(update={"sanction": text})


MARKUP = st.text(alphabet=st.sampled_from(list("#$*_@\\<>[]{}()`'\"=-+/~^&%|;:.,!? \nabcé€")), min_size=3, max_size=200)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MARKUP.filter(lambda text: len(text.strip()) > 2))
def test_markup_of_typst_prints_as_it_was_written(text: str) -> None:
    agreement = with_sanction(text)
    assert squeezed(text) in words_of(agreement_pdf(agreement, at=AT))


def test_naughty_strings_print_literally_or_as_numbers(shared: Path) -> None:
    strings = [one for one in json.loads((shared / "data" / "blns.json").read_text()) if len(one.strip()) > 2]
    assert len(strings) > 300
    together = "\n".join(strings)[:19_000]
    text = words_of(agreement_pdf(with_sanction(together), at=AT))
    shown = [one for one in strings if one in together and printable(one) == one]
    assert len(shown) > 150
    # A long string can be cut by the end of a page: most are short.
    lost = [one for one in shown if len(one) < 60 and squeezed(one) not in text]
    assert len(lost) <= 3, lost


def test_what_has_no_shape_or_turns_text_around_is_printed_as_its_number() -> None:
    assert printable("a\u202eb😀漢\x00") == "a[U+202E]b[U+1F600][U+6F22][U+0000]"
    assert printable("één – € ‘x’ … ﬁ"[:-1]) == "één – € ‘x’ … "


def test_an_injected_call_is_not_run() -> None:
    agreement = with_sanction('#read("/etc/passwd") #panic("x") #sys.inputs $ \\ ')
    assert squeezed('#read("/etc/passwd")#panic("x")') in words_of(agreement_pdf(agreement, at=AT))


def test_a_paper_of_eight_pages_is_made_at_once() -> None:
    agreement = an_agreement()
    took = []
    for _ in range(5):
        start = time.perf_counter()
        agreement_pdf(agreement, at=AT)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.3, took  # 55 ms on a quiet machine; the rest is room for a busy one
