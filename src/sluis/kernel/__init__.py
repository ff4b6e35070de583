"""Words that every slice speaks: numbers, days, money, outcomes. Pure: the standard library and stdnum only."""
