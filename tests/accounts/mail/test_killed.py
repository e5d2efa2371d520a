"""kill -9 between the mail server's word and ours: the letter goes again, and can be recognised."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

from accounts.mail import sending
from accounts.mail_models import Mail
from config.processes import tied_to_parent
from deadlines import mailing
from tests.accounts.mail.postman import give_addresses, states
from tests.world import NOW, World

#: A pass that stops when the server has taken a letter, before that is written down.
STOPPED = """
import datetime, sys, django
django.setup()
from accounts.mail import sending
from deadlines import mailing
def stop(*args, **kwargs):
    print("in the middle", flush=True)
    sys.stdin.readline()
sending._settle = stop
mailing.run(datetime.datetime.fromisoformat(sys.argv[1]))
"""


def test_the_letter_of_a_killed_worker_goes_again_under_the_same_message_id(
    database_url_for_subprocess, server
):
    world = World.build()
    give_addresses(world)
    world.directed()
    worker = subprocess.Popen(
        [sys.executable, "-c", STOPPED, NOW.isoformat()],
        env=os.environ
        | {
            "DATABASE_URL": database_url_for_subprocess,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=tied_to_parent(),
    )
    try:
        assert worker.stdout.readline() == "in the middle\n"
        worker.send_signal(signal.SIGKILL)
    finally:
        worker.kill()
        worker.communicate()
    first = server.letters[0]
    assert mailing.run(NOW + timedelta(minutes=1)).sent == 1  # the other letter is free
    assert mailing.run(NOW + sending.LEASE).sent == 1
    again = [one["Message-ID"] for one in server.letters if one["To"] == first["To"]]
    assert again == [first["Message-ID"]] * 2
    assert {state for _who, state, _tries in states()} == {"sent"}
    assert Mail.objects.count() == 2
