"""A backup of everything in one file, from either database into either.

A ZIP with one JSON line a row, the files of the store, and a manifest with the SHA-256 of each
member, the head of the ledger and the migrations. It is written from one snapshot while people
work, and read back before it counts as taken. See docs/decisions/0020-running-and-trusting.md.
"""
