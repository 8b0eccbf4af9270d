"""`magray bench`: run benches and print each figure beside its reference."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from engine.bench import BENCHES, BenchResult, Figure, find_shared, run_bench
from engine.cli import show


async def run(options: Namespace) -> int:
    """Run the benches named, or all; 1 when a limit was missed or a bench that was named could not run."""
    names = list(dict.fromkeys(options.names)) or list(BENCHES)
    results = []
    for name in names:
        say = _say(name)
        result = await run_bench(
            name, shared=find_shared(options.shared), say=say, quick=options.quick, compare=options.compare
        )
        results.append(result)
        if not options.json:
            _print(result)
    if options.json:
        show.print_json({"benches": [_plain(result) for result in results], "quick": options.quick})
    missed = any(figure.passed is False for result in results for figure in result.figures)
    lacking = bool(options.names) and any(result.unavailable for result in results)
    return 1 if missed or lacking else 0


def _say(name: str) -> Any:
    def say(text: str) -> None:
        print(f"{name}: {text}", file=sys.stderr, flush=True)

    return say


def _print(result: BenchResult) -> None:
    print(f"\n{result.name} ({result.seconds:.0f} s)")
    if result.unavailable:
        print(f"  not measured: {result.unavailable}")
    for figure in result.figures:
        print(f"  {_line(figure)}")


def _line(figure: Figure) -> str:
    parts = [f"{figure.name}: {_number(figure.value, figure.unit)}"]
    if figure.reference is not None:
        parts.append(f"{figure.reference_name or 'reference'} {_number(figure.reference, figure.unit)}")
    if figure.limit is not None:
        verdict = "kept" if figure.passed else "MISSED"
        parts.append(f"{figure.sense} {_number(figure.limit, figure.unit)}: {verdict}")
    if figure.note:
        parts.append(figure.note)
    return "   ".join(parts)


def _number(value: float, unit: str) -> str:
    text = f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"
    return f"{text} {unit}".rstrip()


def _plain(result: BenchResult) -> dict[str, Any]:
    figures = [{**_fields(figure), "passed": figure.passed} for figure in result.figures]
    plain: dict[str, Any] = {"name": result.name, "seconds": result.seconds, "figures": figures}
    if result.unavailable:
        plain["unavailable"] = result.unavailable
    return plain


def _fields(figure: Figure) -> dict[str, Any]:
    return {name: getattr(figure, name) for name in Figure.__dataclass_fields__}
