"""The draw: a lot that anyone can redo by hand from the seed, and that nobody can steer.

Each name gets a ticket: the SHA-256 of the text ``seed:name``, written in hexadecimal. Names are
sorted by their tickets and the first ones are drawn. With a shell, for the seed ``k7`` and the
agency ``P-00070``::

    printf '%s' 'k7:P-00070' | sha256sum

The result depends on the seed and the names alone, not on the order in which they are given. A
sample by strata gives each stratum its share of the places by the largest remainder, then draws
within it. Pure: no database, no clock, and no ``random``, whose order may change with Python.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drawn:
    """A name that was drawn, with its stratum and its place in the draw, counted from 1."""

    name: str
    stratum: str
    position: int


def ticket(seed: str, name: str) -> str:
    """The lot of a name under a seed: 64 hexadecimal digits."""
    return hashlib.sha256(f"{seed}:{name}".encode()).hexdigest()


def in_order(seed: str, names: Iterable[str]) -> list[str]:
    """Each name once, in the order of the tickets."""
    return sorted(set(names), key=lambda name: (ticket(seed, name), name))


def draw(seed: str, names: Iterable[str], count: int) -> list[str]:
    """The first ``count`` names of the order, or all when there are fewer."""
    return in_order(seed, names)[: max(count, 0)]


def shares(sizes: Mapping[str, int], count: int) -> dict[str, int]:
    """How many of ``count`` places each stratum gets: its exact share rounded down, then one more
    for the largest remainders. Equal remainders: the larger stratum first, then by name. Never more
    than a stratum holds; ``count`` above the total means everything."""
    total = sum(sizes.values())
    count = max(0, min(count, total))
    if not total:
        return dict.fromkeys(sizes, 0)
    places = {stratum: count * size // total for stratum, size in sizes.items()}
    left = count - sum(places.values())
    by_remainder = sorted(
        sizes, key=lambda stratum: (-(count * sizes[stratum] % total), -sizes[stratum], stratum)
    )
    for stratum in by_remainder[:left]:
        places[stratum] += 1
    return places


def sample(seed: str, strata: Mapping[str, str], count: int) -> list[Drawn]:
    """``count`` of the names, proportional to their strata (name → stratum), without replacement,
    in the order of their tickets."""
    members: dict[str, list[str]] = {}
    for name, stratum in strata.items():
        members.setdefault(stratum, []).append(name)
    places = shares({stratum: len(names) for stratum, names in members.items()}, count)
    drawn = [
        name for stratum, names in members.items() for name in draw(seed, names, places[stratum])
    ]
    return [
        Drawn(name, strata[name], position)
        for position, name in enumerate(in_order(seed, drawn), start=1)
    ]
