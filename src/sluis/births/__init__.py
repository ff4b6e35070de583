"""Births: what a maternity ward delivers, nine items and nothing else, becomes the family's file."""
