"""A server as a child process that says in its log when it is ready."""

import signal
import subprocess
import threading
from collections import deque
from collections.abc import Sequence
from typing import Any


class ServerProcess:
    """Starts the command and returns when ``ready`` stands in its output.

    A thread reads the output for as long as the server lives, because a full pipe would stop it.
    Raises RuntimeError with the last lines when the server ends or is silent for ``seconds``.
    """

    def __init__(
        self, command: Sequence[str], *, ready: str, seconds: float = 30, **popen: Any
    ) -> None:
        self._ready = ready
        self._said: deque[str] = deque(maxlen=40)
        self._settled = threading.Event()
        self._is_ready = False
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C is for pytest; it stops the server in its own time
            **popen,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._settled.wait(seconds)
        if not self._is_ready:
            self.stop(signal.SIGKILL)
            raise RuntimeError(f"{command[0]} did not start:\n{self.output}")

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said.append(line)
            if self._ready in line:
                self._is_ready = True
                self._settled.set()
        self._settled.set()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> str:
        """The last lines it said."""
        return "".join(self._said)

    def wait(self, seconds: float) -> int:
        """Its exit code, with all of its output read."""
        code = self._process.wait(seconds)
        self._reader.join()
        return code

    def send_signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = 10) -> None:
        """Ask it to end, then insist. Stopping what has ended does nothing."""
        self._process.send_signal(number)
        self._process.send_signal(signal.SIGCONT)  # a frozen server cannot hear the first signal
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
