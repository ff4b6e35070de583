"""The ten rules in openfisca-core: the comparison that the issue asks for. AGPL: in bench/ only."""

# ruff: noqa: ANN401 - openfisca-core hands populations and periods over without types
from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from openfisca_core.entities import build_entity
from openfisca_core.periods import ETERNITY, MONTH
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from bench.rules_figures import CEILING, FULL, LIMIT, MUNICIPALITIES, OUTPUTS, supplement_of

Person = build_entity(key="person", plural="persons", label="child", is_person=True)
House = build_entity(
    key="house", plural="houses", label="house", roles=[{"key": "member", "plural": "members", "label": "member"}]
)
PERIOD = "2023-03"
SUPPLEMENTS = np.array([supplement_of(at) / 100 for at in range(MUNICIPALITIES)], dtype=np.float32)


def _input(name: str, kind: type) -> type[Variable]:
    body = {"value_type": kind, "entity": Person, "definition_period": ETERNITY, "label": name}
    return type(name, (Variable,), body)


def _computed(name: str, kind: type, entity: Any, formula: Any) -> type[Variable]:
    body = {"value_type": kind, "entity": entity, "definition_period": MONTH, "label": name, "formula": formula}
    return type(name, (Variable,), body)


def _age(person: Any, period: Any) -> Any:
    return (period.start.year * 12 + period.start.month - 1 - person("born_month", period)) // 12


def _right_giving(person: Any, period: Any) -> Any:
    age = person("age", period)
    return (age < 18) | ((age < 25) & person("at_school", period))


def _children(house: Any, period: Any) -> Any:
    return house.sum(house.members("right_giving", period))


def _house_income(house: Any, period: Any) -> Any:
    return house.sum(house.members("income", period))


def _place(person: Any, period: Any) -> Any:
    rank = person.get_rank(person.house, person("born_day", period), condition=person("right_giving", period))
    return rank + 1


def _entitled(person: Any, period: Any) -> Any:
    return person("right_giving", period) * person("below_sea", period)


def _tide_allowance(person: Any, period: Any) -> Any:
    income = person.house("house_income", period)
    full, limit, ceiling = FULL / 100, LIMIT / 100, CEILING / 100
    shrunk = np.round(full * (ceiling - income) / (ceiling - limit), 2)
    return person("entitled", period) * np.select([income <= limit, income >= ceiling], [full, 0.0], shrunk)


def _storm_bonus(person: Any, period: Any) -> Any:
    age = person("age", period)
    first = person("entitled", period) & (person("place", period) == 1)
    return first * np.select([age < 6, age < 12], [20.40, 35.70], 61.20)


def _supplement(person: Any, period: Any) -> Any:
    of_place = SUPPLEMENTS[person("municipality", period)]
    return (person("entitled", period) & (person.house("children", period) >= 3)) * of_place


def _total(person: Any, period: Any) -> Any:
    return person("tide_allowance", period) + person("storm_bonus", period) + person("supplement", period)


def _system() -> TaxBenefitSystem:
    system = TaxBenefitSystem([Person, House])
    for name, kind in (("born_month", int), ("born_day", int), ("municipality", int), ("income", float)):
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
    born = frame["born"].dt
    given = {
        "born_month": born.year().cast(pl.Int32) * 12 + born.month() - 1,
        "born_day": frame["born"].cast(pl.Int32),
        "municipality": frame["municipality"].str.slice(1).cast(pl.Int32),
        "income": (frame["income"] / 100).cast(pl.Float32),
        "below_sea": frame["below_sea"],
        "at_school": frame["at_school"],
    }
    for name, column in given.items():
        simulation.set_input(name, PERIOD, column.to_numpy())
    made = {"child": frame["child"]}
    for name in OUTPUTS:
        values = simulation.calculate(name, PERIOD)
        if system.get_variable(name).entity.key == "house":
            values = values[_place_of(frame, houses)]
        made[name] = pl.Series(name, values)
    pl.DataFrame(made).write_parquet(out, compression="lz4")


def _place_of(frame: pl.DataFrame, houses: Any) -> Any:
    return np.searchsorted(houses, frame["house"].to_numpy())
