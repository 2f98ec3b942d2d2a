"""The clock jumps forward and backward while a program runs (libfaketime): the same bytes, no crash."""
import glob
import time

import bench as benches
import jobs
import judge

LIBRARIES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib/faketime/libfaketimeMT.so.1")
# What the time of day is set to, one after the other; a process that counts with the monotonic clock sees none of it.
JUMPS = (("+0", "+3d", "-400d"), ("-1d", "+20y", "+0"), ("+0", "-1h", "+1h", "-1h", "+1h"))


def library():
    return next((path for pattern in LIBRARIES for path in glob.glob(pattern)), None)


def attempt(bench, job, fake, jumps, monotonic):
    whole, duration = jobs.reference(bench, job)
    folder = bench.fresh("clock")
    offset = bench.work / f"{folder.name}.offset"
    offset.write_text(jumps[0])
    env = {"LD_PRELOAD": fake, "FAKETIME_TIMESTAMP_FILE": str(offset), "FAKETIME_NO_CACHE": "1"}
    if not monotonic:
        env.update(FAKETIME_DONT_FAKE_MONOTONIC="1", DONT_FAKE_MONOTONIC="1")
    process = bench.start(job.argv, folder, env)
    for jump in jumps[1:]:
        time.sleep(duration / len(jumps))
        # Read at any moment: it must never be empty.
        fresh = offset.with_suffix(".new")
        fresh.write_text(jump)
        fresh.rename(offset)
    done = bench.finish(process)
    faults = [fault] if (fault := judge.fault_of_run(done, job.program, {0})) else []
    faults += judge.tree_faults(whole, folder, complete=True)
    benches.remove(folder)
    return faults


def run(bench):
    fake = library()
    if fake is None:
        yield benches.Row("clock jumps", "all", 0, [], 0, "left out: libfaketime is not installed (apt-get install faketime)")
        return
    for name in ("training", "evaluation", "synthesis", "prediction"):
        job = jobs.all_jobs(bench)[name]
        jobs.reference(bench, job)
        tries = [(jumps, False) for jumps in JUMPS] + [(("+0", "+3d", "+400d"), True)]
        with benches.timed() as seconds:
            faults = [f"{' '.join(jumps)}: {fault}" for jumps, monotonic in tries
                      for fault in attempt(bench, job, fake, jumps, monotonic)]
        yield benches.Row("clock jumps", name, len(tries), faults, seconds(), "faketime; the last try moves the monotonic clock too")
