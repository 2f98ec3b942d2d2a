"""A full disk at every write of every program: exit code 4, a sentence that names the file, nothing half written under a
final name, and what lay there before is still there.

Two ways: a preloaded library (no_space.c) that lets one call after the other fail, once or from there on; and a small
tmpfs, where mounting is allowed."""
import os
import shutil
import subprocess

import bench as benches
import jobs
import judge

NAMES = ("out/", "out.tmp", "out:")
MOST_CALLS = 40
# Jobs that may begin where an earlier result of other arguments lies.
REPLACING = {"prediction", "scoring", "tokens"}


def library(bench):
    def make():
        target = bench.work / "no_space.so"
        source = bench.root / "tools" / "faults" / "no_space.c"
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", str(target), str(source), "-ldl"], check=True)
        return target
    return bench.once("no_space", make)


def evenly(count, most):
    """1 to count, at most `most` of them."""
    return sorted({1 + round(i * (count - 1) / max(1, most - 1)) for i in range(most)}) if count > most else range(1, count + 1)


def outcome(done, job, expected, folder, earlier):
    """What is wrong after a run that met a full disk."""
    fault = judge.fault_of_run(done, job.program, {0, 4}, NAMES)
    faults = [fault] if fault else []
    if done.code == 0:
        faults += [f"exit code 0, but {found}" for found in judge.tree_faults(expected, folder, complete=True)]
        return faults
    faults += judge.tree_faults(expected, folder, complete=False, earlier=earlier)
    return faults + judge.half_units(expected, folder, job.units, earlier)


def count_calls(bench, job):
    """The calls of an undisturbed run that take room, by name."""
    folder = bench.fresh("counted")
    log = bench.work / f"{folder.name}.calls"
    env = {"LD_PRELOAD": str(library(bench)), "PIXELSAIL_FAULT_DIR": str(folder), "PIXELSAIL_FAULT_LOG": str(log)}
    done = bench.run(job.argv, folder, env=env)
    if done.code != 0:
        raise RuntimeError(f"{job.name} with no_space.so: exit code {done.code}: {done.err[-500:]}")
    benches.remove(folder)
    return [line.split(" ", 1) for line in log.read_text().splitlines()] if log.exists() else []


def fail_at(bench, job, number, stays, earlier):
    whole, _ = jobs.reference(bench, job)
    folder = bench.fresh("full")
    if earlier:
        shutil.copytree(earlier, folder, dirs_exist_ok=True)
    env = {"LD_PRELOAD": str(library(bench)), "PIXELSAIL_FAULT_DIR": str(folder), "PIXELSAIL_FAULT_AT": str(number)}
    if stays:
        env["PIXELSAIL_FAULT_STAY"] = "1"
    done = bench.run(job.argv, folder, env=env)
    faults = outcome(done, job, whole, folder, earlier)
    benches.remove(folder)
    return faults


def preloaded(bench, job):
    """Every call fails once; every other one with all that follow."""
    with benches.timed() as seconds:
        calls = count_calls(bench, job)
        earlier = jobs.reference(bench, job.variant())[0] if job.name in REPLACING else None
        jobs.reference(bench, job)
        numbers = list(evenly(len(calls), bench.amount(MOST_CALLS, 6)))
        faults = []

        def one(place):
            at, number = place
            found = fail_at(bench, job, number, at % 2 == 0, earlier)
            return [f"{calls[number - 1][0]} {number} of {len(calls)}: {fault}" for fault in found]
        for found in bench.parallel(one, list(enumerate(numbers))):
            faults += found
    return benches.Row("full disk", job.name, len(numbers), faults, seconds(),
                       f"{len(numbers)} of {len(calls)} calls, preloaded library")


def in_tmpfs(bench, job, kibibytes):
    """Runs the job in a tmpfs of this size and brings what it left back."""
    small, back = bench.fresh("tmpfs"), bench.fresh("back")
    script = ('mount -t tmpfs -o "size=$2k" none "$1" && cd "$1" || exit 99; back=$3; shift 3; code=0; '
              '"$@" || code=$?; cp -a . "$back"; exit $code')
    done = bench.run(["unshare", "-m", "sh", "-c", script, "sh", small, kibibytes, back, *job.argv])
    benches.remove(small)
    return done, back


def mounting(bench, job):
    whole, _ = jobs.reference(bench, job)
    size = sum(os.path.getsize(path) for path in whole.rglob("*") if path.is_file()) // 1024 + 1
    shares = bench.amount((0.03, 0.2, 0.4, 0.6, 0.8, 0.9, 0.97), (0.4, 0.9))
    faults = []
    with benches.timed() as seconds:
        for share in shares:
            done, back = in_tmpfs(bench, job, max(8, int(size * share)))
            faults += [f"{share:.0%} of {size} KiB: {fault}" for fault in outcome(done, job, whole, back, None)]
            benches.remove(back)
    return benches.Row("full disk", job.name, len(shares), faults, seconds(), "tmpfs")


def can_mount(bench):
    folder = bench.fresh("mount")
    command = ["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)]
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0


def run(bench):
    for job in jobs.all_jobs(bench).values():
        yield preloaded(bench, job)
    if not can_mount(bench):
        yield benches.Row("full disk", "tmpfs", 0, [], 0, "mounting is not allowed here")
        return
    for job in jobs.all_jobs(bench).values():
        yield mounting(bench, job)
