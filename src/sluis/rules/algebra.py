"""Typed values for rule writers: operators build the tree, and unlike units are refused at once.

A value is not a number yet: it stands for a column (engines) or for one child's value (interpreter).
`Truth`, `Whole`, `Money`, `Scaled`, `Share`, `CalendarMonth`, `Day`, `Text`. Each class can be read from a parameter:
`Money.parameter("basisbedrag")`, `Money.bands("schoolbonus", age)`, `Money.table("bonus_of_municipality", nis)`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar, Generic, Self, TypeVar

from sluis.kernel.money import CentsFault, read_cents
from sluis.kernel.month import Month
from sluis.kernel.text import Message, msg
from sluis.rules.faults import Unbuildable, malformed, not_a_condition, unlike_units
from sluis.rules.nodes import Node, Op, literal
from sluis.rules.units import (
    CENTS,
    DAY,
    MONTH,
    MONTHS,
    NUMBER,
    SCALED,
    SHARE,
    SHARE_OF_ONE,
    TEXT,
    TRUTH,
    YEAR,
    Kind,
    Unit,
)

_PLUS = msg("Optellen")
_MINUS = msg("Aftrekken")
_TIMES = msg("Vermenigvuldigen")
_COMPARED = msg("Vergelijken")
_CHOSEN = msg("Kiezen")


class Value:
    """What every typed value can do. `node` is its expression."""

    kind: ClassVar[Kind]
    __slots__ = ("node",)
    __hash__ = None  # type: ignore[assignment]  # equality builds an expression, so a value is no key of a set or dict

    def __init__(self, node: Node) -> None:
        if node.unit.kind is not self.kind:
            raise unlike_units(msg("Een waarde lezen"), node.unit, self.kind.value)
        self.node = node

    @property
    def unit(self) -> Unit:
        """The unit of the value."""
        return self.node.unit

    @classmethod
    def parameter(cls, name: str, *, unit: str = "", years: int = 0, month_of_year: int = 0) -> Self:
        """Read a dated parameter at the month of the run, or at `month_of_year` of that year plus `years`."""
        return cls(Node(Op.PARAMETER, Unit(cls.kind, unit), payload=(name, years, month_of_year)))

    @classmethod
    def bands(cls, name: str, by: Ordered, *, unit: str = "", years: int = 0, month_of_year: int = 0) -> Self:
        """Read the band of the parameter in which `by` lies."""
        return cls(Node(Op.BANDS, Unit(cls.kind, unit), (by.node,), (name, years, month_of_year)))

    @classmethod
    def table(cls, name: str, key: Text | Whole, *, unit: str = "", years: int = 0, month_of_year: int = 0) -> Self:
        """Read the row of the parameter for this key; joined, never branched. A key without a row is unknown."""
        return cls(Node(Op.LOOKUP, Unit(cls.kind, unit), (key.node,), (name, years, month_of_year)))

    def known(self) -> Truth:
        """Say whether the value is known; itself never unknown."""
        return Truth(Node(Op.KNOWN, TRUTH, (self.node,)))

    def __eq__(self, other: object) -> Truth:  # type: ignore[override]  # builds an expression, as columns do
        return _compare(Op.EQUAL, self, other)

    def __ne__(self, other: object) -> Truth:  # type: ignore[override]  # builds an expression, as columns do
        return ~_compare(Op.EQUAL, self, other)

    def is_one_of(self, *others: object) -> Truth:
        """Say whether the value equals one of these."""
        return any_of(*(self == other for other in others))

    def __bool__(self) -> bool:
        raise not_a_condition()

    def _join(self, op: Op, verb: Message, other: object) -> Self:
        right = _operand(other, self.unit)
        if right is None or right.unit != self.unit:
            raise unlike_units(verb, self.unit, _unit_of(other))
        return type(self)(Node(op, self.unit, (self.node, right)))


class Truth(Value):
    """True, false or unknown, combined with `&`, `|` and `~` (Kleene)."""

    kind = Kind.TRUTH
    __slots__ = ()

    def __and__(self, other: Truth) -> Truth:
        return all_of(self, other)

    def __or__(self, other: Truth) -> Truth:
        return any_of(self, other)

    def __invert__(self) -> Truth:
        return Truth(Node(Op.NOT, TRUTH, (self.node,)))


class Ordered(Value):
    """Values that come before or after one another."""

    __slots__ = ()

    def __lt__(self, other: object) -> Truth:
        return _compare(Op.LESS, self, other)

    def __le__(self, other: object) -> Truth:
        return _compare(Op.AT_MOST, self, other)

    def __gt__(self, other: object) -> Truth:
        return _compare(Op.LESS, self, other, turned=True)

    def __ge__(self, other: object) -> Truth:
        return _compare(Op.AT_MOST, self, other, turned=True)


class Whole(Ordered):
    """A whole number of something: children, points, months. A plain `int` takes the unit of what it meets."""

    kind = Kind.WHOLE
    __slots__ = ()

    def __add__(self, other: Whole | int) -> Whole:
        return self._join(Op.ADD, _PLUS, other)

    __radd__ = __add__

    def __sub__(self, other: Whole | int) -> Whole:
        return self._join(Op.SUBTRACT, _MINUS, other)

    def __rsub__(self, other: int) -> Whole:
        return Whole(literal(other, self.unit)) - self

    def __mul__(self, other: Whole | int) -> Whole:
        right = number(other) if isinstance(other, int) else other
        if not isinstance(right, Whole) or (self.unit.label and right.unit.label):
            raise unlike_units(_TIMES, self.unit, _unit_of(other))
        unit = self.unit if self.unit.label else right.unit
        return Whole(Node(Op.MULTIPLY, unit, (self.node, right.node)))

    def __rmul__(self, other: int) -> Whole:
        return self * other

    def __floordiv__(self, divisor: int) -> Whole:
        return Whole(_floor_divide(self.node, divisor, self.unit))

    def whole_years(self) -> Whole:
        """Return the full years in a number of months."""
        if self.unit != MONTHS:
            raise unlike_units(msg("Hele jaren tellen"), self.unit, MONTHS)
        return Whole(_floor_divide(self.node, 12, Unit(Kind.WHOLE, "years")))

    def counted_as(self, label: str) -> Whole:
        """Return the same number under another name of what is counted: a deliberate change of unit."""
        unit = Unit(Kind.WHOLE, label)
        return Whole(Node(Op.ADD, unit, (self.node, literal(0, unit))))


class Money(Ordered):
    """An amount in whole cents."""

    kind = Kind.CENTS
    __slots__ = ()

    def __add__(self, other: Money) -> Money:
        return self._join(Op.ADD, _PLUS, other)

    def __sub__(self, other: Money) -> Money:
        return self._join(Op.SUBTRACT, _MINUS, other)

    def __neg__(self) -> Money:
        return NOTHING - self

    def times(self, count: Whole | int) -> Money:
        """Return so many times the amount."""
        right = _operand(count, NUMBER)
        if right is None or right.unit.kind is not Kind.WHOLE:
            raise unlike_units(_TIMES, self.unit, _unit_of(count))
        return Money(Node(Op.MULTIPLY, CENTS, (self.node, right)))

    def share(self, share: Share) -> Scaled:
        """Return the exact product with a share; compare it as it is, or round it where the law rounds."""
        if not isinstance(share, Share):
            raise unlike_units(_TIMES, self.unit, _unit_of(share))
        return Scaled(Node(Op.MULTIPLY, SCALED, (self.node, share.node)))

    def exact(self) -> Scaled:
        """Return the amount at the grain of a product with a share."""
        return self.share(share("1"))

    def divided(self, by: Whole | int, *, otherwise: Money | None = None) -> Money:
        """Return the quotient, half up to the cent. A divisor that is not positive gives `otherwise`.

        Without `otherwise` the divisor is a number or parameter that the book checks to be positive.
        """
        right = _operand(by, NUMBER)
        if right is None or right.unit.kind is not Kind.WHOLE:
            raise unlike_units(msg("Delen"), self.unit, _unit_of(by))
        return Money(_half_up(self.node, right, CENTS, otherwise))

    def portion(self, part: Money, whole: Money, *, otherwise: Money | None = None) -> Money:
        """Return this amount times `part` over `whole`, half up to the cent; see `divided` for `otherwise`."""
        product = Node(Op.MULTIPLY, SCALED, (self.node, Money(part.node).node))
        return Money(_half_up(product, Money(whole.node).node, CENTS, otherwise))


class Scaled(Ordered):
    """Cents times basis points: exact. It compares with and adds to money, and `rounded()` brings it to the cent."""

    kind = Kind.SCALED
    __slots__ = ()

    def __add__(self, other: Scaled | Money) -> Scaled:
        return self._join(Op.ADD, _PLUS, _scaled(other))

    def __sub__(self, other: Scaled | Money) -> Scaled:
        return self._join(Op.SUBTRACT, _MINUS, _scaled(other))

    def rounded(self) -> Money:
        """Return the amount in cents, half up: only where the law rounds."""
        return Money(_half_up(self.node, literal(SHARE_OF_ONE, NUMBER), CENTS, None))


class Share(Ordered):
    """A factor in basis points."""

    kind = Kind.SHARE
    __slots__ = ()

    def __add__(self, other: Share) -> Share:
        return self._join(Op.ADD, _PLUS, other)

    def __sub__(self, other: Share) -> Share:
        return self._join(Op.SUBTRACT, _MINUS, other)


class CalendarMonth(Ordered):
    """A calendar month."""

    kind = Kind.MONTH
    __slots__ = ()

    def plus(self, months: Whole | int) -> CalendarMonth:
        """Return the month so many months later; a negative number goes back."""
        right = _operand(months, MONTHS)
        if right is None or right.unit != MONTHS:
            raise unlike_units(_PLUS, self.unit, _unit_of(months))
        return CalendarMonth(Node(Op.ADD, MONTH, (self.node, right)))

    def since(self, earlier: CalendarMonth) -> Whole:
        """Return the number of months from the earlier month to this one."""
        return Whole(Node(Op.SUBTRACT, MONTHS, (self.node, CalendarMonth(earlier.node).node)))

    @property
    def year(self) -> Whole:
        """The calendar year."""
        return Whole(_floor_divide(self.node, 12, YEAR))

    @property
    def month_of_year(self) -> Whole:
        """1 for January to 12 for December."""
        whole = Node(Op.MULTIPLY, NUMBER, (_floor_divide(self.node, 12, NUMBER), literal(12, NUMBER)))
        rest = Node(Op.SUBTRACT, NUMBER, (self.node, whole))
        return Whole(Node(Op.ADD, NUMBER, (rest, literal(1, NUMBER))))


class Day(Ordered):
    """A day; it is compared and brought to its month, never subtracted."""

    kind = Kind.DAY
    __slots__ = ()

    @property
    def month(self) -> CalendarMonth:
        """The calendar month in which the day lies."""
        return CalendarMonth(Node(Op.MONTH_OF, MONTH, (self.node,)))


class Text(Value):
    """A code or key: compared with `==` and `is_one_of`, used as key of a table or as group."""

    kind = Kind.TEXT
    __slots__ = ()


V = TypeVar("V", bound=Value)

VALUES: dict[Kind, type[Value]] = {
    each.kind: each for each in (Truth, Whole, Money, Scaled, Share, CalendarMonth, Day, Text)
}


class Choice(Generic[V]):
    """The branches so far; `otherwise` closes them."""

    def __init__(self, branches: tuple[tuple[Truth, V], ...]) -> None:
        self._branches = branches

    def when(self, condition: Truth, value: V) -> Choice[V]:
        """Add a branch for when none before it holds."""
        return Choice((*self._branches, (condition, value)))

    def otherwise(self, value: V) -> V:
        """Return the value of the first branch that holds, else this. An unknown condition on the way is unknown."""
        arguments: list[Node] = []
        for condition, chosen in self._branches:
            if not isinstance(condition, Truth):
                raise unlike_units(msg("Een voorwaarde"), _unit_of(condition), TRUTH)
            if not isinstance(chosen, Value) or not isinstance(value, Value) or chosen.unit != value.unit:
                raise unlike_units(_CHOSEN, _unit_of(chosen), _unit_of(value))
            arguments += (condition.node, chosen.node)
        return type(value)(Node(Op.CHOOSE, value.unit, (*arguments, value.node)))


def when(condition: Truth, value: V) -> Choice[V]:
    """Begin a choice: `when(a, x).when(b, y).otherwise(z)` is the first that holds."""
    return Choice(((condition, value),))


def all_of(*conditions: Truth) -> Truth:
    """Say whether all hold: false as soon as one is false, unknown if one is unknown and none false."""
    return _logic(Op.AND, conditions)


def any_of(*conditions: Truth) -> Truth:
    """Say whether one holds: true as soon as one is true, unknown if one is unknown and none true."""
    return _logic(Op.OR, conditions)


def least_of(first: V, *others: V) -> V:
    """Return the smallest."""
    return _extreme(lambda left, right: left <= right, first, others)


def greatest_of(first: V, *others: V) -> V:
    """Return the largest."""
    return _extreme(lambda left, right: left >= right, first, others)


def euro(amount: str) -> Money:
    """Return a fixed amount, read from text: `euro("12.50")`."""
    cents = read_cents(amount) if isinstance(amount, str) else CentsFault.MALFORMED
    if isinstance(cents, CentsFault):
        raise malformed(cents.code, cents.what, cents.remedy)
    return Money(literal(int(cents), CENTS))


def share(text: str) -> Share:
    """Return a fixed share, read from text: `share("80%")`, `share("1.0521")`."""
    return Share(literal(read_share(text), SHARE))


def read_share(text: str) -> int:
    """Return the basis points of `80%`, `0.8` or `1.8492`; finer than a basis point is refused."""
    digits = text.strip().replace(",", ".")
    percent = digits.endswith("%")
    whole, _, fraction = digits.rstrip("% ").partition(".")
    places = 2 if percent else 4
    if not (whole + fraction).isdecimal() or len(fraction) > places:
        raise malformed(
            "share-malformed",
            msg("{written} is geen aandeel dat tot op een honderdste procent geschreven is.", written=text),
            msg("Schrijf het aandeel zoals 80%, 0.8 of 1.0521."),
        )
    return int(whole + fraction.ljust(places, "0"))


def number(value: int, unit: str = "") -> Whole:
    """Return a fixed whole number of something."""
    if not _is_int(value):
        raise unlike_units(msg("Een geheel getal"), type(value).__name__, "int")
    return Whole(literal(value, Unit(Kind.WHOLE, unit)))


def day(text: str) -> Day:
    """Return a fixed day: `day("2019-01-01")`."""
    return Day(literal(date.fromisoformat(text), DAY))


def calendar_month(text: str) -> CalendarMonth:
    """Return a fixed month: `calendar_month("2019-01")`."""
    return CalendarMonth(literal(count_of(Month.parse(text)), MONTH))


def run_month() -> CalendarMonth:
    """Return the month that is being decided."""
    return CalendarMonth(Node(Op.RUN_MONTH, MONTH))


def code(text: str) -> Text:
    """Return a fixed code."""
    return Text(literal(text, TEXT))


YES = Truth(literal(True, TRUTH))
NO = Truth(literal(False, TRUTH))
NOTHING = Money(literal(0, CENTS))


def count_of(month: Month) -> int:
    """Return the month as it is stored: year x 12 + month - 1."""
    return month.year * 12 + month.month - 1


def month_from(count: int) -> Month:
    """Return the month that is stored as this number."""
    year, month = divmod(count, 12)
    return Month(year, month + 1)


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _operand(other: object, unit: Unit) -> Node | None:
    """Return the node of a value or of a Python constant that may stand beside this unit."""
    if isinstance(other, Value):
        return other.node
    plain: dict[Kind, type] = {Kind.WHOLE: int, Kind.TEXT: str, Kind.TRUTH: bool, Kind.DAY: date}
    wanted = plain.get(unit.kind)
    if wanted is None or not isinstance(other, wanted) or (wanted is int and not _is_int(other)):
        return None
    return literal(other, unit)  # type: ignore[arg-type]  # one of the four plain types above


def _unit_of(other: object) -> object:
    return other.unit if isinstance(other, Value) else type(other).__name__


def _scaled(other: Value) -> Value:
    return other.exact() if isinstance(other, Money) else other


def _compare(op: Op, left: Value, other: object, *, turned: bool = False) -> Truth:
    if isinstance(left, Money) and isinstance(other, Scaled):
        left = left.exact()
    right = _operand(_scaled(other) if isinstance(left, Scaled) and isinstance(other, Value) else other, left.unit)
    if right is None or right.unit != left.unit:
        raise unlike_units(_COMPARED, left.unit, _unit_of(other))
    return Truth(Node(op, TRUTH, (right, left.node) if turned else (left.node, right)))


def _logic(op: Op, conditions: tuple[Truth, ...]) -> Truth:
    nodes: list[Node] = []
    for condition in conditions:
        if not isinstance(condition, Truth):
            raise unlike_units(msg("Een voorwaarde"), _unit_of(condition), TRUTH)
        same = condition.node.op is op
        nodes += condition.node.arguments if same else (condition.node,)
    if not nodes:
        return YES if op is Op.AND else NO
    return Truth(nodes[0] if len(nodes) == 1 else Node(op, TRUTH, tuple(nodes)))


def _extreme(before: Callable[[Any, Any], Truth], first: V, others: tuple[V, ...]) -> V:
    best = first
    for other in others:
        best = when(before(best, other), best).otherwise(other)
    return best


def _floor_divide(node: Node, divisor: int, unit: Unit) -> Node:
    if not _is_int(divisor) or divisor <= 0:
        raise _divisor_fault()
    return Node(Op.FLOOR_DIVIDE, unit, (node, literal(divisor, NUMBER)))


def _half_up(numerator: Node, denominator: Node, unit: Unit, otherwise: Money | None) -> Node:
    quotient = Node(Op.HALF_UP, unit, (numerator, denominator))
    if otherwise is None:
        return quotient
    positive = Node(Op.LESS, TRUTH, (literal(0, denominator.unit), denominator))
    return Node(Op.CHOOSE, unit, (positive, quotient, Money(otherwise.node).node))


def _divisor_fault() -> Unbuildable:
    return malformed(
        "divisor-not-positive",
        msg("Een deler moet groter dan nul zijn."),
        msg("Deel door een vast getal groter dan nul, of zeg met otherwise wat geldt als de deler nul is."),
    )
