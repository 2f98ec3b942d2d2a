"""Too little memory: a sentence and exit code 4, or the right result; never a crash, never a half-written file.

Limits of the address space (ulimit -v) lie between the least with which the program prints its version (below it the
loader cannot even map LibTorch, which no program can answer for) and what a run needs. Where a memory cgroup can be made,
its limit is tried too: there the kernel kills, and what is left must be whole."""
import os
import pathlib
import resource
import signal

import bench as benches
import jobs
import judge

MIB = 1 << 20
GROUPS = pathlib.Path("/sys/fs/cgroup/memory")


def limited(mebibytes):
    def before():
        resource.setrlimit(resource.RLIMIT_AS, (mebibytes * MIB, mebibytes * MIB))
    return before


def least(works, low, high, exact):
    """The least number of MiB with which works(MiB), up to `exact`."""
    while high - low > exact:
        middle = (low + high) // 2
        low, high = (low, middle) if works(middle) else (middle, high)
    return high


def starts(bench, job, mebibytes):
    return bench.run([bench.program(job.program), "--version"], before=limited(mebibytes)).code == 0


def runs(bench, job, mebibytes):
    folder = bench.fresh("enough")
    done = bench.run(job.argv, folder, before=limited(mebibytes))
    benches.remove(folder)
    return done.code == 0


def attempt(bench, job, mebibytes):
    """(whether the loader gave up, what was wrong)"""
    whole, _ = jobs.reference(bench, job)
    folder = bench.fresh("little")
    done = bench.run(job.argv, folder, before=limited(mebibytes))
    if done.code == 127 and "error while loading shared libraries" in done.err:
        benches.remove(folder)
        return True, []
    faults = [fault] if (fault := judge.fault_of_run(done, job.program, {0, 4})) else []
    faults += judge.tree_faults(whole, folder, complete=done.code == 0)
    benches.remove(folder)
    return False, faults


def address_space(bench, job):
    jobs.reference(bench, job)
    with benches.timed() as seconds:
        high = 512
        while not runs(bench, job, high):
            high *= 2
            if high > 1 << 16:
                return benches.Row("memory limit", job.name, 1, ["does not run with 64 GiB"], seconds(), "ulimit -v")
        low = least(lambda size: starts(bench, job, size), 0, high, 4)
        count = bench.amount(12, 4)
        limits = sorted({low + (high - low) * i // count for i in range(count)})
        tried = bench.parallel(lambda limit: attempt(bench, job, limit), limits)
    before_main = sum(loader for loader, _ in tried)
    faults = [f"{limit} MiB: {fault}" for limit, (_, found) in zip(limits, tried) for fault in found]
    note = f"ulimit -v, {low} to {high} MiB" + (f"; the loader gave up {before_main} times" if before_main else "")
    return benches.Row("memory limit", job.name, len(limits) - before_main, faults, seconds(), note)


def own_group():
    """The folder of this process's memory cgroup, or nothing."""
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        if "memory" in names.split(","):
            return GROUPS / path.lstrip("/")
    return None


def make_group(bench):
    """A cgroup below our own, or nothing where that is not allowed."""
    parent = own_group()
    for folder in (parent, GROUPS) if parent else ():
        group = folder / f"pixelsail-faults-{os.getpid()}"
        try:
            group.mkdir()
            return group
        except OSError:
            continue
    return None


def killed_by_kernel(bench, job, group, mebibytes):
    whole, _ = jobs.reference(bench, job)
    (group / "memory.limit_in_bytes").write_text(str(mebibytes * MIB))
    folder = bench.fresh("group")

    def before():
        (group / "cgroup.procs").write_text(str(os.getpid()))
    done = bench.run(job.argv, folder, before=before)
    faults = []
    if done.code != -signal.SIGKILL and (fault := judge.fault_of_run(done, job.program, {0, 4})):
        faults.append(fault)
    faults += judge.tree_faults(whole, folder, complete=done.code == 0)
    benches.remove(folder)
    return done.code, faults


def cgroup(bench):
    group = make_group(bench)
    if group is None:
        return benches.Row("memory limit", "cgroup", 0, [], 0, "no cgroup can be made here")
    tries, killed, faults = 0, 0, []
    with benches.timed() as seconds:
        for job in jobs.all_jobs(bench).values():
            for mebibytes in bench.amount((20, 60, 120), (60,)):
                code, found = killed_by_kernel(bench, job, group, mebibytes)
                tries, killed = tries + 1, killed + (code == -signal.SIGKILL)
                faults += [f"{job.name}, {mebibytes} MiB: {fault}" for fault in found]
        group.rmdir()
    return benches.Row("memory limit", "cgroup", tries, faults, seconds(), f"the kernel killed {killed}; files are whole")


def run(bench):
    for job in jobs.all_jobs(bench).values():
        yield address_space(bench, job)
    yield cgroup(bench)
