"""What comes in: durable with its evidence before anything is acknowledged, once, then worked into birth files."""
