"""Whether a program behaved: what it said and how it ended, and what lies under final names."""
import json
import struct
import zlib

# Files to which lines are added while a program runs: their end may be torn, and it is cut when the run goes on.
APPENDED = {"log.jsonl", "eval.jsonl", "batches.jsonl"}
# Files that are written anew while a run goes on, each time as a whole.
REWRITTEN = {"loss.png", "events.out.tfevents.pixelsail", "run.json"}
# Of two equal runs these differ, because they hold times.
TIMED = {"events.out.tfevents.pixelsail", "timing.json"}
CRASHES = ("frame #0", "terminate called", "Segmentation fault", "stack smashing", "corrupted", "Aborted")


def fault_of_run(done, name, codes, names=()):
    """Why a program did not behave, or nothing. `codes`: exit codes that are right; a failure needs a sentence of the
    program's own, which holds one of `names` when there are any."""
    if done.timed_out:
        return f"still running after {done.seconds:.0f} s"
    last = " / ".join(done.err.strip().splitlines()[-2:])[-300:]
    if done.code < 0:
        return f"ended by signal {-done.code}: {last}"
    if done.code not in codes:
        return f"exit code {done.code}, expected {' or '.join(map(str, codes))}: {last}"
    if crash := next((word for word in CRASHES if word in done.err), None):
        return f"says \"{crash}\": {last}"
    if done.code == 0:
        return None
    own = [line for line in done.err.splitlines() if line.startswith(f"pixelsail-{name}: ")]
    if not own or len(own[-1]) < len(name) + 20:
        return f"exit code {done.code} without a sentence: {last}"
    if names and not any(part in done.err for part in names):
        return f"does not name {' or '.join(names)}: {last}"
    return None


def is_temporary(path):
    return any(part.endswith(".tmp") or part == ".lock" for part in path.parts)


def files_of(folder):
    """Files under final names, relative to the folder."""
    if not folder.exists():
        return {}
    found = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    return {name: path for name, path in found.items() if not is_temporary(name)}


# Members of a line of log.jsonl that tell of the machine, as do all that end with "_s".
OF_THE_RUN = {"seconds", "mfu", "memory_mb", "memory_peak_mb"}


def without_times(line):
    value = json.loads(line)
    return {key: number for key, number in value.items() if key not in OF_THE_RUN and not key.endswith("_s")}


def appended_fault(expected, found, complete):
    """Lines added to a file: those of the undisturbed run, up to some line and perhaps a torn one."""
    want = [without_times(line) for line in expected.read_bytes().splitlines()]
    *lines, rest = found.read_bytes().split(b"\n")
    if rest and complete:
        return "its last line is torn"
    try:
        have = [without_times(line) for line in lines]
    except ValueError:
        return "holds a line that is no JSON"
    if have != want[:len(have)]:
        return "holds other lines"
    return f"has {len(have)} of {len(want)} lines" if complete and len(have) != len(want) else None


def is_whole(path):
    """Whether a file is complete in itself, whatever it says."""
    data = path.read_bytes()
    if path.name.endswith(".png"):
        at = 8
        while at + 12 <= len(data):
            size, kind = struct.unpack_from(">I4s", data, at)
            if at + 12 + size > len(data) or zlib.crc32(data[at + 4:at + 8 + size]) != struct.unpack_from(">I", data, at + 8 + size)[0]:
                return False
            at += 12 + size
            if kind == b"IEND":
                return at == len(data)
        return False
    if "tfevents" in path.name:
        at = 0
        while at + 12 <= len(data):
            at += 16 + struct.unpack_from("<Q", data, at)[0]
        return at == len(data)
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


def file_fault(name, expected, found, complete, earlier):
    if name.name in TIMED:
        return None if is_whole(found) else "is not whole"
    if name.name in APPENDED:
        return appended_fault(expected, found, complete)
    if expected.read_bytes() == found.read_bytes():
        return None
    if not complete and earlier and (earlier / name).is_file() and (earlier / name).read_bytes() == found.read_bytes():
        return None
    if not complete and name.name in REWRITTEN and is_whole(found):
        return None
    return f"differs ({found.stat().st_size} bytes, {expected.stat().st_size} in the undisturbed run)"


def is_left(earlier, folder):
    """Whether it holds what lay there before the run, and nothing else."""
    was, now = files_of(earlier), files_of(folder)
    return bool(was) and was.keys() == now.keys() and all(was[name].read_bytes() == now[name].read_bytes() for name in was)


def half_units(expected, found, units, earlier=None):
    """Folders that appear at once and hold neither all that they should nor what lay there before."""
    faults = []
    for pattern in units:
        for folder in sorted(found.glob(pattern)):
            name = folder.relative_to(found)
            if is_temporary(name) or not folder.is_dir() or not (expected / name).is_dir():
                continue
            if earlier and is_left(earlier / name, folder):
                continue
            missing = set(files_of(expected / name)) - set(files_of(folder))
            faults += [f"{name} is there without {', '.join(map(str, sorted(missing)[:3]))}"] if missing else []
    return faults


def tree_faults(expected, found, complete, earlier=None, passing=None):
    """What is wrong with the files below `found`, compared with those of an undisturbed run. Complete: nothing may be
    missing; else each file is there as a whole or not at all. `earlier`: what lay there before the run, which may still
    do so. `passing`: what a run has for a while and removes again."""
    faults = []
    want, have = files_of(expected), files_of(found)
    for name, path in sorted(have.items()):
        if name not in want and not complete and passing and (passing / name).is_file():
            fault = file_fault(name, passing / name, path, complete, earlier)
        elif name not in want:
            kept = earlier and (earlier / name).is_file() and (earlier / name).read_bytes() == path.read_bytes()
            fault = None if kept and not complete else "is not in the undisturbed run"
        else:
            fault = file_fault(name, want[name], path, complete, earlier)
        if fault:
            faults.append(f"{name} {fault}")
    if complete:
        faults += [f"{name} is missing" for name in sorted(set(want) - set(have))]
    if earlier and not complete:
        faults += [f"{name} was there before and is gone" for name in sorted(set(files_of(earlier)) - set(have) - set(want))]
    return faults
