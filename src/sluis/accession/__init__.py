"""Joining: what a body sees of its agreements, and what each of them says."""
