"""The world of the agreement pages, which the register shows to everyone."""

from tests.integration.accession.conftest import agreement, world, world_and_agreement

__all__ = ["agreement", "world", "world_and_agreement"]
