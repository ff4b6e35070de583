"""Sluis: personal data passes only through the lock, and whatever passes leaves evidence."""
