"""The desk of the Department of Home Affairs: inspections, records, proposals, follow-up."""
