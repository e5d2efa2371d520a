"""How time limits are kept over time: rates, ranking, ages, days, quality, work."""
