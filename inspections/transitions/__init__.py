"""The verbs of Home Affairs before, during and after a visit: plans, inspections, records.

Each locks its row, asks policy, state and version, writes, and enters it in the ledger, all in one
transaction. What follows a record stands in ``inspections.duty``.
"""
