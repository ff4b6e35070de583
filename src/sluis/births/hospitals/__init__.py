"""Hospitals with a maternity ward: how far each is connected, what each delivers, and when one falls silent."""
