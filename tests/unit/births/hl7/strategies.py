"""Notices as hypothesis makes them: fictional people of nine items at most, some known to be missing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from sluis.births.model import Absence, Address, Child, Contact, Item, Kind, Mother, Name, Notice
from sluis.kernel.insz import Insz, check_digits

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
MOTHER = Insz("92601500158")

WORDS = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cs", "Cc", "Co", "Cn", "Zl", "Zp", "Zs"], exclude_characters="\ufffdÃÂâ"
    ),
    min_size=2,
    max_size=25,
)
MARKS = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=6, max_size=20)


@st.composite
def _insz(draw: st.DrawFn) -> Insz:
    nine = draw(st.integers(70, 99)) * 10**7 + draw(st.integers(61, 72)) * 10**5 + draw(st.integers(1001, 28998))
    return Insz(f"{nine:09d}{check_digits(nine, from_2000=False):02d}")


_PLACEHOLDERS = {"BABY", "BOY", "GIRL", "NN", "MALE", "FILLE", "N.N.", "B/O", "BEBE", "BÉBÉ", "MEISJE", "JONGEN"}
_NAMES = st.builds(Name, WORDS, WORDS.filter(lambda word: word.upper() not in _PLACEHOLDERS))
_ADDRESSES = st.builds(
    Address,
    street=WORDS,
    number=st.integers(1, 900).map(str),
    box=st.none() | st.integers(1, 20).map(str),
    postal_code=st.integers(1000, 9999).map(str),
    city=WORDS,
    country=st.sampled_from(["BE", "NL", "FR"]),
)
_CONTACTS = st.builds(
    Contact,
    mobile=st.integers(400_000_000, 499_999_999).map(lambda number: f"+32{number}"),
    email=st.none() | st.from_regex(r"[a-z]{2,12}@[a-z]{2,12}\.example", fullmatch=True),
)
_ABSENCES = st.dictionaries(
    st.sampled_from([Item.MOTHER_INSZ, Item.MOTHER_ADDRESS, Item.MOTHER_CONTACT, Item.MOTHER_BIRTH_DATE]),
    st.sampled_from([Absence.UNKNOWN, Absence.REFUSED, Absence.NOT_APPLICABLE, Absence.NOT_YET]),
)


@st.composite
def notices(draw: st.DrawFn) -> Notice:
    """A birth or a correction whose missing items are not delivered."""
    missing = draw(_ABSENCES)
    given = {
        "birth_date": draw(st.dates(date(1975, 1, 1), date(2008, 1, 1))),
        "insz": draw(_insz()),
        "address": draw(_ADDRESSES),
        "contact": draw(_CONTACTS),
    }
    kept = {name: value for name, value in given.items() if Item(f"mother-{name.replace('_', '-')}") not in missing}
    born = draw(st.dates(date(2026, 11, 1), date(2026, 11, 20)))
    return Notice(
        message_id=draw(MARKS),
        sender="az-voorbeeld",
        kind=draw(st.sampled_from([Kind.BIRTH, Kind.CORRECTION])),
        reference=draw(MARKS),
        sent_at=AT - timedelta(seconds=draw(st.integers(0, 10**6))),
        mother=Mother(name=draw(_NAMES), **kept),  # type: ignore[arg-type]
        child=Child(
            name=draw(_NAMES),
            birth_date=born,
            death_date=draw(st.none() | st.just(born)),
            relinquished=draw(st.sampled_from([None, True])),
        ),
        missing=missing,
    )
