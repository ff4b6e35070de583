"""The citizen: who received what about me, why, under which text."""
