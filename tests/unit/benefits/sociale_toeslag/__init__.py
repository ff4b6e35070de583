"""The sociale toeslag."""
