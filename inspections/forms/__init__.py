"""Forms of plans, inspections and records. One form, one verb."""
