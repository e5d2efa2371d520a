"""Pages of what follows from lateness and from records."""
