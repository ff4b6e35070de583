"""The family's file: one per child, at the local team of where the mother lives, and what follows from it."""
