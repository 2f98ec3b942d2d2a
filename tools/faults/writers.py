"""Two programs with different arguments write to one folder at once: at the end it holds the whole result of one of them,
and who could not write says so."""
import time

import bench as benches
import jobs
import judge

def units_of(job, folder):
    """The parts of the output that may come from different writers: each picture of a prediction, each file of the
    programs that write a few; else the whole."""
    out = folder / "out"
    if job.program == "predict":
        return sorted(path.relative_to(folder) for path in out.iterdir() if not judge.is_temporary(path))
    if job.program in ("score", "tokenize"):
        return sorted(judge.files_of(folder))
    return [out.relative_to(folder)]


def same(expected, found):
    if expected.is_file() or found.is_file():
        return expected.is_file() and found.is_file() and expected.read_bytes() == found.read_bytes()
    return not judge.tree_faults(expected, found, complete=True)


def together(bench, job, delay):
    other = job.variant()
    wholes = [jobs.reference(bench, one)[0] for one in (job, other)]
    folder = bench.fresh("shared")
    first = bench.start(job.argv, folder)
    time.sleep(delay)
    second = bench.start(other.argv, folder)
    done = [bench.finish(first), bench.finish(second)]
    faults = [fault for one in done if (fault := judge.fault_of_run(one, job.program, {0, 2, 4}))]
    if all(one.code != 0 for one in done):
        faults.append(f"neither of them ended well: {done[0].err[-200:]} / {done[1].err[-200:]}")
    # Who is refused at its second file has written its first one, whole.
    file_by_file = job.program in ("score", "tokenize")
    allowed = [whole for whole, one in zip(wholes, done) if one.code == 0 or file_by_file]
    if not faults:
        for unit in units_of(job, folder):
            if not any(same(whole / unit, folder / unit) for whole in allowed):
                faults.append(f"{unit} is the result of neither")
    benches.remove(folder)
    return faults, sum(one.code != 0 for one in done)


def run(bench):
    for job in jobs.all_jobs(bench).values():
        if job.other is None:
            continue
        _, duration = jobs.reference(bench, job)
        jobs.reference(bench, job.variant())
        rng, faults, refused = bench.rng("writers", job.name), [], 0
        count = bench.amount(8, 2)
        with benches.timed() as seconds:
            for number in range(count):
                delay = 0.0 if number == 0 else rng.uniform(0, duration)
                found, without = together(bench, job, delay)
                refused += without
                faults += [f"{delay:.2f} s apart: {fault}" for fault in found]
        yield benches.Row("two writers", job.name, count, faults, seconds(), f"{refused} of {2 * count} were refused with a sentence")
