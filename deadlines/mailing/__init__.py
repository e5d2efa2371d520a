"""News by e-mail where the calendar counts: when the office is open, what a morning letter says of
time limits, and the calendar of due dates that people subscribe to.

* ``hours`` – office hours of working days
* ``owing`` – whose time limits are whose
* ``wording`` – a letter in words, with dates, reasons and links
* ``passing`` – one pass of a worker: write letters, send some, note how things stand
* ``feed`` – due dates as iCalendar
"""

from deadlines.mailing.passing import Passed, run

__all__ = ["Passed", "run"]
