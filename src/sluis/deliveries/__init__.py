"""Whatever Sluis sends is a row with a state, retried until it arrives and never doubled."""
