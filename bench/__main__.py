"""``python -m bench [name ...]``: run the named benchmarks, or all."""

import argparse
import importlib
import os
import platform
from pathlib import Path

from bench import BENCHES, REPEATS


def processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass  # not Linux
    return platform.processor() or platform.machine()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHES))
    names = parser.parse_args().names or list(BENCHES)
    for name in names:
        if name not in BENCHES:
            parser.error(f"no benchmark {name!r}; there are: {', '.join(BENCHES)}")

    print(f"{processor()}, {os.cpu_count()} cores, {platform.system()}, ", end="")
    print(f"{platform.python_implementation()} {platform.python_version()}")
    if hasattr(os, "getloadavg"):
        print(f"load before the run: {os.getloadavg()[0]:.1f}")
    print(f"medians of {REPEATS} repeats")
    for name in names:
        print(f"\n== {name}: {BENCHES[name]}")
        importlib.import_module(f"bench.{name}").run()


if __name__ == "__main__":
    main()
