"""Dated parameters from YAML, read strictly: every number is taken from its digits, never through a float.

    basisbedrag:
      unit: EUR                       # EUR, share, number, months, points, ..., truth, text, month
      article: art. 13
      title: het basisbedrag          # optional: what texts call it, in Dutch
      values:
        - {from: 2019-01, value: 163.20, confidence: sourced, source: https://www.parentia.be/...}
        - {from: 2026-09, confidence: missing}
    schoolbonus:
      unit: EUR
      by: years                       # what the bands are over
      article: art. 19-22
      values:
        - from: 2019-01
          confidence: sourced
          bands: [{below: 5, value: 20.40}, {below: 12, value: 35.70}, {value: 61.20}]   # or up_to, itself included
    ki_coefficient:
      unit: share
      key: year                       # text, or what the key counts
      article: BVR art. 5
      values:
        - {from: 2019-01, confidence: from memory, table: {2018: 1.7863, 2019: 1.8230}, otherwise: 1}

`to` ends a value (a month, itself included); without it a value ends where the next begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from sluis.kernel.errors import SluisError
from sluis.kernel.money import CentsFault, read_cents
from sluis.kernel.month import Month
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg
from sluis.rules.algebra import count_of, read_share
from sluis.rules.nodes import Scalar
from sluis.rules.parameters import Bands, Confidence, Dated, Form, Parameter, Parameters, Table
from sluis.rules.units import CENTS, MONTH, NUMBER, SHARE, TEXT, TRUTH, Kind, Unit

_UNITS = {"EUR": CENTS, "share": SHARE, "number": NUMBER, "truth": TRUTH, "text": TEXT, "month": MONTH}
_NOTHING = ("", "null", "~")


def _month(written: object) -> Month:
    text = str(written)
    if len(text) == len("2019-01-01") and text.endswith("-01"):
        text = text.removesuffix("-01")
    try:
        return Month.parse(text)
    except SluisError as fault:
        raise ValueError(f"{fault.what} {fault.remedy}") from fault


def _texts(written: object) -> object:
    return (written,) if isinstance(written, str) else written


_MonthText = Annotated[Month, BeforeValidator(_month)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class _Band(_Strict):
    value: str
    below: str | None = None
    up_to: str | None = None


class _Value(_Strict):
    since: _MonthText = Field(alias="from")
    until: _MonthText | None = Field(default=None, alias="to")
    confidence: Confidence
    value: str | None = None
    bands: tuple[_Band, ...] | None = None
    table: dict[str, str] | None = None
    otherwise: str | None = None
    sources: Annotated[tuple[str, ...], BeforeValidator(_texts)] = Field(default=(), alias="source")
    note: str = ""


class _Parameter(_Strict):
    unit: str = Field(min_length=1)
    article: str = Field(min_length=1)
    values: tuple[_Value, ...] = Field(min_length=1)
    by: str | None = None
    key: str | None = None
    instrument: str | None = None
    title: str = ""
    note: str = ""


_Base: type[yaml.BaseLoader] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # ten times faster where libyaml is


class _Loader(_Base):  # type: ignore[misc,valid-type]  # one of two loaders that do the same
    """Scalars stay the text that was written; a key that stands twice is refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Build a mapping without doubles."""
        keys = [str(self.construct_object(key, deep=True)) for key, _ in node.value]
        doubles = sorted({key for key in keys if keys.count(key) > 1})
        if doubles:
            raise yaml.MarkedYAMLError(problem=f"{', '.join(doubles)}: 2x", problem_mark=node.start_mark)
        made: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return made


def read_parameters(*paths: Path, instrument: str) -> Parameters:
    """Read files of parameters; `instrument` is the decree or decision that their articles are of.

    A SluisError names the file, the parameter and what to mend.
    """
    found: dict[str, Parameter] = {}
    for path in paths:
        for parameter in parameters_of(path.read_text(encoding="utf-8"), instrument=instrument, origin=path.name):
            if parameter.name in found:
                raise _refused(path.name, parameter.name, "staat ook in een ander bestand")
            found[parameter.name] = parameter
    return Parameters(found.values())


def parameters_of(text: str, *, instrument: str, origin: str = "tekst") -> tuple[Parameter, ...]:
    """Read the parameters of one YAML text; see the head of this module for the form."""
    try:
        loaded = yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of BaseLoader, which makes texts only
    except yaml.YAMLError as fault:
        raise _refused(origin, "YAML", str(fault)) from fault
    if not isinstance(loaded, Mapping):
        raise _refused(origin, "YAML", "geen parameters")
    return tuple(_parameter(str(name), written, instrument, origin) for name, written in loaded.items())


def _parameter(name: str, written: object, instrument: str, origin: str) -> Parameter:
    try:
        model = _Parameter.model_validate(written)
        form, by = _form(model)
        unit = _unit(model.unit)
        values = tuple(_dated(each, form, unit, by) for each in model.values)
        _check_order(values)
    except ValidationError as fault:
        lines = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in fault.errors())
        raise _refused(origin, name, lines) from fault
    except SluisError as fault:
        raise _refused(origin, name, f"{fault.what} {fault.remedy}") from fault
    except ValueError as fault:
        raise _refused(origin, name, str(fault)) from fault
    return Parameter(name, unit, Clause(model.instrument or instrument, model.article), form, values, by, model.title)


def _form(model: _Parameter) -> tuple[Form, Unit | None]:
    if model.by and model.key:
        raise ValueError("kies by (banden) of key (tabel), niet beide")
    if model.by:
        return Form.BANDS, _unit(model.by)
    if model.key:
        return Form.TABLE, _unit(model.key)
    return Form.SCALAR, None


def _unit(written: str) -> Unit:
    return _UNITS.get(written) or Unit(Kind.WHOLE, written)


def _dated(written: _Value, form: Form, unit: Unit, by: Unit | None) -> Dated:
    given = {Form.SCALAR: written.value, Form.BANDS: written.bands, Form.TABLE: written.table}
    others = [str(other) for other, value in given.items() if other is not form and value is not None]
    if others:
        raise ValueError(f"een waarde vanaf {written.since} is {others[0]}, de parameter is {form}")
    value = _value(written, form, unit, by)
    if value is None and written.confidence is not Confidence.MISSING:
        raise ValueError(f"de waarde vanaf {written.since} is leeg: geef ze, of zet confidence: missing")
    if written.confidence in (Confidence.SOURCED, Confidence.THIRD_PARTY) and not written.sources:
        raise ValueError(f"de waarde vanaf {written.since} is sourced zonder source")
    return Dated(written.since, value, written.confidence, written.sources, written.note, written.until)


def _value(written: _Value, form: Form, unit: Unit, by: Unit | None) -> Scalar | Bands | Table:
    if form is Form.BANDS and written.bands is not None and by is not None:
        return _bands(written.bands, unit, by)
    if form is Form.TABLE and written.table is not None and by is not None:
        if not written.table:
            raise ValueError(f"de tabel vanaf {written.since} is leeg")
        rows = tuple((_key(key, by), read_scalar(value, unit)) for key, value in written.table.items())
        return Table(rows, None if written.otherwise is None else read_scalar(written.otherwise, unit))
    if form is Form.SCALAR and written.value is not None and written.value not in _NOTHING:
        return read_scalar(written.value, unit)
    return None


def _bands(written: tuple[_Band, ...], unit: Unit, by: Unit) -> Bands:
    edges: list[int] = []
    for band in written[:-1]:
        if (band.below is None) == (band.up_to is None):
            raise ValueError("elke band behalve de laatste heeft below of up_to")
        edge = _whole(band.below if band.below is not None else band.up_to or "", by)
        edges.append(edge if band.below is not None else edge + 1)
    if not written or written[-1].below is not None or written[-1].up_to is not None:
        raise ValueError("de laatste band heeft geen grens: hij geldt voor al wat hoger is")
    if edges != sorted(set(edges)):
        raise ValueError("de banden stijgen niet")
    return Bands(tuple(edges), tuple(read_scalar(band.value, unit) for band in written))


def _key(written: str, by: Unit) -> int | str:
    return written if by.kind is Kind.TEXT else _whole(written, by)


def _whole(written: str, unit: Unit) -> int:
    value = read_scalar(written, unit)
    if not isinstance(value, int):
        raise ValueError(f"{written} is geen getal")
    return value


def read_scalar(written: str, unit: Unit) -> Scalar:
    """Read one value from its text in the unit of the parameter."""
    match unit.kind:
        case Kind.CENTS:
            cents = read_cents(written)
            if isinstance(cents, CentsFault):
                raise SluisError(cents.code, cents.what, remedy=cents.remedy)
            return int(cents)
        case Kind.SHARE:
            return read_share(written)
        case Kind.TRUTH:
            if written not in ("true", "false"):
                raise ValueError(f"{written} is niet true of false")
            return written == "true"
        case Kind.MONTH:
            return count_of(Month.parse(written))
        case Kind.TEXT:
            return written
        case _:
            return int(written)


def _check_order(values: tuple[Dated, ...]) -> None:
    starts = [dated.since for dated in values]
    if starts != sorted(set(starts)):
        raise ValueError("de begindatums stijgen niet")
    for dated in values:
        if dated.until is not None and dated.until < dated.since:
            raise ValueError(f"de waarde vanaf {dated.since} eindigt voor ze begint")


def _refused(origin: str, name: str, why: str) -> SluisError:
    return SluisError(
        "parameters-refused",
        msg("{origin}, parameter {name}: {why}", origin=origin, name=name, why=why),
        remedy=msg("Verbeter het bestand; de vorm staat bovenaan sluis/rules/parameter_files.py."),
    )
