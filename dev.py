#!/usr/bin/env python3
"""From a fresh clone to a served site or a finished test run, with nothing but Python 3.11.

    python3 dev.py run                  prepare, then serve the site with demo data (PORT=8123)
    python3 dev.py test                 prepare, then every check and test, up to the first failure
    python3 dev.py test -- -k calendar  one pytest run with these arguments (TEST_DATABASE=postgres)
    python3 dev.py manage COMMAND ...   any management command
    python3 dev.py bench ...            the benchmarks
    python3 dev.py drill ...            break everything on purpose, write docs/reliability.md
    python3 dev.py exec PROGRAM ...     a program of the development environment: ruff, uv, mypy

Only the standard library is used, because this file runs before anything is installed. What it says
goes to standard error: the output of ``manage`` is read by other programs.
"""

import contextlib
import ctypes.util
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
RUN_LOCKS = ["requirements.txt"]
DEV_LOCKS = ["requirements.txt", "requirements-dev.txt"]
CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]


class Failure(Exception):
    """One sentence for the person at the terminal; no traceback."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def in_ci():
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


# --- the environment ------------------------------------------------------------------------------


def digest(lock):
    return hashlib.sha256((ROOT / lock).read_bytes() + sys.version.encode()).hexdigest()


def installed():
    """Lock name -> digest of what the environment holds; empty when it must be made anew.

    The stamp is removed before anything changes and written when everything is in place, so an
    environment without one is half made, whatever its folders look like.
    """
    if not PYTHON.exists():
        return {}
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp["locks"] if stamp["python"] == sys.version else {}


@contextlib.contextmanager
def one_at_a_time():
    """Two calls that install at once would break each other's work; the second one waits."""
    with Path(__file__).open() as own_file:
        try:
            fcntl.flock(own_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another dev.py to finish its preparation ...")
            fcntl.flock(own_file, fcntl.LOCK_EX)
        yield


def prepare(locks):
    """Bring ``.venv`` in line with the lock files."""
    with one_at_a_time():
        have = installed()
        want = {lock: digest(lock) for lock in locks}
        if all(have.get(lock) == want[lock] for lock in locks):
            return
        STAMP.unlink(missing_ok=True)
        if not have:
            make_venv()
        say(f"Installing the packages of {' and '.join(locks)} ...")
        install(locks)
        STAMP.write_text(json.dumps({"python": sys.version, "locks": {**have, **want}}))


def make_venv():
    if importlib.util.find_spec("ensurepip") is None:
        package = f"python3.{sys.version_info.minor}-venv"
        if not apt_install([package]):
            raise Failure(
                f"Python cannot make a virtual environment: the package {package} is missing. "
                f"Install it (sudo apt-get install {package}) and call this again."
            )
    # Called from inside a virtual environment, sys.executable may be what is about to be cleared.
    interpreter = getattr(sys, "_base_executable", None) or sys.executable
    say("Making the virtual environment .venv ...")
    code, output = run_quietly([interpreter, "-m", "venv", "--clear", str(VENV)])
    if code:
        say(output)
        raise Failure("The virtual environment could not be made; the reason stands above.")


def install(locks):
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
    for lock in locks:
        command += ["-r", str(ROOT / lock)]
    code, output = run_quietly(command)
    if code:
        say(output)
        raise Failure("The packages could not be installed; the reason stands above. Call again.")


def apt_install(packages):
    """Whether the Debian packages are there afterwards; only root on a Debian family can."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    say(f"Installing {' and '.join(packages)} ...")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wait_for_lock = ["-o", "DPkg::Lock::Timeout=300"]
    fetch = ["apt-get", *wait_for_lock, "update"]
    put = ["apt-get", *wait_for_lock, "install", "-y", "--no-install-recommends", *packages]
    # The package lists may be missing or too old; fetching them takes longer than most installs.
    for command in (put, fetch, put):
        code, output = run_quietly(command, env=environment)
        if command is put and code == 0:
            return True
    say(output)
    return False


def run_quietly(command, **options):
    """(exit code, output); the output is worth a look only when the code is not zero."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )
    return done.returncode, done.stdout


# --- tests ----------------------------------------------------------------------------------------


def install_test_programs():
    """Chromium drives the browser journeys; PostgreSQL and the queue come with the packages."""
    with one_at_a_time():
        if missing := missing_browser_packages():
            apt_install(missing)


def missing_browser_packages():
    """The Debian packages that the browser tests still need: the browser, and a library of the
    programme that drives it."""
    missing = [] if find_chromium() else ["chromium"]
    return missing if ctypes.util.find_library("atomic") else [*missing, "libatomic1"]


def find_chromium():
    return next((path for path in map(shutil.which, CHROMIUM_NAMES) if path), None)


def test_environment(scratch):
    """Nothing from a shell or an ``.env`` file may decide what a test run finds."""
    return {
        **os.environ,
        "ENV_FILE": os.devnull,
        "DUNGHAN_ENV": "local",
        "SECRET_KEY": "for-tests-only-" + "0" * 50,
        "VAR_DIR": scratch,
        "DATABASE_URL": f"sqlite:///{scratch}/check.sqlite3",
    }


def test_rounds(scratch):
    """Rounds of steps that run side by side, each (name, command, extra environment); the round
    that is cheapest to fail comes first. Runs of tests come one after the other: side by side they
    take longer, because they push each other out of the processors' caches."""
    bin_dir = PYTHON.parent
    manage = [str(PYTHON), "manage.py"]
    pytest = [str(PYTHON), "-m", "pytest"]
    # One worker more than there are processors: while one waits for its database another counts.
    workers = ["-n", str(min((os.cpu_count() or 2) + 1, 8))]
    everything = [*pytest, *workers, "-m", "not browser and not production"]
    databases = [*pytest, *workers, "-m", "not browser and not once"]
    checks = test_environment(scratch)
    yield [
        ("ruff check", [str(bin_dir / "ruff"), "check", "."], {}),
        ("ruff format", [str(bin_dir / "ruff"), "format", "--check", "."], {}),
        ("mypy", [str(bin_dir / "mypy")], {}),
        ("djlint", [str(bin_dir / "djlint"), "templates", "--lint", "--quiet"], {}),
        ("manage.py check", [*manage, "check"], checks),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"], checks),
    ]
    yield [("tests on SQLite", everything, {"TEST_DATABASE": "sqlite"})]
    yield [("tests on PostgreSQL", databases, {"TEST_DATABASE": "postgres"})]
    if not missing_browser_packages():
        browser = [*pytest, "-n", "2", "-m", "browser"]
        yield [("tests in the browser", browser, {"TEST_DATABASE": "sqlite"})]


def side_by_side(steps, scratch):
    """Run the steps of a round; the first one speaks at once, the others when it has ended. The
    names of those that failed."""
    running = []
    for at, (name, command, environment) in enumerate(steps):
        environment = {**os.environ, **environment}
        # Set in many containers; a dozen processes would each compile every file anew.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        log = Path(scratch) / f"{name}.log"
        if at == 0:
            print(f"\n=== {name}", flush=True)
            running.append((name, log, subprocess.Popen(command, cwd=ROOT, env=environment)))
            continue
        with log.open("w") as out:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
            )
        running.append((name, log, process))
    failed = []
    for at, (name, log, process) in enumerate(running):
        code = process.wait()
        if at:
            print(f"\n=== {name}\n{log.read_text()}", flush=True)
        if code:
            failed.append(f"{name} (exit code {code})")
    return failed


def run_tests():
    started = time.monotonic()
    if missing_browser_packages() and in_ci():
        missing = " ".join(missing_browser_packages())
        raise Failure(f"Missing: {missing}. CI may not go without the browser tests.")
    with tempfile.TemporaryDirectory(prefix="dunghan-check-") as scratch:
        for steps in test_rounds(scratch):
            if failed := side_by_side(steps, scratch):
                raise Failure(f"FAILED: {', '.join(failed)}.")
    seconds = time.monotonic() - started
    if missing := missing_browser_packages():
        print(f"\nNOT RUN: the browser tests. sudo apt-get install {' '.join(missing)}")
        print(f"Everything else is green: {seconds:.0f} seconds.")
    else:
        print(f"\nAll green: {seconds:.0f} seconds.")


# --- commands -------------------------------------------------------------------------------------


def replace_process(program, *arguments):
    """The program's exit code, signals and terminal become ours."""
    os.execv(program, [str(program), *map(str, arguments)])  # noqa: S606


def main(arguments):
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs this may have an older one
        found = ".".join(map(str, sys.version_info[:3]))
        raise Failure(f"Python 3.11 or newer is needed; this is {found} ({sys.executable}).")
    command, *rest = arguments or ["help"]
    if command == "run":
        prepare(RUN_LOCKS)
        os.chdir(ROOT)
        replace_process(PYTHON, "manage.py", "run", *rest)
    elif command == "manage":
        prepare(RUN_LOCKS)
        replace_process(PYTHON, ROOT / "manage.py", *rest)
    elif command == "exec" and rest:
        prepare(DEV_LOCKS)
        replace_process(PYTHON.parent / rest[0], *rest[1:])
    elif command == "bench":
        prepare(DEV_LOCKS)
        os.chdir(ROOT)
        replace_process(PYTHON, "-m", "bench", *rest)
    elif command == "drill":
        prepare(DEV_LOCKS)
        os.chdir(ROOT)
        replace_process(PYTHON, "-m", "tests.drill", *rest)
    elif command == "test":
        prepare(DEV_LOCKS)
        install_test_programs()
        os.environ["CHROMIUM"] = find_chromium() or ""
        os.chdir(ROOT)
        if rest[:1] == ["--"]:
            replace_process(PYTHON, "-m", "pytest", *rest[1:])
        elif rest:
            raise Failure("Arguments for pytest follow a double hyphen: dev.py test -- -k calendar")
        run_tests()
    elif command in {"help", "-h", "--help"}:
        print(__doc__)
    else:
        known = "run, test, manage, bench, drill, exec"
        raise Failure(f"Unknown command. Known: {known}; not {arguments}.")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Failure as failure:
        say(failure)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
