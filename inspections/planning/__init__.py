"""How agencies come into a plan: by risk, by the draw, by a person; and what was visited when."""
