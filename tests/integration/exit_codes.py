#!/usr/bin/env python3
"""Runs every program into every exit code that README's table promises.

    exit_codes.py --bin DIR

0 done, 2 usage or configuration, 3 data, 4 run time (full disk, a folder that cannot be made), 128 + a signal's number.
Every failure says something in its first line of standard error, which begins with the program's name, and leaves no file
under a final name.
"""
import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO = ROOT / "data" / "demo_model"
FULL = "/dev/full"
NOWHERE = "/dev/null/folder"

SMALL_TRAINING = ["model.hidden_size=32", "model.intermediate_size=48", "model.num_hidden_layers=2",
                  "model.num_attention_heads=4", "model.seg_hidden_states=16", "train.batch_size=1", "train.eval_every=0",
                  "train.checkpoint_every=0", "loss.num_points=64", "synth.train=4", "synth.val=2", "synth.test_a=1",
                  "synth.test_b=1"]


def settings(*values):
    return [part for value in values for part in ("--set", value)]


def write_inputs(work):
    """A folder data set with its predictions, a text to tokenize, an evaluation and a broken one."""
    data = work / "own"
    (data / "images").mkdir(parents=True)
    (data / "images" / "a.jpg").write_bytes((ROOT / "data" / "photo.jpg").read_bytes())
    (data / "samples.jsonl").write_text(json.dumps(
        {"image": "a.jpg", "question": "What?", "answer": "A cat.", "split": "val"}) + "\n")
    labelme = work / "labelme"
    labelme.mkdir()
    (labelme / "a.jpg").write_bytes((ROOT / "data" / "photo.jpg").read_bytes())
    (labelme / "a.json").write_text(json.dumps({"imagePath": "a.jpg", "shapes": [
        {"label": "cup", "points": [[170, 20], [410, 20], [410, 300]], "shape_type": "polygon"}]}))
    mixed = work / "mixed"
    mixed.mkdir()
    (mixed / "a.jpg").write_bytes((ROOT / "data" / "photo.jpg").read_bytes())
    (mixed / "broken.jpg").write_text("no picture")
    (work / "own.yaml").write_text("base: %s\ndata:\n  root: %s\n" % (ROOT / "configs" / "train" / "folder.yaml", work / "data"))
    (work / "predictions.jsonl").write_text('{"id": "1", "prediction": "A cat."}\n')
    (work / "in.jsonl").write_text('{"text": "hello"}\n')
    (work / "eval.yaml").write_text("benchmarks:\n  - {benchmark: folder, split: val, root: %s}\nmax_new_tokens: 2\n" % data)
    (work / "broken.yaml").write_text("benchmarks:\n  - {benchmark: folder, split: val, root: %s}\n" % (work / "none"))
    (work / "tab.yaml").write_text("benchmarks:\n\t- {}\n")


def runs(work):
    """(program, wanted exit code, arguments, standard output)"""
    out, photo, missing = work / "out", ROOT / "data" / "photo.jpg", work / "missing"
    predict = ["--image", photo, "--prompt", "Hi", "--max-new-tokens", 1, "--threads", 1]
    train = ["configs/train/shapes.yaml", "--threads", 1] + settings(*SMALL_TRAINING, "train.steps=1")
    score = ["--benchmark", "folder", "--annotations", work / "own", "--bootstrap", 0]
    case = ROOT / "tests" / "golden" / "sail_text"
    teacher = ROOT / "tests" / "golden" / "teacher"
    teach = ["--module", teacher / "stretch.pt", "--device", "cpu", "--threads", 1]
    return [
        ("tokenize", 0, ["--tokenizer", DEMO, "--in", work / "in.jsonl", "--out", out / "ids.jsonl"], None),
        ("tokenize", 3, ["--tokenizer", DEMO, "--in", missing, "--out", out / "no.jsonl"], None),
        ("tokenize", 4, ["--tokenizer", DEMO, "--in", work / "in.jsonl", "--out", NOWHERE], None),
        ("synth", 0, ["--out", out / "synth", "--train", 2, "--val", 1, "--test-a", 1, "--test-b", 1], None),
        ("synth", 4, ["--out", NOWHERE, "--train", 2, "--val", 1, "--test-a", 1, "--test-b", 1], None),
        ("golden", 0, ["--case", case, "--out", out / "golden.safetensors"], None),
        ("golden", 3, ["--case", missing, "--out", out / "no.safetensors"], None),
        ("golden", 4, ["--case", case, "--out", NOWHERE], None),
        ("score", 0, score + ["--predictions", work / "predictions.jsonl"], None),
        ("score", 3, score + ["--predictions", missing], None),
        ("score", 4, score + ["--predictions", work / "predictions.jsonl"], FULL),
        ("eval", 0, [work / "eval.yaml", "--checkpoint", DEMO, "--out", out / "eval", "--threads", 1], None),
        ("eval", 2, [work / "tab.yaml", "--checkpoint", DEMO, "--out", out / "no"], None),
        ("eval", 3, [work / "broken.yaml", "--checkpoint", DEMO, "--out", out / "no"], None),
        ("eval", 4, [work / "eval.yaml", "--checkpoint", DEMO, "--out", NOWHERE, "--threads", 1], None),
        ("predict", 0, ["--checkpoint", DEMO, "--out", out / "predict"] + predict, None),
        ("predict", 3, ["--checkpoint", missing, "--out", out / "no"] + predict, None),
        ("predict", 4, ["--checkpoint", DEMO, "--out", NOWHERE] + predict, None),
        ("train", 0, train + settings(f"output_dir={out}/run", f"data.root={out}/data"), None),
        ("train", 3, train + settings(f"output_dir={out}/no", f"data.root={out}/data", f"init_from={missing}"), None),
        ("train", 4, train + settings(f"output_dir={NOWHERE}", f"data.root={out}/data"), None),
        ("data", 0, ["convert", "--from", "labelme", "--to", "folder", work / "labelme", work / "data"], None),
        ("data", 0, ["check", work / "own.yaml"], None),
        ("data", 0, ["stats", work / "own.yaml", "--samples", 10, "--lengths", 1], None),
        ("data", 0, ["speed", work / "own.yaml", "--samples", 2], None),
        ("data", 0, ["preview", work / "own.yaml", "--out", out / "preview"], None),
        ("data", 2, ["convert", "--from", "labelme", "--to", "folder", "--expression", "x", work / "labelme", out / "no"], None),
        ("data", 2, ["split", work / "data", "--val", "2"], None),
        ("data", 3, ["split", work / "data"], None),  # one picture is too few
        ("data", 3, ["convert", "--from", "coco", "--to", "folder", missing, out / "no"], None),
        ("data", 3, ["check", work / "own.yaml", "--set", f"data.root={missing}"], None),
        ("data", 4, ["convert", "--from", "labelme", "--to", "folder", work / "labelme", NOWHERE], None),
        ("data", 4, ["preview", work / "own.yaml", "--out", NOWHERE], None),
        ("data", 4, ["stats", work / "own.yaml", "--samples", 10, "--lengths", 0], FULL),
        ("teach", 0, teach + ["--images", teacher / "images", "--out", out / "teach", "--json", out / "teach.json"], None),
        ("teach", 0, teach + ["--images", teacher / "images", "--out", out / "jobs", "--jobs", 2], None),
        ("teach", 2, teach + ["--images", teacher / "images", "--out", out / "no", "--shard", "2/2"], None),
        ("teach", 2, teach + ["--images", teacher / "images", "--out", out / "no", "--shard-size", "big"], None),
        ("teach", 3, teach + ["--images", missing, "--out", out / "no"], None),
        ("teach", 3, ["--module", missing, "--images", teacher / "images", "--out", out / "no"], None),
        ("teach", 3, teach + ["--images", work / "mixed", "--out", out / "mixed"], None),  # one of two is no picture
        ("teach", 4, teach + ["--images", teacher / "images", "--out", NOWHERE], None),
        ("teach", 4, teach + ["--images", teacher / "images", "--out", out / "teach"], FULL),
        ("convert", 0, ["--from", DEMO, "--to", out / "convert"], None),
        ("convert", 3, ["--from", missing, "--to", out / "no"], None),
        ("convert", 4, ["--from", DEMO, "--to", NOWHERE], None),
        ("inspect", 0, [out / "convert", "--verify"], None),
        ("inspect", 3, [missing], None),
        ("inspect", 4, [DEMO], FULL),
        ("doctor", 0, [], None),
        ("doctor", 4, [], FULL),
        ("bench", 3, ["--load", missing], None),
    ]


def fail(text):
    sys.exit(f"exit_codes: {text}")


def run(program, arguments, stdout=None):
    environment = dict(os.environ, OMP_NUM_THREADS="1")
    with open(stdout or os.devnull, "wb") as target:
        done = subprocess.run([program, *map(str, arguments)], cwd=ROOT, env=environment, stdout=target,
                              stderr=subprocess.PIPE, check=False)
    return done.returncode, done.stderr.decode(errors="replace")


def check(name, program, wanted, arguments, stdout):
    code, said = run(program, arguments, stdout)
    if code != wanted:
        fail(f"{name} {' '.join(map(str, arguments))}: exit code {code}, wanted {wanted}\n{said}")
    if wanted != 0 and not any(line.startswith(f"{name}: ") and len(line) > len(name) + 4 for line in said.splitlines()):
        fail(f"{name}: exit code {code} without a word of its own:\n{said}")


def check_signal(program, work, number):
    """A training that is stopped."""
    arguments = ["configs/train/shapes.yaml", "--threads", "1"] + settings(
        *SMALL_TRAINING, "train.steps=100000", f"output_dir={work}/stopped{number}", f"data.root={work}/out/data")
    running = subprocess.Popen([program, *arguments], cwd=ROOT, env=dict(os.environ, OMP_NUM_THREADS="1"),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    log = work / f"stopped{number}" / "log.jsonl"
    for _ in range(1200):
        if log.exists() and log.stat().st_size > 0:
            break
        time.sleep(0.1)
    running.send_signal(number)
    if (code := running.wait(timeout=120)) != 128 + number:
        fail(f"pixelsail-train, signal {number}: exit code {code}, wanted {128 + number}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    programs = parser.parse_args().bin.resolve()
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        write_inputs(work)
        count = 0
        for name, wanted, arguments, stdout in runs(work):
            check(f"pixelsail-{name}", programs / f"pixelsail-{name}", wanted, arguments, stdout)
            count += 1
        left = [str(path.relative_to(work)) for path in (work / "out").glob("no*")]
        if left:
            fail(f"failed programs left {', '.join(left)}")
        for program in sorted(programs.glob("pixelsail-*")):
            if not os.access(program, os.X_OK):
                continue
            check(program.name, program, 0, ["--help"], None)
            check(program.name, program, 0, ["--version"], None)
            if (code := run(program, ["--no-such-option"])[0]) != 2:
                fail(f"{program.name} --no-such-option: exit code {code}, wanted 2")
            count += 3
        for number in (signal.SIGTERM, signal.SIGINT):
            check_signal(programs / "pixelsail-train", work, number)
            count += 1
    print(f"exit_codes: {count} runs")


main()
