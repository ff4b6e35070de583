"""Oversight: the evidence as a party, its DPO and the supervisor read and verify it."""
