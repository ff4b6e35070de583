"""Doors of people: the provider, passkeys, certificates, and what access managers grant."""
