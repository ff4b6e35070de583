"""Mistakes of form, told in plain words: which field, what is wrong with it and how to mend it."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from sluis.agreements.problems import Path, Problem
from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message, msg

_AVG = "AVG"

# Fields that the law asks for: the clause that is missing with them.
_CLAUSES: Mapping[str, Clause] = {
    "justification": Clause(_AVG, "artikel 5, lid 1, c)"),
    "retention": Clause(_AVG, "artikel 5, lid 1, e)"),
    "purposes": Clause(_AVG, "artikel 5, lid 1, b)"),
    "legal_grounds": Clause(_AVG, "artikel 6"),
    "security": Clause(_AVG, "artikel 32"),
    "breach_notice": Clause(_AVG, "artikel 33"),
    "rights": Clause(_AVG, "artikelen 12 tot 23"),
    "parties": Clause("e-govdecreet 18 juli 2008", "artikel 8, §1"),
    "publication": Clause("e-govdecreet 18 juli 2008", "artikel 8, §1"),
    "informed_about": Clause(_AVG, "artikel 4, punt 11)"),
    "recorded_by": Clause(_AVG, "artikel 7, lid 1"),
    "shown_by": Clause(_AVG, "artikel 5, lid 2"),
    "joint_control": Clause(_AVG, "artikel 26"),
    "transfer": Clause(_AVG, "artikel 44"),
    "safeguards": Clause(_AVG, "artikel 89, lid 1"),
}

# Fields for which "add it" is not enough to go on.
_REMEDIES: Mapping[str, Message] = {
    "justification": msg(
        "Schrijf in ‘justification’ waarom precies dit gegeven nodig is voor het doel, of laat het weg."
    ),
    "retention": msg(
        "Zet in ‘retention’ de termijn in woorden (text), de gebeurtenis waarop die begint (anchor) en de duur "
        "(period) of het uiterste aantal dagen (at_most_days)."
    ),
    "channels": msg("Noem in ‘channels’ minstens één weg, bijvoorbeeld web, sftp of encrypted-mail."),
    "purposes": msg("Noem in ‘purposes’ minstens één doel; elk doel heeft een code en een zin."),
    "items": msg("Noem in ‘items’ elk gegeven apart, met naam, verantwoording en bewaartermijn."),
    "reason": msg("Schrijf in ‘reason’ waarom deze duur of dit ritme nodig is."),
    "kbo": msg("Een KBO-nummer heeft tien cijfers en begint met 0 of 1, bijvoorbeeld 0692.793.497."),
    "ovo": msg("Een OVO-code bestaat uit OVO en zes cijfers, bijvoorbeeld OVO002949."),
    "nis": msg("Een NIS-code heeft vijf cijfers, bijvoorbeeld 37022."),
    "text_hash": msg(
        "Een vingerafdruk is SHA-256: 64 tekens van 0 tot 9 en a tot f; ‘sluis agreements hash’ toont die."
    ),
    "email": msg("Schrijf een e-mailadres, bijvoorbeeld dpo@gemeente.example."),
    "period": msg("Schrijf een duur als P3M (drie maanden), P10Y (tien jaar) of P30D (dertig dagen)."),
    "notice_period": msg("Schrijf een duur als P3M (drie maanden), P10Y (tien jaar) of P30D (dertig dagen)."),
    "at_most": msg("Schrijf een duur als P3M (drie maanden), P10Y (tien jaar) of P30D (dertig dagen)."),
    "informed_about": msg(
        "Noem in ‘informed_about’ elk punt waarover de betrokkene iets hoort voor hij toestemt: welke gegevens, aan "
        "wie, waarvoor, wat ermee gebeurt."
    ),
    "recorded_by": msg("Noem in ‘recorded_by’ de partij die de toestemming vastlegt en kan aantonen."),
    "territory": msg("Kies everywhere, receiver of asker, of geef een lijst van NIS-codes van vijf cijfers."),
    "id": msg("Gebruik kleine letters, cijfers en koppeltekens, te beginnen met een letter of cijfer."),
}


def problems_of_form(model: type[BaseModel], raw: object, error: ValidationError) -> Iterator[Problem]:
    """Yield one problem per field that the model refused."""
    found = [_problem(model, raw, detail) for detail in error.errors(include_url=False, include_context=True)]
    seen: set[Path] = set()
    for problem in found:
        # The alternatives of one field (a word or a list) fail each for themselves, and a list whose elements failed
        # counts as empty; people made one mistake, and where the list was meant its elements tell it.
        deeper = any(len(other.path) > len(problem.path) == _shared(other.path, problem.path) for other in found)
        is_echo = problem.code in ("form-choice", "form-empty") and deeper
        if problem.path not in seen and not is_echo:
            seen.add(problem.path)
            yield problem


def _shared(one: Path, other: Path) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _problem(model: type[BaseModel], raw: object, detail: Mapping[str, Any]) -> Problem:
    path = _path_in(raw, tuple(detail["loc"]))
    kind = str(detail["type"])
    name = next((str(step) for step in reversed(path) if isinstance(step, str)), "")
    if kind == "missing":
        return _missing(model, path, name)
    if kind == "extra_forbidden":
        return _unknown(model, path, name)
    code, (what, remedy) = _wrong(kind, detail.get("ctx") or {})
    if kind in ("string_pattern_mismatch", "literal_error"):
        remedy = _REMEDIES.get(name, remedy)
    return Problem(code, path, what, remedy, _CLAUSES.get(name))


def _missing(model: type[BaseModel], path: Path, name: str) -> Problem:
    found = field_at(model, path)
    meaning = found[1].description if found and found[1].description else name
    return Problem(
        "missing",
        path,
        msg("‘{name}’ ontbreekt: {meaning}", name=name, meaning=Message(meaning)),
        _REMEDIES.get(name, msg("Voeg ‘{name}’ toe op deze plaats.", name=name)),
        _CLAUSES.get(name),
    )


def _unknown(model: type[BaseModel], path: Path, name: str) -> Problem:
    found = _model_at(model, path[:-1])
    names = [field.alias or key for key, field in found.model_fields.items()] if found else []
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        remedy = msg("Bedoelde u ‘{near}’?", near=near[0])
    else:
        remedy = msg("Haal het weg, of kies uit: {names}.", names=", ".join(names))
    return Problem("unknown-field", path, msg("‘{name}’ is hier geen bekend veld.", name=name), remedy)


_EMPTY = (msg("Dit veld is leeg of te kort."), msg("Vul het in, of laat het hele veld weg."))
_TOO_LONG = (msg("Dit veld is te lang."), msg("Kort het in; zet de rest in een bijlage."))
_NO_DAY = (msg("Dit is geen bestaande dag."), msg("Schrijf een dag als jjjj-mm-dd, bijvoorbeeld 2026-03-01."))
_NO_NUMBER = (msg("Dit moet een geheel getal zijn."), msg("Schrijf het getal zonder aanhalingstekens."))
_NO_TRUTH = (msg("Dit moet true of false zijn."), msg("Schrijf true (ja) of false (nee)."))
_NO_LIST = (msg("Dit moet een lijst zijn."), msg("Zet elk deel op een eigen regel met een streepje."))
_NO_GROUP = (
    msg("Dit moet een groep velden zijn."),
    msg("Zet de velden eronder, elk op een eigen regel, twee spaties verder ingesprongen."),
)
_OUT_OF_BOUNDS = (msg("Dit getal ligt buiten de grenzen."), msg("Kies een ander getal; het schema noemt de grenzen."))
_NO_FORM = (msg("Dit heeft niet de juiste vorm."), msg("Vergelijk met het schema of met een standaardovereenkomst."))

# Pydantic's name of a mistake -> our stable code, what is wrong and how to mend it.
_WORDING: Mapping[str, tuple[str, tuple[Message, Message]]] = {
    "string_too_short": ("form-empty", _EMPTY),
    "too_short": ("form-empty", _EMPTY),
    "string_too_long": ("form-long", _TOO_LONG),
    "too_long": ("form-long", _TOO_LONG),
    "string_pattern_mismatch": ("form-pattern", _NO_FORM),
    "string_type": ("form-text", (msg("Dit moet tekst zijn."), msg("Zet de waarde tussen aanhalingstekens."))),
    "int_type": ("form-number", _NO_NUMBER),
    "int_from_float": ("form-number", _NO_NUMBER),
    "bool_type": ("form-yes-no", _NO_TRUTH),
    "greater_than_equal": ("form-bounds", _OUT_OF_BOUNDS),
    "less_than_equal": ("form-bounds", _OUT_OF_BOUNDS),
    "value_error": ("form-day", _NO_DAY),
    "date_from_datetime_parsing": ("form-day", _NO_DAY),
    "date_parsing": ("form-day", _NO_DAY),
    "date_type": ("form-day", _NO_DAY),
    "model_type": ("form-group", _NO_GROUP),
    "dict_type": ("form-group", _NO_GROUP),
    "tuple_type": ("form-list", _NO_LIST),
    "list_type": ("form-list", _NO_LIST),
}
_OTHERWISE = ("form-value", _NO_FORM)


def _wrong(kind: str, context: Mapping[str, object]) -> tuple[str, tuple[Message, Message]]:
    if kind != "literal_error":
        return _WORDING.get(kind, _OTHERWISE)
    allowed = str(context.get("expected", "")).replace(" or ", ", ").replace("'", "")
    return "form-choice", (msg("Deze waarde bestaat hier niet."), msg("Kies uit: {allowed}.", allowed=allowed))


def _path_in(raw: object, location: tuple[str | int, ...]) -> Path:
    """Return the part of pydantic's location that exists in the file, and the last step where a field is missing."""
    path: list[str | int] = []
    value = raw
    for number, step in enumerate(location):
        is_last = number == len(location) - 1
        if isinstance(value, dict) and (step in value or (is_last and step != "[key]")):
            value = value.get(step)
        elif isinstance(value, (list, tuple)) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            # The name of an alternative ("tuple[…]", "literal[…]") or of a key: no place in the file.
            continue
        path.append(step)
    return tuple(path)


def field_at(model: type[BaseModel], path: Path) -> tuple[type[BaseModel], FieldInfo] | None:
    """Return the model and the field that a path ends in."""
    owner = _model_at(model, path[:-1])
    if owner is None or not path:
        return None
    for name, found in owner.model_fields.items():
        if path[-1] in (name, found.alias):
            return owner, found
    return None


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    annotation: object = model
    for step in path:
        annotation = _step(annotation, step)
    return next((kind for kind in _alternatives(annotation) if _is_model(kind)), None)


def _step(annotation: object, step: str | int) -> object:
    for kind in _alternatives(annotation):
        if _is_model(kind) and isinstance(step, str):
            for name, found in kind.model_fields.items():
                if step in (name, found.alias):
                    return found.annotation
        elif typing.get_origin(kind) is tuple and isinstance(step, int):
            return typing.get_args(kind)[0]
        elif typing.get_origin(kind) is dict and isinstance(step, str):
            return typing.get_args(kind)[1]
    return None


def _alternatives(annotation: object) -> Iterator[object]:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from _alternatives(typing.get_args(annotation)[0])
    elif origin in (typing.Union, types.UnionType):
        for part in typing.get_args(annotation):
            yield from _alternatives(part)
    elif annotation is not None:
        yield annotation


def _is_model(kind: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
