"""Which rows of a request count: numbers that can be read, each once. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sluis.kernel.insz import Insz, InszFault, read_insz_column
from sluis.kernel.text import Message, msg
from sluis.lists.model import RowProblem

DUPLICATE = "duplicate"
REPLACED = "replaced"

ROW_PROBLEMS: Mapping[str, Message] = {
    DUPLICATE: msg("Dit nummer staat hoger in de lijst al; het telt één keer."),
    REPLACED: msg(
        "Dit nummer is vervangen door een nieuw. Het kind staat in het antwoord onder het nummer dat u vroeg;"
        " kijk uw eigen bestand na."
    ),
}


def describe(code: str) -> Message:
    """Return the sentence for a row problem."""
    known = ROW_PROBLEMS.get(code)
    return known if known is not None else InszFault.of(code).what


@dataclass(frozen=True, slots=True)
class ReadRows:
    """The numbers that count, each with the row where it stands first, and the rows that do not count."""

    numbers: Mapping[Insz, int] = field(repr=False)
    problems: tuple[RowProblem, ...]


def read_rows(rows: Sequence[tuple[int, str]], *, fictitious: bool) -> ReadRows:
    """Sort the cells of a request into numbers and problems, in the order of the sheet."""
    read = read_insz_column([text for _, text in rows], fictitious=fictitious)
    numbers = {number: row for number, (row, _) in zip(read, rows, strict=True) if not isinstance(number, InszFault)}
    if len(numbers) == len(rows):
        return ReadRows(numbers, ())
    numbers = {}
    problems: list[RowProblem] = []
    for (row, _), number in zip(rows, read, strict=True):
        if isinstance(number, InszFault):
            problems.append(RowProblem(row, number.code))
        elif number in numbers:
            problems.append(RowProblem(row, DUPLICATE))
        else:
            numbers[number] = row
    return ReadRows(numbers, tuple(problems))
