"""Lists of dossiers as clerks keep them: XLSX and CSV, read and written. Nothing of the database.

``reading.read`` gives the rows of a file under our column names, ``cells`` turns a cell into text,
a date or an instant, ``writing`` writes what Excel opens safely and ``read`` reads back unchanged.
"""
