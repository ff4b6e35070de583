"""Grants over time: what was decided when, what changes now, and what a late fact does to months gone by."""
