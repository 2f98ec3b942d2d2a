#!/usr/bin/env python3
"""Runs the same work with two builds of the programs and compares every byte that they leave.

    tools/compare_programs.py --before BIN --after BIN --out DIR [--steps 40] [--reuse] [--only JOB ...]
                              [--expect PATTERN ...]

BIN is a folder of programs (build/release/bin). The work: synthetic data; 40 training steps each of AdamW, Muon and a
LoRA adapter with two threads; an evaluation of every benchmark; a prediction; a scoring; conversions to bf16, int8 and
.pth. Each side works in a folder of its own, DIR/before and DIR/after, under the same relative names, so that files which
hold paths agree too. --reuse keeps a side that is complete. --only does some jobs (train_muon, eval, ...) and compares
what both sides have of them.

Compared byte by byte: weights, states of training, logs but for times and memory (keys that end in _s, "seconds", "mfu", "memory_..."), predictions,
reports, JSON and pictures. Of files that differ the largest difference of their numbers is printed. Exit code 1 when a file
differs whose path no PATTERN (as of the shell) names. Standard library only.
"""

import argparse
import fnmatch
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
THREADS = 2
# Of this run and of nothing else: keys of logs, beside those that end in _s, and files.
OF_THE_RUN = ("seconds", "mfu", "memory_mb", "memory_peak_mb")
IGNORED = ("*/timing.json", "*.log")


def jobs(steps):
    """(name, program, arguments); results below the name's folder."""
    short = ["--set", f"train.steps={steps}", "--set", "train.checkpoint_every=0", "--set", "train.eval_every=0",
             "--set", f"threads={THREADS}", "--set", "device=cpu"]
    demo = ["configs/train/shapes.yaml", "--set", "data.root=data_demo", "--set", "synth.train=400", *short]
    concept = ["configs/train/lora_concept.yaml", "--set", "data.root=data_concept", "--set", "synth.train=200", *short]
    evaluation = (ROOT / "configs/eval/paper_synth.yaml").read_text()
    roots = [word for i in range(evaluation.count("- benchmark:")) for word in ("--set", f"benchmarks[{i}].root=data_eval")]
    return [
        ("train_adamw", "train", [*demo, "--set", "output_dir=train_adamw", "--set", "train.optimizer.kind=adamw"]),
        ("train_muon", "train", [*demo, "--set", "output_dir=train_muon"]),
        ("train_lora", "train", [*concept, "--set", "output_dir=train_lora"]),
        ("eval", "eval", ["configs/eval/paper_synth.yaml", "--out", "eval", "--threads", str(THREADS), "--device", "cpu",
                          "--set", "synth.root=data_eval", *roots]),
        ("predict", "predict", ["--checkpoint", "data/demo_model", "--image", "data/photo.jpg", "--out", "predict",
                                "--prompt", " Please segment the cup in this image.", "--device", "cpu",
                                "--threads", str(THREADS)]),
        ("predict_region", "predict", ["--checkpoint", "data/demo_model", "--image", "data/photo.jpg", "--out",
                                       "predict_region", "--prompt", "What is marked by <Prompt0>?", "--region",
                                       "box:170,20,240,280", "--device", "cpu", "--threads", str(THREADS)]),
        ("score", "score", ["--benchmark", "refcoco", "--split", "val", "--annotations", "data_eval", "--predictions",
                            "eval/predictions/refcoco_val/predictions.jsonl"]),
        ("convert_bf16", "convert", ["--from", "data/demo_model", "--to", "convert_bf16", "--dtype", "bf16"]),
        ("convert_int8", "convert", ["--from", "data/demo_model", "--to", "convert_int8", "--dtype", "int8"]),
        ("convert_pth", "convert", ["--from", "data/demo_model", "--to", "convert_pth", "--layout", "mmengine"]),
    ]


def run_all(programs, side, steps, only):
    if side.exists():
        shutil.rmtree(side)
    side.mkdir(parents=True)
    for name in ("data", "configs"):
        (side / name).symlink_to(ROOT / name)
    (side / "printed").mkdir()
    environment = dict(os.environ, OMP_NUM_THREADS=str(THREADS))
    for name, program, arguments in jobs(steps):
        if only and name not in only:
            continue
        if name == "score":
            arguments[-1] = str(found_predictions(side))
        print(f"{side.name}: {name}", file=sys.stderr)
        with open(side / f"{name}.log", "wb") as messages:
            done = subprocess.run([programs / f"pixelsail-{program}", *arguments], cwd=side, env=environment,
                                  stdout=subprocess.PIPE, stderr=messages, check=False)
        if done.returncode != 0:
            sys.exit(f"{name} ended with {done.returncode}; see {side / name}.log")
        (side / "printed" / name).write_bytes(done.stdout)
    (side / ("complete" if not only else "partial")).touch()


def found_predictions(side):
    """The predictions of RefCOCO val, wherever this build puts them."""
    files = sorted(side.glob("eval/predictions/*_refcoco_val/predictions.jsonl"))
    if not files:
        sys.exit(f"{side}: no predictions of RefCOCO val")
    return files[0].relative_to(side)


def files_of(side):
    found = {}
    for folder, names, files in os.walk(side):
        names[:] = [name for name in names if not (pathlib.Path(folder) / name).is_symlink()]
        for name in files:
            path = (pathlib.Path(folder) / name).relative_to(side).as_posix()
            if not any(fnmatch.fnmatch("/" + path, pattern) for pattern in IGNORED):
                found[path] = pathlib.Path(folder) / name
    return found


def without_times(line):
    return {key: value for key, value in line.items() if not key.endswith("_s") and key not in OF_THE_RUN}


def content(path):
    """What is compared: bytes, of logs without their times."""
    data = path.read_bytes()
    if path.name in ("log.jsonl", "eval.jsonl", "batches.jsonl"):
        return "\n".join(json.dumps(without_times(json.loads(line))) for line in data.splitlines()).encode()
    if "tfevents" in path.name:
        return b""  # made from log.jsonl, times included
    return data


def tensors(data):
    header_size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + header_size])
    header.pop("__metadata__", None)
    return header, data[8 + header_size:]


def floats(entry, data):
    raw = data[entry["data_offsets"][0]:entry["data_offsets"][1]]
    if entry["dtype"] == "F32":
        return struct.unpack(f"<{len(raw) // 4}f", raw)
    if entry["dtype"] == "BF16":
        return [struct.unpack("<f", b"\0\0" + raw[i:i + 2])[0] for i in range(0, len(raw), 2)]
    return list(raw)


def tensor_difference(before, after):
    """Largest difference of two safetensors files, relative to the largest value of its tensor."""
    (names, data), (other_names, other_data) = tensors(before), tensors(after)
    if names.keys() != other_names.keys():
        return f"other tensors: {sorted(names.keys() ^ other_names.keys())[:5]}"
    worst, where = 0.0, ""
    for name, entry in names.items():
        if entry["shape"] != other_names[name]["shape"] or entry["dtype"] != other_names[name]["dtype"]:
            return f"{name}: another shape or type"
        a, b = floats(entry, data), floats(other_names[name], other_data)
        size = max(map(abs, a), default=0.0) or 1.0
        difference = max((abs(x - y) for x, y in zip(a, b)), default=0.0) / size
        if difference > worst:
            worst, where = difference, name
    return f"{worst:.1e} of the largest value ({where})"


def numbers(value, path=""):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from numbers(item, f"{path}.{key}")
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from numbers(item, f"{path}[{i}]")
    else:
        yield path, value


def json_difference(before, after):
    a, b = (dict(numbers([json.loads(line) for line in text.splitlines()])) for text in (before, after))
    if a.keys() != b.keys():
        return f"other members, the first is {sorted(a.keys() ^ b.keys())[0]}"
    worst, where, texts = 0.0, "", 0
    for path, value in a.items():
        other = b[path]
        if value == other:
            continue
        if isinstance(value, (int, float)) and isinstance(other, (int, float)):
            if abs(value - other) > worst:
                worst, where = abs(value - other), path
        else:
            texts += 1
    return f"{worst:.1e} ({where}), {texts} texts"


def difference(name, before, after):
    try:
        if name.endswith(".safetensors"):
            return tensor_difference(before, after)
        if name.endswith(".jsonl"):
            return json_difference(before, after)
        if name.endswith(".json"):
            return json_difference(*(json.dumps(json.loads(text)).encode() for text in (before, after)))
    except (ValueError, KeyError, struct.error) as error:
        return f"cannot be compared: {error}"
    return f"{len(before)} and {len(after)} bytes"


def compare(before, after, expected, only):
    ours, theirs = ({path: file for path, file in files_of(side).items()
                     if not only or path.split("/")[0] in only or path.removeprefix("printed/") in only}
                    for side in (before, after))
    unexpected = equal = 0
    for name in sorted(ours.keys() | theirs.keys()):
        if name in ours and name in theirs:
            a, b = content(ours[name]), content(theirs[name])
            if a == b:
                equal += 1
                continue
            words = difference(name, a, b)
        else:
            words = "only " + ("before" if name in ours else "after")
        named = any(fnmatch.fnmatch(name, pattern) for pattern in expected)
        unexpected += 0 if named else 1
        print(f"{'expected' if named else 'DIFFERS '}  {name}: {words}")
    print(f"{equal} files equal, {unexpected} differ")
    return unexpected == 0 and equal > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=pathlib.Path, required=True)
    parser.add_argument("--after", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--reuse", action="store_true")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--expect", nargs="*", default=[])
    options = parser.parse_args()
    sides = {name: (options.out / name).resolve() for name in ("before", "after")}
    for name, side in sides.items():
        if not (options.reuse and (side / "complete").exists()):
            run_all(getattr(options, name).resolve(), side, options.steps, options.only)
    sys.exit(0 if compare(sides["before"], sides["after"], options.expect, options.only) else 1)


if __name__ == "__main__":
    main()
