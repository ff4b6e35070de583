"""Whether two newborns, of two messages or two hospitals, are one child; in doubt a person decides."""
