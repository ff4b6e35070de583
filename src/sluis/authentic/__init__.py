"""Authentic sources: who lives where, who gives right to what. For now only the synthetic Flanders supplies them."""
