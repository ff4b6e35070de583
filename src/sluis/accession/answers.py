"""Answers and texts: what was written becomes a value, the values a completion, the completion a text; and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sluis.accession.fields import value_in
from sluis.accession.model import Field, Value
from sluis.agreements.completion import Completion, complete
from sluis.agreements.model import Agreement
from sluis.agreements.problems import Path, Problem
from sluis.agreements.text import plain
from sluis.kernel.kbo import KboFault, read_kbo
from sluis.kernel.text import Message, msg
from sluis.ledger.numbers import looks_like_insz

_MOST = {"line": 500, "choice": 500, "email": 254, "prose": 20_000, "processors": 20_000, "evaluations": 20_000}
_PATTERNS = {
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "ovo": re.compile(r"OVO[0-9]{6}"),
    "nis": re.compile(r"[0-9]{5}"),
    "pdf": re.compile(r"[0-9a-f]{64}"),
}
_MEND = {
    "email": msg("Schrijf een e-mailadres, zoals dpo@gemeente.example."),
    "ovo": msg("Schrijf de letters OVO en zes cijfers, zoals OVO001234."),
    "nis": msg("Schrijf de NIS-code in vijf cijfers."),
    "pdf": msg("Laad het document opnieuw op."),
}
_FIRST_SHOWN = 32
_LEAST_PROSE = 3
_NONE = frozenset({"geen", "aucun", "none", "keine"})


class WrongAnswer(Exception):
    """An answer that cannot stand; `message` says why and how to mend it."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def tidy(field: Field, given: Sequence[str]) -> Value:
    """Return what a form sent for a field as it is kept: trimmed, line ends as one, codes in the template's order."""
    if field.kind == "subset":
        chosen = frozenset(given)
        ordered = tuple(code for code, _ in field.options if code in chosen)
        return (*ordered, *sorted(chosen - set(ordered)))
    return (given[-1] if given else "").replace("\r\n", "\n").strip()


def value_of(field: Field, answer: Value) -> Any:  # noqa: ANN401 - whatever the completion has at that place
    """Return the value that an answer puts in the text; None for nothing. Raises `WrongAnswer`."""
    if isinstance(answer, tuple):
        return _subset(field, answer)
    if not answer:
        return None
    _check_text(field, answer)
    readers: dict[str, Callable[[], Any]] = {
        "day": lambda: _day(answer).isoformat(),
        "count": lambda: _count(answer, lowest=0 if "age" in field.path else 1),
        "kbo": lambda: _kbo(answer),
        "processors": lambda: _processors(answer),
        "evaluations": lambda: [_evaluation(line) for line in _lines(answer)],
        "prose": lambda: _prose(answer),
        "choice": lambda: _choice(field, answer),
        "line": lambda: " ".join(answer.split()),
    }
    return readers.get(field.kind, lambda: _written(field, answer))()


def _check_text(field: Field, answer: str) -> None:
    if len(answer) > _MOST.get(field.kind, 64):
        raise WrongAnswer(msg("Maak dit korter: ten hoogste {most} tekens.", most=_MOST.get(field.kind, 64)))
    if field.kind in _MOST and looks_like_insz(answer):
        raise WrongAnswer(msg("Hierin staat iets dat op een rijksregisternummer lijkt. Laat dat weg."))
    if any(ord(character) < _FIRST_SHOWN and character not in "\n\t" for character in answer):
        raise WrongAnswer(msg("Hierin staat een teken dat niet afgedrukt kan worden. Typ de tekst opnieuw."))


def _prose(answer: str) -> str:
    if len(answer) < _LEAST_PROSE:
        raise WrongAnswer(msg("Schrijf ten minste drie tekens."))
    return answer


def _choice(field: Field, answer: str) -> str:
    if field.options and answer not in {code for code, _ in field.options}:
        raise WrongAnswer(msg("Kies een antwoord uit de lijst."))
    return answer


def _written(field: Field, answer: str) -> str:
    if not _PATTERNS[field.kind].fullmatch(answer):
        raise WrongAnswer(_MEND[field.kind])
    return answer


def _subset(field: Field, answer: tuple[str, ...]) -> list[str] | None:
    known = [code for code, _ in field.options]
    extra = sorted(set(answer) - set(known))
    if extra:
        raise WrongAnswer(
            msg(
                "‘{what}’ staat niet in de standaardovereenkomst: een bestuur kan minder vragen, nooit meer "
                "(e-govdecreet 18 juli 2008, artikel 8, §1). Kies uit wat hier staat.",
                what=", ".join(extra)[:200],
            )
        )
    if not answer:
        raise WrongAnswer(msg("Laat er ten minste één aangevinkt. Hebt u niets nodig, begin dan niet aan dit aanbod."))
    return None if len(answer) == len(known) else list(answer)


def _day(text: str) -> date:
    written = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text)
    try:
        return date(int(written[3]), int(written[2]), int(written[1])) if written else date.fromisoformat(text)
    except ValueError:
        raise WrongAnswer(msg("Dit is geen dag. Schrijf ze als 2026-01-31 of 31/01/2026.")) from None


def _count(text: str, *, lowest: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6) or not lowest <= int(text) <= 100_000:
        raise WrongAnswer(msg("Schrijf een heel getal vanaf {lowest}, in cijfers.", lowest=lowest))
    return int(text)


def _kbo(text: str) -> str:
    found = read_kbo(text)
    if isinstance(found, KboFault):
        raise WrongAnswer(msg("Dit is geen KBO-nummer. Schrijf de tien cijfers, en kijk het controlegetal na."))
    return str(found)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _processors(text: str) -> list[dict[str, str]]:
    if text.casefold().rstrip(".") in _NONE:
        return []
    return [_processor(line) for line in _lines(text)]


def _processor(line: str) -> dict[str, str]:
    parts = [part.strip() for part in line.split(";")]
    if len(parts) not in (2, 3) or not parts[0] or len(parts[0]) > 500 or len(parts[1]) < 3:
        raise WrongAnswer(
            msg(
                "Schrijf elke verwerker op een eigen regel, met puntkomma's: naam; wat hij doet; dag van de "
                "overeenkomst. Kijk deze regel na: {line}",
                line=line[:100],
            )
        )
    contract = {"contract_on": _day(parts[2]).isoformat()} if len(parts) == 3 and parts[2] else {}
    return {"name": parts[0], "work": parts[1], **contract}


def _evaluation(line: str) -> dict[str, str]:
    parts = [part.strip() for part in line.split(";", 2)]
    if len(parts) != 3 or not parts[1] or len(parts[2]) < 3:
        raise WrongAnswer(
            msg(
                "Schrijf elke beoordeling op een eigen regel, met puntkomma's: dag; wie; uitkomst. Kijk na: {line}",
                line=line[:100],
            )
        )
    return {"date": _day(parts[0]).isoformat(), "by": parts[1], "outcome": parts[2]}


def answer_from(field: Field, text: Mapping[str, Any]) -> Value:
    """Return the answer that a text already holds, as a form would have sent it."""
    found = value_in(dict(text), field)
    if field.kind == "subset":
        return tuple(str(one) for one in found) if isinstance(found, list) else tuple(code for code, _ in field.options)
    if found is None:
        return ""
    if field.kind == "processors" and isinstance(found, list):
        rows = ("; ".join(filter(None, (one["name"], one["work"], one.get("contract_on")))) for one in found)
        return "\n".join(rows) or "geen"
    if field.kind == "evaluations" and isinstance(found, list):
        return "\n".join(f"{one['date']}; {one['by']}; {one['outcome']}" for one in found)
    return str(found)


@dataclass(frozen=True, slots=True)
class Sheetful:
    """What a text is made from: the standard agreement, the new code, what the register says, and every field."""

    template: Agreement
    code: str
    registered: Mapping[str, Mapping[str, str]]
    fields: tuple[Field, ...]

    def text(self, answers: Mapping[str, Value]) -> Agreement | list[Problem]:
        """Return the text that these answers make, or every reason why they make none."""
        return complete(self.template, self.completion(answers))

    def completion(self, answers: Mapping[str, Value]) -> Completion:
        """Return the answers as a completion; a part of which something is lacking is left out until it is there."""
        raw: dict[str, Any] = {"parties": {name: dict(values) for name, values in self.registered.items()}}
        for field in self.fields:
            value = value_of(field, answers.get(field.name, "" if field.kind != "subset" else _all(field)))
            if value is not None:
                _put(raw, field.path, value)
        for party in raw["parties"].values():
            _drop_halves(party)
        raw["legs"] = {name: self._narrowed(name, leg) for name, leg in raw.get("legs", {}).items()}
        head = {"format": "sluis-completion/1", "template": self.template.id, "agreement": self.code}
        return Completion.model_validate(head | raw)

    def _narrowed(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        leg = self.template.legs[name]
        made = dict(given)
        times = made.pop("times", None)
        if times is not None:
            kind = "once" if leg.periodicity.kind == "once" else "per_year"
            agreed = leg.periodicity.model_dump(mode="json", exclude_none=True)
            made["periodicity"] = {**agreed, "kind": kind, "times": times}
        if "age" in made:
            own = leg.subjects.age
            ends = {"from": made["age"].get("from", own.lowest), "to": made["age"].get("to", own.highest)}
            made["age"] = {end: age for end, age in ends.items() if age is not None}
        return made


def _all(field: Field) -> tuple[str, ...]:
    return tuple(code for code, _ in field.options)


def _put(raw: dict[str, Any], path: Sequence[str], value: object) -> None:
    for step in path[:-1]:
        raw = raw.setdefault(step, {})
    raw[path[-1]] = value


def _drop_halves(party: dict[str, Any]) -> None:
    """A decision without its authority or day is no decision yet; it stays on the sheet and not in the text."""
    if not {"authority", "date", "subject"} <= party.get("decision", {}).keys():
        party.pop("decision", None)
    if "text" not in party.get("security_plan", {}):
        party.pop("security_plan", None)


def field_of(problem: Problem, fields: Iterable[Field], template: Agreement) -> Field | None:
    """Return the field whose answer a problem is about; None where no single one is."""
    return field_at(problem.path, fields, template)


def field_at(path: Path | str, fields: Iterable[Field], template: Agreement) -> Field | None:
    """Return the field at a place of the text, or the first one within it."""
    names = _names(path, plain(template))
    if "retention" in names:
        names = [*names[:2], "retention_days"]
    if "periodicity" in names:
        names = [*names[:2], "times"]
    if "subjects" in names:
        names = [name for name in names if name != "subjects"]
    scored = [(_alike(field.path, names), field) for field in fields]
    best = max(scored, key=lambda one: one[0], default=None)
    needed = 2 if names[:1] == ["term"] else 3
    return best[1] if best is not None and best[0] >= needed else None


def _alike(path: Sequence[str], names: Sequence[str]) -> int:
    count = 0
    for one, other in zip(path, names, strict=False):
        if one != other:
            break
        count += 1
    return count


def _names(path: Path | str, text: Mapping[str, Any]) -> list[str]:
    """Return a path with the names of list elements instead of their places."""
    steps: list[str | int] = (
        [int(step) if step.isdigit() else step for step in re.findall(r"[A-Za-z0-9_-]+", path)]
        if isinstance(path, str)
        else list(path)
    )
    names: list[str] = []
    here: Any = text
    for step in steps:
        if isinstance(step, int) and isinstance(here, list):
            here = here[step] if step < len(here) else None
            names.append(str(here.get("id") or here.get("code") or step) if isinstance(here, dict) else str(step))
        else:
            here = here.get(step) if isinstance(here, dict) else None
            names.append(str(step))
    return names
