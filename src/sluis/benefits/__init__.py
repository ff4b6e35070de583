"""The Groeipakket: rights granted by rule, each explained."""
