"""The command line: `sluis`. One module per slice, each a Typer app; this one puts them together."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import typer

from sluis.channels.commands.terminal import print_error
from sluis.kernel.errors import SluisError
from sluis.log import configure_log

app = typer.Typer(
    name="sluis",
    help="Sluis: persoonsgegevens gaan alleen door de sluis, en wat erdoor gaat, laat bewijs na.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _add_slices() -> None:
    for module in pkgutil.iter_modules(__path__):
        slice_app = getattr(importlib.import_module(f"{__name__}.{module.name}"), "app", None)
        if isinstance(slice_app, typer.Typer):
            app.add_typer(slice_app, name=module.name)


def main() -> None:
    """Run one command; an error that a person can mend is told in their language and exits with 2."""
    configure_log()
    _add_slices()
    try:
        app()
    except SluisError as error:
        print_error(error)
        sys.exit(2)
