"""Money: payment orders per payer, what the bank says of them, claims, and a statement that must add up."""
