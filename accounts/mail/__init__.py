"""News by e-mail. A request writes rows and never sends: a worker derives letters from messages,
claims a few and hands them to the mail server, in office hours.

* ``weights`` – which news must come, which is urgent, which may wait for the morning
* ``queueing`` – from messages to letters, each piece of news in one letter
* ``sending`` – claim, hand over, try again, give up
* ``letters`` – one letter as text and as HTML
* ``desk`` – how the outbox stands
* ``choices``, ``notices``, ``links`` – what a person decides, and is told of the own account

When the office is open, and what is due, ``deadlines.mailing`` knows.
"""
