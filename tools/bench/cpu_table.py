"""Speed of pixelsail-bench on the CPU beside the plain PyTorch model (python_twin.py), as a Markdown table.

    python tools/bench/cpu_table.py --bin build/release/bin --python PYTHON_WITH_TORCH [--json FILE]

For each row, both programs run alternately (ours, Python, ours, Python) and the medians of the alternations
count, so that a machine that slows down slows both. Rows that the Python model does not have (int8, int4)
are ours alone. The read bandwidth of the memory is measured between the rows, and the best reading counts.
"Of the limit" is the share of that bandwidth that decoding uses: tokens/s * bytes read for a token /
bandwidth. Those bytes are `decode_bytes` of pixelsail-bench (weights and cache of one step) where it
reports them, else computed here: all linear layers of the decoder, the output layer once, and the key/value
cache.
"""

from __future__ import annotations

import argparse
import datetime
import json
import statistics
import subprocess
import sys
from pathlib import Path

from model_shape import SHAPES, parse_size, patch_grid, read_shape

HERE = Path(__file__).resolve().parent
TWIN_DTYPES = ("f32", "bf16")
TEXT_TOKENS, DECODE_TOKENS = 32, 32  # defaults of both programs
MEASURED = ("load_s", "image_to_mask_s", "decode_tok_s", "peak_mem_mb")
HIGHEST_TOK_S = 1e6  # above it the difference of two runs was not positive
# Bytes of one weight. int8: a float32 scale for 64 weights; int4: a float32 scale and offset for 32.
WEIGHT_BYTES = {"f32": 4.0, "bf16": 2.0, "f16": 2.0, "int8": 1 + 4 / 64, "int4": 0.5 + 8 / 32}
# Bytes of one number in the key/value cache; quantised weights go with a float32 cache.
CACHE_BYTES = {"f32": 4, "bf16": 2, "f16": 2, "int8": 4, "int4": 4}
COLUMNS = ("shape", "dtype", "load s", "image to mask s", "decode tokens/s", "peak memory MB", "of the limit",
           "Python: image to mask s", "Python: decode tokens/s", "Python: peak memory MB",
           "time to mask, ours / Python", "decode speed, ours / Python")


def progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run_json(command: list[str], timeout: float | None = None) -> dict:
    """The JSON object that a program prints. Throws RuntimeError with the last line of its messages, and
    subprocess.TimeoutExpired."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    if done.returncode != 0:
        messages = done.stderr.strip().splitlines() or ["no message"]
        raise RuntimeError(f"exit code {done.returncode}: {messages[-1]}")
    return json.loads(done.stdout)


def decode_bytes(shape_name: str, dtype: str, image: str, vocabulary: int) -> float:
    """Bytes read for one token, with the cache half way through decoding."""
    shape = read_shape(SHAPES[shape_name], vocabulary)
    size = shape.hidden_size
    heads, kv_heads = (n * shape.head_dim for n in (shape.num_attention_heads, shape.num_key_value_heads))
    layer = 2 * size * heads + 2 * size * kv_heads + 3 * size * shape.intermediate_size
    weights = shape.num_hidden_layers * layer + vocabulary * size
    rows, columns = patch_grid(*parse_size(image), shape.vision_patch_size)
    tokens = rows * columns + 2 + TEXT_TOKENS + DECODE_TOKENS / 2
    cached = shape.num_hidden_layers * 2 * kv_heads * tokens
    return weights * WEIGHT_BYTES[dtype] + cached * CACHE_BYTES[dtype]


def medians(results: list[dict], program: str, notes: list[str]) -> dict:
    """A decoding speed that is no speed (prompt and steps took no longer than the prompt alone) is None."""
    figures = {key: statistics.median(result[key] for result in results) for key in MEASURED}
    if any(result["decode_tok_s"] > HIGHEST_TOK_S for result in results):
        figures["decode_tok_s"] = None
        notes.append(f"{program}: decoding was lost in the noise of a busy machine")
    return figures


def measure_row(args: argparse.Namespace, shape: str, dtype: str) -> dict:
    """Alternates both programs. `notes` says what could not be measured."""
    options = ["--shape", shape, "--dtype", dtype, "--image", args.image, "--threads", str(args.threads),
               "--runs", str(args.runs), "--vocabulary", str(args.vocabulary), "--json"]
    ours_command = [str(args.bin / "pixelsail-bench"), "--device", "cpu", *options]
    twin_command = [args.python, str(HERE / "python_twin.py"), *options]
    row: dict = {"shape": shape, "dtype": dtype, "notes": []}
    ours, twin = [], []
    with_twin = dtype in TWIN_DTYPES
    for alternation in range(args.alternations):
        progress(f"{shape} {dtype}: alternation {alternation + 1} of {args.alternations}")
        try:
            ours.append(run_json(ours_command))
        except RuntimeError as error:
            row["notes"].append(f"pixelsail-bench: {error}")
            return row
        if not with_twin:
            continue
        try:
            twin.append(run_json(twin_command, args.twin_timeout))
        except subprocess.TimeoutExpired:
            with_twin = False
            row["notes"].append(f"Python took more than {args.twin_timeout:g} s")
        except RuntimeError as error:
            with_twin = False
            row["notes"].append(f"Python: {error}")
    if twin and twin[0]["parameters"] != ours[0]["parameters"]:
        raise SystemExit(f"{shape}: pixelsail-bench has {ours[0]['parameters']} parameters, the Python model "
                         f"{twin[0]['parameters']}: they are not the same model")
    row["parameters"] = ours[0]["parameters"]
    computed = decode_bytes(shape, dtype, args.image, args.vocabulary)
    row["decode_bytes"] = ours[0].get("decode_bytes", computed)
    row["ours"] = medians(ours, "pixelsail-bench", row["notes"])
    if twin:
        row["twin"] = medians(twin, "Python", row["notes"])
        for key in ("image_to_mask_s", "decode_tok_s"):
            if row["ours"][key] is not None and row["twin"][key] is not None:
                row[f"{key}_ratio"] = row["ours"][key] / row["twin"][key]
    return row


def number(value: float | None) -> str:
    """Three significant digits, without exponents."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:#.3g}"


def table_line(row: dict) -> str:
    ours, twin = row.get("ours", {}), row.get("twin", {})
    limit = row.get("bandwidth_fraction")
    cells = [row["shape"], row["dtype"], *(number(ours.get(key)) for key in MEASURED),
             "-" if limit is None else f"{limit:.0%}", *(number(twin.get(key)) for key in MEASURED[1:]),
             number(row.get("image_to_mask_s_ratio")), number(row.get("decode_tok_s_ratio"))]
    return "| " + " | ".join(cells) + " |"


def markdown(report: dict) -> str:
    lines = [f"CPU: {report['cpu']}, {report['threads']} threads; torch {report['torch']}; {report['date']}.",
             f"Image {report['image']}, vocabulary {report['vocabulary']}; memory is read at "
             f"{report['read_gb_s']:.1f} GB/s.", "",
             "| " + " | ".join(COLUMNS) + " |", "|---|---|" + "---:|" * (len(COLUMNS) - 2)]
    lines += [table_line(row) for row in report["rows"]]
    notes = [f"* {row['shape']} {row['dtype']}: {note}" for row in report["rows"] for note in row["notes"]]
    return "\n".join(lines + ([""] + notes if notes else []))


def cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return "unknown"


def parse_rows(text: str) -> list[tuple[str, str]]:
    rows = []
    for item in text.split(","):
        shape, _, dtype = item.strip().partition(":")
        if shape not in SHAPES or dtype not in WEIGHT_BYTES:
            raise argparse.ArgumentTypeError(f"'{item}' is not SHAPE:DTYPE: shapes are {', '.join(SHAPES)}, "
                                             f"dtypes {', '.join(WEIGHT_BYTES)}")
        rows.append((shape, dtype))
    return rows


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True, help="folder of pixelsail-bench")
    parser.add_argument("--python", default=sys.executable, help="interpreter with torch, numpy and Pillow")
    parser.add_argument("--rows", type=parse_rows, metavar="SHAPE:DTYPE,...",
                        default="0.5b:f32,0.5b:bf16,0.5b:int8,0.5b:int4,3b:bf16")
    parser.add_argument("--image", default="512x512", help="WIDTHxHEIGHT")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--vocabulary", type=int, default=2048, help="tokens")
    parser.add_argument("--runs", type=int, default=3, help="timed runs in each program, at least 3")
    parser.add_argument("--alternations", type=int, default=2, help="how often each program runs")
    parser.add_argument("--twin-timeout", type=float, default=1800,
                        help="seconds after which a run of the Python model is given up")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all figures there")
    return parser.parse_args()


def main() -> None:
    args = parse_arguments()
    bandwidth_command = [args.python, str(HERE / "read_bandwidth.py"), "--threads", str(args.threads)]
    readings = [run_json(bandwidth_command)]
    rows = []
    for shape, dtype in args.rows:
        rows.append(measure_row(args, shape, dtype))
        readings.append(run_json(bandwidth_command))
    read_gb_s = max(reading["read_gb_s"] for reading in readings)
    for row in rows:
        if row.get("ours", {}).get("decode_tok_s") is not None:
            row["bandwidth_fraction"] = row["ours"]["decode_tok_s"] * row["decode_bytes"] / (read_gb_s * 1e9)
    report = {"cpu": cpu_model(), "threads": args.threads, "torch": readings[0]["torch"],
              "date": datetime.date.today().isoformat(), "image": args.image, "vocabulary": args.vocabulary,
              "read_gb_s": read_gb_s, "rows": rows}
    print(markdown(report))
    if args.json:
        args.json.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
