"""The door of HL7 v2 as this installation opens it."""

from __future__ import annotations

from sluis.app import Installation
from sluis.births.hl7.door import Hl7Door


def door_of(house: Installation) -> Hl7Door:
    """Return the door of HL7 v2 of an installation."""
    settings = house.settings
    return Hl7Door(house.births, settings.hl7_mapping_folder, is_live=settings.environment == "production")
