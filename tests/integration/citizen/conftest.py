"""The same world as that of the agreement pages."""

from tests.integration.accession.conftest import agreement, world, world_and_agreement

__all__ = ["agreement", "world", "world_and_agreement"]
