"""Write docs/benchmarks.md from saved runs: `magray bench NAME --json > a.json`, then this script with the files."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"

HEAD = """\
# Figures

<!-- Written by scripts/write_benchmarks_docs.py from runs of `magray bench --json`. -->

`magray bench` measures what is promised, each figure beside its reference from the same run; `magray bench NAME` one
part of it, `--quick` a smaller run of the same shape. It ends with 1 when a limit is missed. The public collections are
taken from `--shared DIR`, or from `../shared/data` beside the checkout.

The figures below come from two cores of a shared x86-64 server without a GPU (Linux, Python 3.11), which other work was
using at the same time: times are higher, and rates lower, than on a machine of one's own. Shares do not depend on that.
"""


def number(value: float, unit: str) -> str:
    """A value with its unit, to three digits."""
    text = f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"
    return f"{text} {unit}".rstrip()


def row(figure: dict[str, Any]) -> str:
    """One line of a table."""
    unit = figure["unit"]
    reference = ""
    if figure["reference"] is not None:
        reference = f"{number(figure['reference'], unit)} ({figure['reference_name'] or 'reference'})"
    limit = ""
    if figure["limit"] is not None:
        limit = f"{figure['sense']} {number(figure['limit'], unit)}" + ("" if figure["passed"] else ", **missed**")
    name = figure["name"] + (f" ({figure['note']})" if figure["note"] else "")
    cells = (name, number(figure["value"], unit), reference, limit)
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |\n"


def section(bench: dict[str, Any]) -> str:
    """One bench."""
    head = f"\n## {bench['name'].capitalize()}\n\n"
    if bench.get("unavailable"):
        return head + f"Not measured: {bench['unavailable']}\n"
    return head + "| figure | here | reference | limit |\n|---|---|---|---|\n" + "".join(map(row, bench["figures"]))


def stalls_section(run: dict[str, Any]) -> str:
    """What `tests/benchmarks/stalls.py --json` measured."""
    missed = "" if run["felt_above_50_ms"] == 0 else ", **missed**"
    return (
        "\n## Stalls of the window\n\n`python tests/benchmarks/stalls.py` under a display, while "
        f"{run['files']:,} files were read in {run['seconds']:.0f} s.\n\n"
        "| figure | here | reference | limit |\n|---|---|---|---|\n"
        f"| longest hold of the event loop | {run['felt_longest_ms']:.0f} ms |  | at most 50 ms{missed} |\n"
        f"| of that, the window's own computing | {run['own_longest_ms']:.0f} ms |  |  |\n"
    )


def earlier() -> dict[str, str]:
    """Sections that stand on the page, by their headings, in their order."""
    if not TARGET.exists():
        return {}
    _, *parts = TARGET.read_text(encoding="utf-8").split("\n## ")
    return {part.partition("\n")[0]: f"\n## {part.rstrip()}\n" for part in parts}


def main() -> None:
    """Read the runs, the later ones in the place of the earlier, and write the page; what was not run stays."""
    parser = argparse.ArgumentParser(
        description="Write docs/benchmarks.md from runs of `magray bench --json` and stalls.py."
    )
    parser.add_argument("files", nargs="+", type=Path)
    benches: dict[str, dict[str, Any]] = {}
    stalls = ""
    for path in parser.parse_args().files:
        run = json.loads(path.read_text(encoding="utf-8"))
        if "felt_longest_ms" in run:
            stalls = stalls_section(run)
            continue
        if run["quick"]:
            parser.error(f"{path} is of a quick run, whose figures are not the promised ones")
        benches |= {bench["name"]: bench for bench in run["benches"]}
    new = {bench["name"].capitalize(): section(bench) for bench in benches.values()}
    if stalls:
        new["Stalls of the window"] = stalls
    TARGET.write_text(HEAD + "".join((earlier() | new).values()), encoding="utf-8", newline="\n")
    print(f"{TARGET}: {', '.join(benches)}")


if __name__ == "__main__":
    main()
