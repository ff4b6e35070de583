"""Machines of other bodies: their keys, tokens and signed requests, and the API that they speak to."""
