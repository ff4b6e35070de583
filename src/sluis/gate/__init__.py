"""The lock: a request is permitted, refused or undecided; what is permitted leaves with its evidence or not at all."""
