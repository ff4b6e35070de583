"""The synthetic Flanders: persons who do not exist, in numbers that do, deterministic by seed."""
