"""The public register of agreements in force."""
