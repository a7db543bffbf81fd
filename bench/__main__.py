"""Measure the portal.

python -m bench [size …]      fill, serve, ask; writes docs/performance.md (usual: 10k, 100k, 1M)
python -m bench load [size]   200 people at once for two minutes (usual: 1M)
python -m bench rechecks      kept proofs looked at by one worker while pages are asked
python -m bench log [size …]  the trust log as it grows (usual: 10k, 100k, 1M)
python -m bench clear         delete server and databases of the measurements
"""

import re
import sys

from bench import load, log, measuring, place, rechecks, report

SIZES = (10_000, 100_000, 1_000_000)


def main(arguments: list[str]) -> None:
    """Do what the command line says."""
    if arguments[:1] == ["clear"]:
        place.clear()
    elif arguments[:1] == ["load"]:
        size = int(arguments[1]) if len(arguments) > 1 else SIZES[-1]
        _tell("load", load.told(load.measure(size)))
    elif arguments[:1] == ["log"]:
        asked = tuple(sorted(map(int, arguments[1:]))) or log.SIZES
        _tell("log", log.told(log.measure(asked)))
    elif arguments[:1] == ["rechecks"]:
        _tell("rechecks", rechecks.told(rechecks.measure()))
    else:
        for size in sorted(map(int, arguments)) or list(SIZES):
            print(f"Measuring {size:,} members", flush=True)
            report.keep(measuring.measure(size))
        found = [figures for size in SIZES if (figures := report.kept(size))]
        report.write(found)


def _tell(mark: str, told: str) -> None:
    """Print what was measured, and write it between its marks in the page of figures."""
    print(told)
    page = report.PAGE.read_text()
    marks = re.compile(rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)", re.DOTALL)
    report.PAGE.write_text(marks.sub(lambda m: f"{m[1]}{told}\n{m[2]}", page))


if __name__ == "__main__":
    main(sys.argv[1:])
