"""The rules of the house that no linter knows; each says what to do instead."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.source import dotted, modules, text_files

MOST_LINES = 400

# A module above the limit stands here with the reason why it is still one subject.
LONG_MODULES = {
    "src/sluis/rules/algebra.py": "the operations of one algebra, each with its units",
}

# Who may know what time it is: doors, and the clocks that they can replace.
MAY_KNOW_THE_TIME = (
    "src/sluis/channels/",
    "src/sluis/app.py",
    "src/sluis/site.py",
    "src/sluis/web/kit.py",
    "src/sluis/ledger/sequencer.py",
)

# Who may speak to a terminal or a pipe: the command line, and the child that answers its parent.
MAY_PRINT = ("src/sluis/channels/",)


def _calls() -> Iterator[tuple[str, int, str]]:
    for name, _, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield name, node.lineno, dotted(node.func)


def test_nothing_is_left_for_later() -> None:
    left = re.compile(r"\b(?:TODO|FIXME|XXX)\b|raise NotImplementedError")
    abstract = {"src/sluis/lists/workbook/parser.py"}  # two readers share one walk; it is never made itself
    found = [f"{name}: {match[0]}" for name, text, _ in modules() for match in left.finditer(text)]
    assert [one for one in found if one.partition(":")[0] not in abstract] == [], "finish it, or open an issue"


def test_no_file_names_a_place_on_one_machine() -> None:
    here = re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/")
    temporary = re.compile(r"(?<![\w.])/tmp/")
    wrong = [
        f"{name}: {match[0]}"
        for name, text in text_files()
        for match in (*here.finditer(text), *([] if name.startswith("tests/") else temporary.finditer(text)))
        if name != "tests/architecture/test_house_rules.py"
    ]
    assert wrong == [], "take the folder from the settings or as an argument"


def test_no_file_names_where_a_package_was_fetched() -> None:
    public = {"https://registry.npmjs.org", "https://pypi.org", "https://files.pythonhosted.org"}
    host = re.compile(r"(?:index-url|extra-index|registry|find-links)\W+(https?://[\w.-]+)", re.IGNORECASE)
    wrong = [f"{name}: {found}" for name, text in text_files() for found in host.findall(text) if found not in public]
    assert wrong == [], "a clone must install from the public registries"


def test_a_rule_that_is_switched_off_says_why() -> None:
    silenced = re.compile(r"#\s*(?:type:\s*ignore|noqa)(?P<codes>[^#\n]*)(?P<why>#.*)?$")
    wrong = []
    for name, text in text_files():
        if not name.endswith(".py") or name.startswith("tests/"):
            continue
        lines = text.splitlines()
        for number, line in enumerate(lines, 1):
            found = silenced.search(line)
            # The reason stands on the line, or in the comment right above it.
            if found and not _has_reason(found) and not (lines[number - 2].strip().startswith("#")):
                above = lines[number - 2]
                if silenced.search(above) is None or not lines[number - 3].strip().startswith("#"):
                    wrong.append(f"{name}:{number}: {line.strip()}")
    assert wrong == [], "name the rule and the reason: # noqa: S608 - the names are constants"


def _has_reason(found: re.Match[str]) -> bool:
    return bool(found["why"]) or bool(re.search(r"(?::|\])\s*[\w, \]]*\s+--?\s+\w", found["codes"]))


def test_a_module_is_one_subject() -> None:
    long = {name for name, text, _ in modules() if text.count("\n") > MOST_LINES}
    assert long <= set(LONG_MODULES), "split it, or say in LONG_MODULES why it is one subject"
    assert set(LONG_MODULES) <= long, "no longer long: take it off the list"


def test_every_package_module_class_and_public_function_says_what_it_is() -> None:
    silent = []
    for name, _, tree in modules():
        if not name.endswith("/__init__.py") and "/versions/" not in name and not ast.get_docstring(tree):
            silent.append(name)
        silent += [f"{name}:{node.lineno} {node.name}" for node in _public(tree) if not ast.get_docstring(node)]
    assert silent == [], "one sentence that says what it does"


def _public(tree: ast.Module) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the public classes and functions of a module, and the public methods of what is no protocol or override."""
    for node in tree.body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        if node.name not in {"upgrade", "downgrade"}:
            yield node
        if isinstance(node, ast.ClassDef) and not node.bases:
            yield from (
                one
                for one in node.body
                if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and not one.name.startswith("_")
            )


def test_only_the_edge_knows_what_time_it_is() -> None:
    clocks = {"datetime.now", "date.today", "datetime.today", "datetime.utcnow", "time.time"}
    wrong = [f"{name}:{line} {call}" for name, line, call in _calls() if call in clocks]
    assert [one for one in wrong if not one.startswith(MAY_KNOW_THE_TIME)] == [], "take `at` or `day` as an argument"


def test_only_the_command_line_prints() -> None:
    wrong = [f"{name}:{line}" for name, line, call in _calls() if call == "print"]
    assert [one for one in wrong if not one.startswith(MAY_PRINT)] == [], "return it, or log it through sluis.log"


def test_only_the_settings_look_at_the_environment_and_only_our_own_log_writes_logs() -> None:
    wrong = []
    for name, _, tree in modules():
        for node in ast.walk(tree):
            is_reading = isinstance(node, ast.Attribute) and dotted(node) in {"os.environ", "os.getenv"}
            if is_reading and name != "src/sluis/settings.py":
                wrong.append(f"{name}: reads the environment")
            if isinstance(node, ast.Import) and any(alias.name == "logging" for alias in node.names):
                wrong.append(f"{name}:{node.lineno} logging")
    assert wrong == [], "sluis/settings.py reads variables; sluis.log drops personal data"


# A module that asks beside a store says why.
SQL_BESIDE_THE_STORE = {
    "src/sluis/authentic/names.py": "names and numbers of the synthetic population, for the demo, tests and pages",
}


def test_only_a_store_speaks_sql() -> None:
    statement = re.compile(r"^\s*(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|COPY|TRUNCATE)\s", re.MULTILINE)
    allowed = ("src/sluis/migrations/", "src/sluis/database.py", "src/sluis/rules/")
    wrong = []
    for name, _, tree in modules():
        if name.startswith(allowed) or name.endswith("store.py"):
            continue
        wrong += [
            f"{name}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and statement.match(node.value)
        ]
    assert [one for one in wrong if one.partition(":")[0] not in SQL_BESIDE_THE_STORE] == [], "move it to store.py"


def test_a_verb_that_says_who_acts_also_says_when_and_both_by_name() -> None:
    wrong = []
    for name, _, tree in modules():
        if name.startswith(("src/sluis/channels/", "src/sluis/rules/")):  # doors; and there, `by` is a divisor
            continue
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            named = {one.arg for one in node.args.kwonlyargs}
            placed = {one.arg for one in node.args.args}
            if "by" in placed | named and not {"by", "at"} <= named and node.name not in _TIMELESS:
                wrong.append(f"{name}:{node.lineno} {node.name}")
    assert wrong == [], "take by= and at= by name: evidence says who and when"


# It writes no evidence of its own: it names who acts.
_TIMELESS = {"actor_id"}


def test_nobody_below_the_edge_commits() -> None:
    wrong = [f"{name}:{line}" for name, line, call in _calls() if call.endswith((".commit", ".rollback"))]
    assert [one for one in wrong if not one.startswith("src/sluis/migrations/env.py")] == [], (
        "the transaction is opened at the edge: with database.transaction() as connection"
    )


def test_money_is_never_a_float() -> None:
    money = re.compile(r"\b(?:\w+_(?:cents|euro)|amount)\s*:\s*float\b")
    assert [name for name, text, _ in modules() if money.search(text)] == [], "whole cents: sluis.kernel.money.Cents"
