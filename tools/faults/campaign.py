"""Runs the parts of the campaign of faults and writes their table. Begun by tools/fault_campaign.sh."""
import argparse
import json
import pathlib
import sys
import tempfile
import time

import bench as benches
import changing
import clock
import disk
import flips
import kill
import long_inputs
import memory
import readonly
import special
import writers

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARTS = {"kill": kill.run, "disk": disk.run, "readonly": readonly.run, "flips": flips.run, "memory": memory.run,
         "clock": clock.run, "writers": writers.run, "changing": changing.run, "special": special.run,
         "long": long_inputs.run}
HEAD = "| part | what | tries | findings | seconds | |\n|---|---|---|---|---|---|"


def arguments():
    parser = argparse.ArgumentParser(prog="fault_campaign.sh", description="See the head of tools/fault_campaign.sh.")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build" / "release" / "bin")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "runs" / "faults")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS), metavar="PART")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    if not (args.bin / "pixelsail-train").is_file():
        parser.error(f"{args.bin}: no programs; build them first (tools/bootstrap.sh) or name their folder with --bin")
    return args


def line_of(row):
    return f"| {row.part} | {row.what} | {row.tries} | {len(row.findings)} | {row.seconds:.0f} | {row.note} |"


def write_table(folder, rows, seconds):
    tries, findings = sum(row.tries for row in rows), sum(len(row.findings) for row in rows)
    lines = [HEAD, *(line_of(row) for row in rows), f"| all | | {tries} | {findings} | {seconds:.0f} | |"]
    details = [f"- {row.part}, {row.what}: {finding}" for row in rows for finding in row.findings]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "table.md").write_text("\n".join(lines + [""] * bool(details) + details) + "\n")
    table = {"tries": tries, "findings": findings, "seconds": round(seconds), "rows": [row.as_json() for row in rows]}
    (folder / "table.json").write_text(json.dumps(table, indent=1) + "\n")


def rows_of(part, bench):
    """The rows of a part; what keeps it from going on is a finding of its own."""
    try:
        yield from PARTS[part](bench)
    except (RuntimeError, OSError, ValueError) as error:
        yield benches.Row(part, "could not go on", 1, [str(error)], 0)


def main():
    args = arguments()
    begin, rows = time.monotonic(), []
    print(HEAD, flush=True)
    with tempfile.TemporaryDirectory(prefix="pixelsail-faults-") as name:
        bench = benches.Bench(args.bin.resolve(), ROOT, pathlib.Path(name), args.quick, args.seed, args.jobs)
        for part in args.only:
            for row in rows_of(part, bench):
                rows.append(row)
                print(line_of(row), flush=True)
                for finding in row.findings:
                    print(f"  {finding}", file=sys.stderr, flush=True)
            # After each part: what was found is kept when a later one is interrupted.
            write_table(args.out, rows, time.monotonic() - begin)
    return 4 if any(row.findings for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
