"""The outage drill: faults on purpose, and what must be left when they are over.

It lives with the tests because it plays with their people and their throw-away servers; nothing of
it belongs to an installation. Files ``test_*.py`` are part of every test run. Files ``drill_*.py``
take minutes, so pytest collects them only by name: ``make drill`` runs them, together with the
tests that show the other faults, and writes docs/reliability.md.

* ``story``, ``faults``, ``machine``, ``postbox``, ``outcome`` – simulated weeks, faults by seed
* ``stage`` – a copy of the test database for one play
* ``city``, ``worker``, ``people``, ``audit`` – web, workers, beats, queue and database as processes
  that may be killed, people who go on working, and what must hold afterwards
* ``catalogue``, ``report`` – faults F1 to F22, what shows each of them, and the report
"""
