"""The long form: ``python -m tests.fuzz --cases 1000000``, on all cores, with a line per parser."""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor

from tests.fuzz.parsers import parsers, run

CHUNK = 20_000


def main() -> int:
    """Try every parser; 1 if anything was found."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--cases", type=int, default=CHUNK)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--first", type=int, default=0, help="the number of the first case")
    ask.add_argument("--only", default="", help="the name of one parser")
    given = ask.parse_args()
    names = [name for name in parsers() if given.only in ("", name)]
    if not names:
        ask.error(f"no parser is called {given.only}; there are {', '.join(parsers())}")
    last = given.first + given.cases
    findings = 0
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name in names:
            chunks = [range(start, min(start + CHUNK, last)) for start in range(given.first, last, CHUNK)]
            done = list(pool.map(run, [name] * len(chunks), [given.seed] * len(chunks), chunks))
            found = [finding for _, more in done for finding in more]
            findings += len(found)
            print(
                f"{name:28} {given.cases:>9} cases  {sum(n for n, _ in done):>9} accepted  {len(found)} found"
            )
            for number, what in found[:5]:
                print(f"    make fuzz ONLY={name} SEED={given.seed} FROM={number} CASES=1    {what}")
            sys.stdout.flush()
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
