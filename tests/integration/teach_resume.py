#!/usr/bin/env python3
"""pixelsail-teach is killed, goes on, and is run by several processes: the features are those of an undisturbed run.

    teach_resume.py --bin DIR
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

TEACHER = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "teacher"
PICTURES = 120


def fail(text):
    sys.exit(f"teach_resume: {text}")


def write_pictures(folder):
    """The golden pictures again and again under other names, and one that cannot be read."""
    sources = sorted((TEACHER / "images").rglob("*.png"))
    folder.mkdir()
    for i in range(PICTURES):
        shutil.copy(sources[i % len(sources)], folder / f"{i:03}.png")
    (folder / "broken.jpg").write_text("no picture")


def start(program, work, out, *more):
    command = [program, "--module", TEACHER / "stretch.pt", "--images", work / "images", "--out", work / out, "--device", "cpu",
               "--threads", "1", *more]
    return subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                            env=dict(os.environ, OMP_NUM_THREADS="1"))


def finish(process, wanted):
    said = process.communicate()[1]
    if process.returncode != wanted:
        fail(f"exit code {process.returncode}, wanted {wanted}:\n{said}")
    return said


def features(folder):
    """Bytes of each picture's map, through the index."""
    index = json.loads((folder / "index.json").read_text())
    maps = {}
    for shard in set(index["shards"].values()):
        data = (folder / shard).read_bytes()
        length = struct.unpack("<Q", data[:8])[0]
        for name, entry in json.loads(data[8:8 + length]).items():
            if name != "__metadata__":
                begin, end = entry["data_offsets"]
                maps[name] = (entry["dtype"], tuple(entry["shape"]), data[8 + length + begin:8 + length + end])
    if maps.keys() != index["shards"].keys():
        fail(f"{folder}: index and shards do not hold the same pictures")
    return maps


def same(work, out, wanted):
    found = features(work / out)
    if found.keys() != wanted.keys():
        fail(f"{out}: {len(found)} pictures, wanted {len(wanted)}")
    different = [name for name in wanted if found[name] != wanted[name]]
    if different:
        fail(f"{out}: {len(different)} pictures have other features, among them {different[0]}")


def killed_run(program, work):
    """kill -9 as soon as there are some files, again and again; then to the end."""
    for times in (5, 30):
        process = start(program, work, "killed", "--shard-size", 1)
        for _ in range(3000):
            if len(list((work / "killed").glob("*.safetensors"))) >= times or process.poll() is not None:
                break
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if (work / "killed" / "index.json").exists():
            fail("it was done before it was killed; more pictures are needed")
    kept = {path.name: path.stat().st_mtime_ns for path in (work / "killed").glob("*.safetensors")}
    finish(start(program, work, "killed", "--shard-size", 1), 3)
    for name, written in kept.items():
        if (work / "killed" / name).stat().st_mtime_ns != written:
            fail(f"{name} was written again")


def stopped_jobs(program, work):
    """SIGTERM reaches the processes of --jobs, which keep what they have."""
    process = start(program, work, "jobs", "--jobs", 2, "--shard-size", 1)
    for _ in range(3000):
        if list((work / "jobs").glob("*.safetensors")) or process.poll() is not None:
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    process.communicate()
    if process.returncode not in (128 + signal.SIGTERM, 3):  # 3: it was done already
        fail(f"--jobs, stopped: exit code {process.returncode}")
    finish(start(program, work, "jobs", "--jobs", 2), 3)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    program = parser.parse_args().bin.resolve() / "pixelsail-teach"
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        write_pictures(work / "images")
        said = finish(start(program, work, "whole"), 3)
        if "broken.jpg" not in said:
            fail(f"the broken picture is not named:\n{said}")
        wanted = features(work / "whole")
        if len(wanted) != PICTURES:
            fail(f"{len(wanted)} pictures have features, wanted {PICTURES}")
        killed_run(program, work)
        same(work, "killed", wanted)
        shards = [start(program, work, "shards", "--shard", f"{i}/3") for i in range(3)]
        for process in shards:
            process.communicate()
        same(work, "shards", wanted)
        stopped_jobs(program, work)
        same(work, "jobs", wanted)
    print(f"teach_resume: {PICTURES} pictures, the same features four times")


main()
