"""Pages of inspections: plans, visits, records, and what follows them."""
