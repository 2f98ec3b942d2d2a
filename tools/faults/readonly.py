"""Folders that cannot be written: exit code 4 with a sentence that names the place, and nothing is changed.

Root writes wherever it likes, so the programs run as nobody when they can be reached by nobody, and else behind a
read-only mount."""
import os
import shutil
import subprocess

import bench as benches
import jobs
import judge

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def way_of(bench):
    """(name, how a command runs in a folder that is closed for it)"""
    if os.geteuid() != 0:
        return "permissions", lambda folder, argv: argv
    done = bench.run([*NOBODY, bench.program("train"), "--version"])
    if done.code == 0:
        return "as nobody", lambda folder, argv: [*NOBODY, *argv]
    bind = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && cd "$1" || exit 99; shift; exec "$@"'
    can = subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0
    if not can:
        return None, None
    return "read-only mount", lambda folder, argv: ["unshare", "-m", "sh", "-c", bind, "sh", folder, *argv]


def close(folder):
    """Takes the right to write from the folder and all below it."""
    for path, _, files in os.walk(folder):
        for name in files:
            os.chmod(os.path.join(path, name), 0o444)
        os.chmod(path, 0o555)


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def attempt(bench, job, command, start):
    """One run in a closed folder that begins as a copy of `start`, or empty."""
    folder = bench.fresh("closed")
    if start:
        shutil.copytree(start, folder, dirs_exist_ok=True)
    close(folder)
    before = contents(folder)
    done = bench.run(command(folder, job.argv), folder)
    faults = []
    # Where everything is there already, there may be nothing to write.
    codes = {4} if start is None else {0, 2, 4}
    if fault := judge.fault_of_run(done, job.program, codes, ("out",)):
        faults.append(fault)
    if contents(folder) != before:
        faults.append("something was changed")
    benches.remove(folder)
    return faults


def run(bench):
    way, command = way_of(bench)
    if way is None:
        yield benches.Row("read-only folder", "all", 0, [], 0, "neither another user nor mounting is allowed here")
        return
    # Nobody has to reach what the jobs read.
    jobs.all_jobs(bench)
    for job in jobs.all_jobs(bench).values():
        with benches.timed() as seconds:
            whole, _ = jobs.reference(bench, job)
            faults = [f"{what}: {fault}" for what, start in (("empty", None), ("with an earlier result", whole))
                      for fault in attempt(bench, job, command, start)]
        yield benches.Row("read-only folder", job.name, 2, faults, seconds(), way)
