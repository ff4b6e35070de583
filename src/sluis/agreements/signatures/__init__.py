"""Signatures on the paper of an agreement."""
