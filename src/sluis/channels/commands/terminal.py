"""What every command needs: the database, the language of the terminal, sentences and errors."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.console import Console

from sluis.database import Database, migrate
from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message
from sluis.settings import settings, spoken_locale
from sluis.web.languages import LANGUAGES, Language, translate

if TYPE_CHECKING:
    from sluis.app import Installation

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@lru_cache(maxsize=1)
def language() -> Language:
    """Return the terminal's language; Dutch where it is none of ours."""
    spoken = spoken_locale().partition("_")[0].lower()
    return next((known for known in LANGUAGES if known == spoken), "nl")


def spoken(message: Message) -> str:
    """Return one sentence in the terminal's language."""
    return translate(message, language())


def say(message: Message) -> None:
    """Print one sentence in the terminal's language."""
    out.print(translate(message, language()), markup=False)


def print_error(error: SluisError) -> None:
    """Tell what happened, why (with the clause) and what to do next, on standard error."""
    err.print(translate(error.what, language()), markup=False, style="bold red")
    if error.clause is not None:
        err.print(str(error.clause), markup=False)
    err.print(translate(error.remedy, language()), markup=False)


@lru_cache(maxsize=1)
def open_database() -> Database:
    """Return the installation's database, migrated."""
    database = Database.from_settings(settings())
    migrate(database.owner_url)
    return database


@lru_cache(maxsize=1)
def installation() -> Installation:
    """Return the whole installation, its database migrated."""
    from sluis.app import Installation  # noqa: PLC0415 - what is checked offline needs none of it, nor its seconds

    return Installation.open(settings())


def is_interactive() -> bool:
    """Return whether a person watches: a progress bar is for people only."""
    return sys.stderr.isatty()
