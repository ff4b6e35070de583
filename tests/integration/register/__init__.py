"""The public register: what everyone may read."""
