"""The ten rules in openfisca-core, written as its own country packages are: dated parameters, enumerations, entities.

The comparison that the issue asks for. AGPL: in bench/ only.
"""

# ruff: noqa: ANN401 - openfisca-core hands populations and periods over without types
from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import ETERNITY, MONTH
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from bench.rules_figures import BANDS, CEILING, FULL, LIMIT, MUNICIPALITIES, OUTPUTS, supplement_of

Person = build_entity(key="person", plural="persons", label="child", is_person=True)
House = build_entity(
    key="house", plural="houses", label="house", roles=[{"key": "member", "plural": "members", "label": "member"}]
)
PERIOD = "2023-03"
SINCE = "2019-01-01"
Municipality = Enum("Municipality", {f"m{at:03d}": f"m{at:03d}" for at in range(MUNICIPALITIES)})


def _dated(value: float) -> dict[str, Any]:
    return {"values": {SINCE: {"value": value}}}


def _parameters() -> ParameterNode:
    brackets = [(0 if at == 0 else BANDS[at - 1][0], cents) for at, (_, cents) in enumerate(BANDS)]
    storm = {
        "metadata": {"type": "single_amount"},
        "brackets": [
            {"threshold": {SINCE: {"value": edge}}, "amount": {SINCE: {"value": cents / 100}}}
            for edge, cents in brackets
        ],
    }
    data = {
        "full": _dated(FULL / 100),
        "limit": _dated(LIMIT / 100),
        "ceiling": _dated(CEILING / 100),
        "storm": storm,
        "supplement": {f"m{at:03d}": _dated(supplement_of(at) / 100) for at in range(MUNICIPALITIES)},
    }
    return ParameterNode("", data=data)


def _input(name: str, kind: type) -> type[Variable]:
    body = {"value_type": kind, "entity": Person, "definition_period": ETERNITY, "label": name}
    if kind is Enum:
        body |= {"possible_values": Municipality, "default_value": next(iter(Municipality))}
    return type(name, (Variable,), body)


def _computed(name: str, kind: type, entity: Any, formula: Any) -> type[Variable]:
    body = {"value_type": kind, "entity": entity, "definition_period": MONTH, "label": name, "formula": formula}
    return type(name, (Variable,), body)


def _age(person: Any, period: Any) -> Any:
    born = person("born", period).astype("datetime64[M]")
    return (np.datetime64(str(period.start.date)[:7], "M") - born).astype(int) // 12


def _right_giving(person: Any, period: Any) -> Any:
    age = person("age", period)
    return (age < 18) | ((age < 25) & person("at_school", period))


def _children(house: Any, period: Any) -> Any:
    return house.sum(house.members("right_giving", period))


def _house_income(house: Any, period: Any) -> Any:
    return house.sum(house.members("income", period))


def _place(person: Any, period: Any) -> Any:
    rank = person.get_rank(
        person.house,
        (person("born", period) - np.datetime64("1970-01-01")).astype(int),
        condition=person("right_giving", period),
    )
    return rank + 1


def _entitled(person: Any, period: Any) -> Any:
    return person("right_giving", period) * person("below_sea", period)


def _tide_allowance(person: Any, period: Any, parameters: Any) -> Any:
    income, law = person.house("house_income", period), parameters(period)
    shrunk = np.round(law.full * (law.ceiling - income) / (law.ceiling - law.limit), 2)
    amount = np.select([income <= law.limit, income >= law.ceiling], [law.full, 0.0], shrunk)
    return person("entitled", period) * amount


def _storm_bonus(person: Any, period: Any, parameters: Any) -> Any:
    first = person("entitled", period) & (person("place", period) == 1)
    return first * parameters(period).storm.calc(person("age", period))


def _supplement(person: Any, period: Any, parameters: Any) -> Any:
    of_place = parameters(period).supplement[person("municipality", period)]
    return (person("entitled", period) & (person.house("children", period) >= 3)) * of_place


def _total(person: Any, period: Any) -> Any:
    return person("tide_allowance", period) + person("storm_bonus", period) + person("supplement", period)


def _system() -> TaxBenefitSystem:
    system = TaxBenefitSystem([Person, House])
    system.parameters = _parameters()
    inputs: tuple[tuple[str, type], ...] = (("born", date), ("municipality", Enum), ("income", float))
    for name, kind in inputs:
        system.add_variable(_input(name, kind))
    for name in ("below_sea", "at_school"):
        system.add_variable(_input(name, bool))
    for name, kind, entity, formula in (
        ("age", int, Person, _age),
        ("right_giving", bool, Person, _right_giving),
        ("children", int, House, _children),
        ("house_income", float, House, _house_income),
        ("place", int, Person, _place),
        ("entitled", bool, Person, _entitled),
        ("tide_allowance", float, Person, _tide_allowance),
        ("storm_bonus", float, Person, _storm_bonus),
        ("supplement", float, Person, _supplement),
        ("total", float, Person, _total),
    ):
        system.add_variable(_computed(name, kind, entity, formula))
    return system


def run(facts: Path, out: Path) -> None:
    """Compute the ten rules of every child and write them."""
    frame = pl.read_parquet(facts)
    builder = SimulationBuilder()
    system = _system()
    builder.create_entities(system)
    houses = frame["house"].unique().sort().to_numpy()
    builder.declare_person_entity("person", frame["child"].to_numpy())
    house = builder.declare_entity("house", houses)
    builder.join_with_persons(house, frame["house"].to_numpy(), roles=np.full(frame.height, "member"))
    simulation = builder.build(system)
    given = {
        "born": frame["born"].to_numpy(),
        "municipality": frame["municipality"].str.slice(1).cast(pl.Int16).to_numpy(),
        "income": (frame["income"] / 100).cast(pl.Float32).to_numpy(),
        "below_sea": frame["below_sea"].to_numpy(),
        "at_school": frame["at_school"].to_numpy(),
    }
    for name, column in given.items():
        simulation.set_input(name, PERIOD, column)
    made = {"child": frame["child"]}
    for name in OUTPUTS:
        values = simulation.calculate(name, PERIOD)
        if system.get_variable(name).entity.key == "house":
            values = values[_place_of(frame, houses)]
        made[name] = pl.Series(name, values)
    pl.DataFrame(made).write_parquet(out, compression="lz4")


def _place_of(frame: pl.DataFrame, houses: Any) -> Any:
    return np.searchsorted(houses, frame["house"].to_numpy())
