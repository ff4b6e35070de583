"""The command line: `sluis`. One module per slice or single command; this one puts them together."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import traceback

import typer

from sluis.channels.commands.terminal import print_error
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.log import configure_log, log

app = typer.Typer(
    name="sluis",
    help="Sluis: persoonsgegevens gaan alleen door de sluis, en wat erdoor gaat, laat bewijs na.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _add_slices(asked: str | None) -> None:
    """Add the commands: only those of the module that is asked for, where there is one, for the others cost time."""
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    for name in [asked] if asked in names else names:
        commands = importlib.import_module(f"{__name__}.{name}")
        if isinstance(slice_app := getattr(commands, "app", None), typer.Typer):
            app.add_typer(slice_app, name=name)
        elif register := getattr(commands, "register", None):
            register(app)


@app.callback()
def _sluis() -> None:
    """Keep `sluis` a group of commands, also when only one of them is loaded."""


def main() -> None:
    """Run one command; an error that a person can mend is told in their language and exits with 2."""
    configure_log()
    _add_slices(sys.argv[1] if len(sys.argv) > 1 else None)
    try:
        app()
    except SluisError as error:
        print_error(error)
        sys.exit(2)
    except Exception as error:
        # The text of an unexpected error may quote a person's row: as on the pages, only its kind and place are told.
        place = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-12:]]
        log().error("unexpected-error", kind=type(error).__name__, at=place)
        print_error(_unexpected())
        sys.exit(3)


def _unexpected() -> SluisError:
    return SluisError(
        "unexpected-error",
        msg("Er ging iets onverwachts mis. Wat begonnen was, is helemaal uitgevoerd of helemaal niet."),
        remedy=msg("Geef dezelfde opdracht opnieuw. Blijft het fout gaan, meld dan de regel hierboven."),
    )
