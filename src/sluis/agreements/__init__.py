"""Agreements: what may pass, written as a text that lawyers sign and that the gate enforces."""
