"""HL7 v2: read, map to the nine items by the hospital's own reviewed file, acknowledge after it is durable."""
