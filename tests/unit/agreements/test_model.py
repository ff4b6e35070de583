"""The model carries what real arrangements say, and nothing that it does not know."""

from __future__ import annotations

import types
import typing
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sluis.agreements.model import Agreement
from sluis.agreements.policy import compile_policy, load_policy, text_hash
from sluis.agreements.reading import check_agreement
from sluis.agreements.text import canonical, from_canonical, hash_of, plain, policy_of
from sluis.kernel.errors import SluisError
from tests.unit.agreements.samples import a_template, an_agreement
from tests.unit.agreements.test_words import printed

# Values for fields with a form of their own; every other text says its own path, so that none can be mistaken.
FORMS: dict[str, Any] = {
    "format": "sluis-agreement/1",
    "kbo": "0692793497",
    "ovo": "OVO008643",
    "nis": "37021",
    "email": "dpo@example.org",
    "period": "P10Y",
    "at_most": "P1Y",
    "notice_period": "P3M",
    "sha256": "a" * 64,
    "text_hash": "b" * 64,
    "draft_hash": "c" * 64,
    "language": "nl",
    "gdpr": ["6.1.e"],
}
# The form of a code: one letter serves for all, so that every mention of a code finds what it names.
_CODE = r"^[a-z0-9][a-z0-9-]{0,62}$"


def filled(annotation: object, name: str, path: str) -> Any:
    """Return a value for every part of the model, optional ones too, as a file would hold it."""
    if name in FORMS:
        return FORMS[name]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {
            (field.alias or key): filled(_whole(field), key, f"{path}.{key}")
            for key, field in annotation.model_fields.items()
        }
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        patterns = [getattr(part, "pattern", None) for found in args[1:] for part in getattr(found, "metadata", ())]
        return "x" if _CODE in patterns else filled(args[0], name, path)
    if origin in (typing.Union, types.UnionType):
        return filled(next(arg for arg in args if arg is not type(None)), name, path)
    if origin is tuple:
        return [filled(args[0], name, path)]
    if origin is dict:
        key = "items" if args[0] is not str and name == "articles" else "leg"
        return {key: filled(args[1], name, f"{path}.{key}")}
    if origin is typing.Literal:
        return args[0]
    if annotation is int:
        return 3
    if annotation is bool:
        return False
    if annotation is date:
        return "2026-01-01"
    return f"{path} in woorden"


def _whole(field: FieldInfo) -> Any:
    """Return the annotation with the metadata that pydantic took off it."""
    return typing.Annotated[(field.annotation, field)] if field.metadata else field.annotation


def everything() -> Agreement:
    return Agreement.model_validate(filled(Agreement, "", ""))


def test_every_field_of_the_model_survives_the_canonical_form() -> None:
    agreement = everything()
    assert from_canonical(canonical(agreement)) == agreement
    assert hash_of(from_canonical(canonical(agreement))) == hash_of(agreement)


def test_every_text_of_the_model_is_read_to_the_reader() -> None:
    text = printed(everything())
    unread = [value for value in _texts(plain(everything())) if value not in text]
    # The blanks of a template are asked, not read; a path and a foreign numbering are for software.
    technical = (".to_complete", ".open_points.about", ".articles")
    assert [value for value in unread if not value.startswith(technical)] == []


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [found for key, inner in value.items() if key not in ("fr", "en", "de") for found in _texts(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in _texts(inner)]
    return [value] if isinstance(value, str) and value.endswith(" in woorden") else []


def test_a_changed_letter_is_another_hash_and_another_policy() -> None:
    agreement = an_agreement()
    changed = agreement.model_copy(update={"sanction": agreement.sanction + "."})
    assert hash_of(agreement) != hash_of(changed)
    with pytest.raises(SluisError) as refused:
        load_policy(canonical(changed), expected_hash=hash_of(agreement))
    assert refused.value.code == "text-tampered"


def test_each_single_byte_of_the_text_counts() -> None:
    whole = canonical(an_agreement())
    expected = text_hash(whole)
    for place in range(0, len(whole), 97):
        touched = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        with pytest.raises(SluisError):
            load_policy(touched, expected_hash=expected)


@pytest.mark.parametrize(
    "spelled",
    [
        lambda text: text.replace(b'{"', b'{ "', 1),
        lambda text: text + b"\n",
        lambda text: b'{"a":1,"a":2}',
        lambda text: b"[]",
        lambda text: b"\xff",
        lambda text: b"",
        lambda text: b"[" * 100_000,
        lambda text: text.replace(b"sluis-agreement/1", b"sluis-agreement/2"),
    ],
)
def test_only_the_canonical_form_compiles(spelled: Any) -> None:
    with pytest.raises(SluisError) as refused:
        compile_policy(spelled(canonical(an_agreement())))
    assert refused.value.code == "text-not-canonical"


def test_a_text_without_a_first_day_opens_nothing() -> None:
    assert policy_of(a_template()).in_force_from == date.max


def varied(**changes: Any) -> tuple[Agreement, set[str]]:
    text = plain(an_agreement())
    text["advices"] = []
    for path, value in changes.items():
        *way, last = path.split("__")
        place: Any = text
        for step in way:
            place = place[int(step)] if step.isdigit() else place[step]
        place[int(last) if last.isdigit() else last] = value
    agreement = Agreement.model_validate(text)
    return agreement, {problem.code for problem in check_agreement(agreement)}


def test_a_class_of_receivers_is_expressed_without_naming_each() -> None:
    agreement, problems = varied(
        instrument="deliberation",
        signatories=[],
        parties__1={"id": "lokaal-bestuur", "kind": "ocmw", "class_of": "ocmw", "name": "Alle OCMW's"},
        to_complete=[],
        open_points=[],
    )
    assert problems == set()
    assert policy_of(agreement).legs["answer"].receivers == {"kind:ocmw"}


def test_every_party_may_both_send_and_receive() -> None:
    both = ["opgroeien-regie", "lokaal-bestuur"]
    agreement, problems = varied(
        legs__answer__kind="delivery",
        legs__answer__senders=both,
        legs__answer__receivers=both,
        legs__answer__subjects__territory="everywhere",
        legs__answer__periodicity={"kind": "unlimited", "reason": "De gegevens wijzigen voortdurend."},
    )
    assert problems == set()
    leg = policy_of(agreement).legs["answer"]
    assert leg.senders == leg.receivers == {"opgroeien-regie", "gemeente-wingene"}


def test_one_person_may_sign_for_several_parties() -> None:
    signatory = {"id": "beide", "name": "An", "function": "f", "signs_for": ["opgroeien-regie", "lokaal-bestuur"]}
    assert varied(signatories=[signatory], to_complete=[])[1] == set()


def test_retention_may_count_from_an_event_in_the_life_of_the_person() -> None:
    retention = {"text": "Tien jaar na het einde van de rol.", "anchor": "role-ends", "period": "P10Y"}
    agreement, problems = varied(legs__answer__items__0__retention=retention)
    assert problems == set()
    item = policy_of(agreement).legs["answer"].items["child-insz"]
    assert (item.retention_anchor, item.retention_days) == ("role-ends", 3660)


def test_match_and_mail_is_an_agreement_without_any_leg() -> None:
    contact = {
        "code": "brief",
        "by": "opgroeien-regie",
        "on_behalf_of": ["lokaal-bestuur"],
        "to": "Gezinnen met een sociale toeslag.",
        "message": "U komt in aanmerking voor een tegemoetkoming.",
        "then": "Het gezin beslist zelf of het ingaat op het aanbod.",
    }
    agreement, problems = varied(legs={}, contacts=[contact], to_complete=[], open_points=[])
    assert problems == set()
    assert policy_of(agreement).legs == {}


def test_law_that_is_still_a_draft_may_stand_beside_law_in_force() -> None:
    assert varied(legal_grounds__1__status="draft")[1] == set()
