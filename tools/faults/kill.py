"""kill -9 at any moment: every file under a final name is whole, and the same command, given again, ends as if nothing
had happened."""
import signal
import time

import bench as benches
import jobs
import judge

# 200 in all; each job is killed up to three times before it may end.
COUNTS = {"training": 55, "training that removes checkpoints": 20, "evaluation": 50, "synthesis": 20, "conversion": 15, "conversion to .pth": 10, "prediction": 15,
          "scoring": 8, "tokens": 7}
CHAIN = 3


def is_finished(job, folder):
    return job.refuses and (folder / "out").exists()


def kill_once(bench, job, folder, seconds):
    """Whether the program was still running when it was killed `seconds` after its start."""
    process = bench.start(job.argv, folder)
    time.sleep(seconds)
    benches.kill(process)
    return bench.finish(process).code == -signal.SIGKILL


def job_named(bench, name):
    forgetful = jobs.forgetful_training(bench)
    return forgetful if name == forgetful.name else jobs.all_jobs(bench)[name]


def chain(bench, job, number, wanted):
    """Kills a job up to `wanted` times, then lets it end. Returns how often it was killed and what was wrong."""
    whole, duration = jobs.reference(bench, job)
    # This one keeps everything.
    passing = jobs.reference(bench, jobs.all_jobs(bench)["training"])[0] if job.program == "train" else whole
    folder, rng = bench.fresh("killed"), bench.rng("kill", job.name, number)
    faults, killed = [], 0
    for _ in range(wanted):
        moment = rng.uniform(0.0, duration)
        killed += kill_once(bench, job, folder, moment)
        found = judge.tree_faults(whole, folder, complete=False, passing=passing)
        faults += [f"killed after {moment:.3f} s: {fault}" for fault in found + judge.half_units(passing, folder, job.units)]
        if is_finished(job, folder):
            break
    if not is_finished(job, folder):
        done = bench.run(job.argv, folder)
        if fault := judge.fault_of_run(done, job.program, {0}):
            faults.append(f"run again: {fault}")
    faults += [f"run again: {fault}" for fault in judge.tree_faults(whole, folder, complete=True)]
    benches.remove(folder)
    return killed, faults


def kill_job(bench, name, count):
    job = job_named(bench, name)
    jobs.reference(bench, job)
    faults, killed, number = [], 0, 0
    with benches.timed() as seconds:
        # A program that ended before its kill was not killed; a program that always does would be a fault of ours.
        while killed < count and number < 4 * count + 8:
            sizes = [min(CHAIN, count - killed - at) for at in range(0, min(count - killed, CHAIN * bench.jobs), CHAIN)]
            for times, found in bench.parallel(lambda at: chain(bench, job, number + at[0], at[1]), list(enumerate(sizes))):
                killed += times
                faults += found
            number += len(sizes)
    if killed < count:
        faults.append(f"only {killed} of {count} kills met a running program")
    return benches.Row("kill -9", name, killed, faults, seconds(), "rerun is byte-equal")


def run(bench):
    for name, count in COUNTS.items():
        yield kill_job(bench, name, bench.amount(count, 3))
