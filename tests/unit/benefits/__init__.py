"""The Groeipakket."""
