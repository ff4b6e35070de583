"""YAML of strangers: read safely, with the line of every value.

Differences from a plain loader, each for a reason: keys may not be double (the last one would win in silence); there
are no tags (no objects are made); `ja`, `no` and `012` stay text (a KBO number may look octal); size, depth and the
number of values after expanding aliases are limited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from sluis.agreements.problems import Path, Problem, written
from sluis.kernel.text import msg

MOST_BYTES = 1_000_000
MOST_VALUES = 50_000
MOST_DEPTH = 40

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_WORDS: dict[str, object] = {"": None, "~": None, "null": None, "true": True, "false": False}
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """A read file: plain values and, for each path, its line and column (from 1)."""

    value: object
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def place(self, path: Path) -> tuple[int | None, int | None]:
        """Return where the path stands; where it is absent, where its nearest parent stands."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return None, None


class _RefusedError(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def read_yaml(source: bytes) -> tuple[Document, tuple[Problem, ...]]:
    """Return the document and what is wrong with its form; an unreadable file gives an empty document."""
    try:
        text = _text(source)
        _check_events(text)
        node = yaml.compose(text, Loader=_Loader)
    except _RefusedError as refused:
        return Document(None), (refused.problem,)
    except (yaml.YAMLError, RecursionError) as error:
        return Document(None), (_syntax(error),)
    builder = _Builder()
    try:
        value = builder.build(node, ()) if node is not None else None
    except _RefusedError as refused:
        return Document(None), (refused.problem,)
    return Document(value, builder.places), tuple(builder.problems)


def _text(source: bytes) -> str:
    if len(source) > MOST_BYTES:
        raise _RefusedError(
            Problem(
                "file-too-large",
                (),
                msg("Het bestand is groter dan {most} kB.", most=MOST_BYTES // 1000),
                msg("Houd bijlagen buiten de tekst: verwijs ernaar met hun SHA-256."),
            )
        )
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _RefusedError(
            Problem(
                "file-not-utf8",
                (),
                msg("Het bestand is geen tekst in UTF-8."),
                msg("Bewaar het bestand als platte tekst met codering UTF-8."),
                line=source[: error.start].count(b"\n") + 1,
            )
        ) from error


def _check_events(text: str) -> None:
    """Refuse too deep or too long a file before anything recursive looks at it."""
    depth = documents = 0
    for values, event in enumerate(yaml.parse(text, Loader=_Loader)):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        documents += isinstance(event, yaml.DocumentStartEvent)
        if depth > MOST_DEPTH or values > MOST_VALUES:
            raise _RefusedError(_too_much(line))
        if documents > 1:
            raise _RefusedError(
                Problem(
                    "two-documents",
                    (),
                    msg("Er staan twee teksten in één bestand (een regel met ---)."),
                    msg("Zet elke overeenkomst in een eigen bestand."),
                    line=line,
                )
            )


def _too_much(line: int) -> Problem:
    return Problem(
        "file-too-complex",
        (),
        msg("Het bestand is te diep genest of bevat te veel waarden."),
        msg("Schrijf de tekst uit zonder verwijzingen (& en *) en zonder onnodige niveaus."),
        line=line,
    )


def _syntax(error: Exception) -> Problem:
    mark = getattr(error, "problem_mark", None)
    return Problem(
        "file-not-yaml",
        (),
        msg("Het bestand is geen geldige YAML vanaf deze plaats."),
        msg(
            "Kijk op en net boven die regel naar inspringing (spaties, geen tabs), dubbele punten en aanhalingstekens."
        ),
        line=mark.line + 1 if mark else None,
        column=mark.column + 1 if mark else None,
    )


class _Builder:
    """Turns the composed nodes into plain values; aliases are counted as often as they are used."""

    def __init__(self) -> None:
        self.places: dict[Path, tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self._values = 0

    def build(self, node: yaml.Node, path: Path) -> object:
        self._values += 1
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        if self._values > MOST_VALUES or len(path) > MOST_DEPTH:
            raise _RefusedError(_too_much(line))
        self.places.setdefault(path, (line, column))
        if isinstance(node, yaml.MappingNode):
            return dict(self._mapping(node, path))
        if isinstance(node, yaml.SequenceNode):
            self._check_tag(node, path, "tag:yaml.org,2002:seq")
            return [self.build(element, (*path, number)) for number, element in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, object]]:
        self._check_tag(node, path, "tag:yaml.org,2002:map")
        first_lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(
                    Problem(
                        "key-not-text",
                        path,
                        msg("De naam van een veld is geen gewone tekst."),
                        msg("Schrijf een naam, dan een dubbele punt, dan de waarde."),
                        line=line,
                    )
                )
                continue
            key = str(key_node.value)
            if key in first_lines:
                self.problems.append(
                    Problem(
                        "key-twice",
                        (*path, key),
                        msg("‘{key}’ staat er twee keer, ook op regel {first}.", key=key, first=first_lines[key]),
                        msg("Behoud één van de twee."),
                        line=line,
                        column=key_node.start_mark.column + 1,
                    )
                )
                continue
            first_lines[key] = line
            self.places[(*path, key)] = (line, key_node.start_mark.column + 1)
            yield key, self.build(value_node, (*path, key))

    def _scalar(self, node: yaml.Node, path: Path) -> object:
        value = str(node.value)
        plain = not getattr(node, "style", None)  # the C loader says "", the other None
        self._check_tag(node, path, *(f"tag:yaml.org,2002:{kind}" for kind in _PLAIN_TAGS if plain or kind == "str"))
        if not plain:
            return value
        if value in _WORDS:
            return _WORDS[value]
        return int(value) if _INTEGER.fullmatch(value) else value

    def _check_tag(self, node: yaml.Node, path: Path, *allowed: str) -> None:
        if node.tag not in allowed:
            self.problems.append(
                Problem(
                    "tag-refused",
                    path,
                    msg("Bij ‘{where}’ staat een YAML-tag (een woord met !).", where=written(path)),
                    msg("Laat de tag weg en schrijf de waarde gewoon als tekst."),
                    line=node.start_mark.line + 1,
                    column=node.start_mark.column + 1,
                )
            )


# What a loader resolves plain words to; anything else was written as a tag by hand.
_PLAIN_TAGS = ("str", "int", "float", "bool", "null", "timestamp", "merge", "value")
