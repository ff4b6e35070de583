"""The pages of docs/reference that are made from the code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from typer.main import get_command

from sluis.agreements.schema import json_schema, life_page
from sluis.app import Installation
from sluis.channels import commands
from sluis.database import Database
from sluis.lists.model import STATE_NAMES, TRANSITIONS
from sluis.settings import Settings
from sluis.site import ROLE_NAMES, create_app
from sluis.web.access import RouteRight, rights_of
from sluis.web.rights import RIGHTS
from sluis.web.rights import ROLES as KNOWN_ROLES
from tests.architecture.source import DOCS

_MADE = "Made from {origin}; do not edit by hand: `uv run python -m tests.architecture.regenerate`.\n"

ROLES: tuple[str, ...] = (
    "citizen", "officer", "dpo", "signatory", "head", "access-manager", "supervisor", "outreach", "team-member",
    "birth-confidant",
    "social-worker", "system",
)  # fmt: skip


def pages() -> Mapping[Path, Callable[[], str]]:
    """Return what makes each page, by its file."""
    makers = {
        "agreement.schema.json": json_schema,
        "agreement-life.md": life_page,
        "exchange-life.md": exchange_life,
        "settings.md": settings_page,
        "commands.md": commands_page,
        "routes.md": routes_page,
        "rights.md": rights_page,
    }
    return {DOCS / "reference" / name: make for name, make in makers.items()}


def routes() -> list[RouteRight]:
    """Return every route of the whole application; no database is needed to know them."""
    with TemporaryDirectory(prefix="sluis-") as home:
        settings = Settings(environment="test", fictitious_insz=True, home=Path(home))
        house = Installation.open(settings, Database("postgresql://nobody@localhost/none"))
        return sorted(rights_of(create_app(house)), key=lambda route: (route.path, route.methods))


def exchange_life() -> str:
    """Return the life of a list exchange: its diagram and its table."""
    ends = [state for state in STATE_NAMES if not any(row.source == state for row in TRANSITIONS)]
    drawing = ["stateDiagram-v2", "    [*] --> received"]
    drawing += [f"    {row.source} --> {row.target}: {row.event}" for row in TRANSITIONS]
    drawing += [f"    {state} --> [*]" for state in ends]
    states = [f"| {state} | {name} |" for state, name in STATE_NAMES.items()]
    rows = [f"| {row.source} | {row.event} | {row.target} |" for row in TRANSITIONS]
    return "\n".join(
        [
            "# The life of a list exchange\n",
            _MADE.format(origin="`sluis.lists.model.TRANSITIONS`"),
            "```mermaid",
            *drawing,
            "```\n",
            "| From | Event | To |",
            "|---|---|---|",
            *rows,
            "",
            "| State | On the page |",
            "|---|---|",
            *states,
            "",
        ]
    )


def settings_page() -> str:
    """Return every variable that Sluis reads."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "absent" if field.default is None else f"`{field.default}`"
        kind = str(getattr(field.annotation, "__name__", field.annotation)).replace("typing.", "")
        kind = kind.replace("pathlib._local.", "").replace("pathlib.", "").replace("|", "or")
        kind = f"one of {', '.join(_choices(field.annotation))}" if _choices(field.annotation) else f"`{kind}`"
        rows.append(f"| `SLUIS_{name.upper()}` | {kind} | {default} | {field.description} |")
    return "\n".join(
        [
            "# Settings\n",
            _MADE.format(origin="`sluis.settings.Settings`"),
            "Variables of the environment count first, then the lines of `sluis.env` in the home. The demo writes that",
            "file, so that every later command speaks to the demo's installation. A wrong value stops Sluis at its",
            "start with a sentence that says what to change.\n",
            "| Variable | Kind | Default | What it is |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _choices(annotation: Any) -> list[str]:
    return [f"`{choice}`" for choice in getattr(annotation, "__args__", ()) if isinstance(choice, str)]


def commands_page() -> str:
    """Return every command with its arguments and options, in the words of its own help."""
    commands._add_slices(None)  # the whole command line, as `sluis` without a name shows it
    sections = [text for path, command in _walk("sluis", get_command(commands.app)) for text in _command(path, command)]
    return "\n".join(
        [
            "# Commands\n",
            _MADE.format(origin="the command line itself"),
            "Run them with `uv run sluis …`. The help is Dutch; messages are Dutch too, or French, English or German",
            "where the terminal's locale says so. A command ends with 0 when it did what was asked, with 1 when it",
            "was refused or found a fault, with 2 when it could not begin.\n",
            *sections,
        ]
    )


def _walk(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "commands"):
        yield path, command
        return
    for name in sorted(command.commands):
        yield from _walk(f"{path} {name}", command.commands[name])


def _command(path: str, command: Any) -> Iterator[str]:
    yield f"## `{path}`\n"
    yield " ".join((command.help or "").split()) + "\n"
    given = [one for one in command.params if one.name != "help"]
    if not given:
        return
    yield "| Argument or option | Needed | What it is |\n|---|---|---|"
    for one in given:
        opposite = "".join(f" / `{name}`" for name in getattr(one, "secondary_opts", ()))
        name = f"`{one.metavar or one.name.upper()}`" if one.param_type_name == "argument" else f"`{one.opts[0]}`"
        needed = "yes" if one.required else "no"
        yield f"| {name}{opposite} | {needed} | {(one.help or '').replace('|', '/')} |"
    yield ""


def routes_page() -> str:
    """Return every route with who may use it: a table to review, for a changed right is a changed line."""
    rows = [f"| `{' '.join(route.methods)}` | `{route.path}` | {' | '.join(_marks(route))} |" for route in routes()]
    heads = " | ".join(("everyone", *ROLES))
    names = "\n".join(f"- `{code}`: {name}" for code, name in ROLE_NAMES.items())
    return "\n".join(
        [
            "# Routes and who may use them\n",
            _MADE.format(origin="the rights that the routes name"),
            "A right opens the page; which agreements, exchanges and entries a person finds there depends on the party",
            "that they act for. Whoever may not see something gets the answer of something that does not exist.\n",
            names + "\n",
            f"| Method | Path | {heads} |",
            "|---|---|" + "---|" * (len(ROLES) + 1),
            *rows,
            "",
        ]
    )


def rights_page() -> str:
    """Return the table of rights and roles, and who grants which role."""
    heads = " | ".join(f"`{code}`" for code in ROLES)
    rows = [
        f"| `{code}` | {right.text} | {' | '.join('✓' if role in right.roles else '' for role in ROLES)} |"
        for code, right in RIGHTS.items()
    ]
    grants = [
        f"| `{role.code}` | {role.name} | {role.granted_by} | {'yes' if role.heavy else ''} |"
        for role in KNOWN_ROLES.values()
    ]
    return "\n".join(
        [
            "# Rights and roles\n",
            _MADE.format(origin="`src/sluis/web/rights.py`"),
            "Each route names a right of this table ([routes](routes.md)); one of its roles is enough. A role is",
            "granted for a purpose or for all, with a first and a last day. The sign-in provider can narrow it, never",
            "widen it.\n",
            "| Right | What it lets somebody do | " + heads + " |",
            "|---|---|" + "---|" * len(ROLES),
            *rows,
            "",
            "| Role | Name | Granted by | Needs a second pair of eyes |",
            "|---|---|---|---|",
            *grants,
            "",
        ]
    )


def _marks(route: RouteRight) -> list[str]:
    right = route.right or ""
    if right == "public":
        return ["✓"] * (len(ROLES) + 1)
    if right == "signed in":
        return ["", *["✓"] * len(ROLES)]
    named = RIGHTS[right].roles if right in RIGHTS else set(right.removeprefix("role: ").split(" or "))
    return ["", *("✓" if role in named else "" for role in ROLES)]
