"""Checkpoints with one changed byte: pixelsail-inspect --verify finds each of them, ends with 3 and names the file, and
the tensor where it lies in one. Without checksums.json it says so and ends with 0. A training passes over a broken newest
checkpoint, with a warning, and ends with the same bytes."""
import json
import shutil
import struct

import bench as benches
import jobs
import judge


def tensors_of(path):
    """[(name, begin, end)] in the file, for a safetensors file."""
    data = path.read_bytes()
    size = struct.unpack_from("<Q", data)[0]
    header = json.loads(data[8:8 + size])
    return [(name, 8 + size + entry["data_offsets"][0], 8 + size + entry["data_offsets"][1])
            for name, entry in header.items() if name != "__metadata__"], 8 + size


def places_of(path, rng, every):
    """[(byte, tensor or nothing)]: begin, middle and end of each tensor and of the header; a plain file at both ends and
    at places between them."""
    size = path.stat().st_size
    if path.suffix != ".safetensors":
        between = [rng.randrange(size) for _ in range(24 if every else 2)]
        return [(at, None) for at in sorted({0, size - 1, size // 2, *between})]
    tensors, header = tensors_of(path)
    places = [(at, None) for at in (0, 7, 8, header // 2, header - 1)]
    for name, begin, end in tensors if every else tensors[::15]:
        places += [(at, name) for at in sorted({begin, (begin + end) // 2, end - 1}) if begin < end]
    return places


def flip(path, at, bit):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ (1 << bit)]))


def verify(bench, folder):
    return bench.run([bench.program("inspect"), folder, "--verify"])


def found_fault(bench, folder, path, at, bit, tensor):
    """Nothing when the flipped bit was found and named."""
    flip(path, at, bit)
    done = verify(bench, folder)
    flip(path, at, bit)
    names = (path.name,) if path.name != "checksums.json" else ("checksums.json", str(folder))
    fault = judge.fault_of_run(done, "inspect", {3}, names)
    if fault is None and tensor is not None and f'"{tensor}"' not in done.err:
        fault = f"does not name the tensor {tensor}: {done.err[-200:]}"
    return f"{path.relative_to(folder)}, byte {at}: {fault}" if fault else None


def flip_all(bench, what, original):
    with benches.timed() as seconds:
        rng = bench.rng("flips", what)
        files = sorted(path.relative_to(original) for path in original.rglob("*") if path.is_file())
        tries = [(name, at, rng.randrange(8), tensor) for name in files
                 for at, tensor in places_of(original / name, rng, not bench.quick)]
        copies = [bench.fresh("flipped") / "checkpoint" for _ in range(bench.jobs)]
        for copy in copies:
            shutil.copytree(original, copy)

        def share(number):
            copy = copies[number]
            return [found_fault(bench, copy, copy / name, at, bit, tensor)
                    for name, at, bit, tensor in tries[number::bench.jobs]]
        found = [fault for faults in bench.parallel(share, range(bench.jobs)) for fault in faults if fault]
        intact = verify(bench, copies[0])
        if intact.code != 0:
            found.append(f"the intact checkpoint: exit code {intact.code}: {intact.err[-200:]}")
        for copy in copies:
            benches.remove(copy.parent)
    return benches.Row("flipped bit", what, len(tries), found, seconds(), f"{len(tries) - len(found)} of {len(tries)} found")


def unverifiable(bench, original):
    with benches.timed() as seconds:
        copy = bench.fresh("unlisted") / "checkpoint"
        shutil.copytree(original, copy)
        (copy / "checksums.json").unlink()
        done = verify(bench, copy)
        fault = judge.fault_of_run(done, "inspect", {0}) or (None if "not verifiable" in done.out else "does not say so")
    return benches.Row("flipped bit", "without checksums.json", 1, [fault] if fault else [], seconds(), "not verifiable, exit code 0")


def resume_past(bench):
    """The newest checkpoint of a training is broken in one place of each of its files."""
    job = jobs.all_jobs(bench)["training"]
    whole, _ = jobs.reference(bench, job)
    checkpoints = sorted((whole / "out" / "checkpoints").iterdir(), key=lambda path: int(path.name.split("_")[1]))
    newest, before = checkpoints[-1].name, checkpoints[-2].name
    names = sorted(path.relative_to(checkpoints[-1]) for path in checkpoints[-1].rglob("*") if path.is_file())
    found, rng = [], bench.rng("flips", "resume")
    with benches.timed() as seconds:
        for name in names if not bench.quick else names[:2]:
            folder = bench.fresh("resumed")
            shutil.copytree(whole, folder, dirs_exist_ok=True)
            shutil.rmtree(folder / "out" / "final")
            path = folder / "out" / "checkpoints" / newest / name
            flip(path, rng.randrange(path.stat().st_size), 3)
            done = bench.run(job.argv, folder)
            fault = judge.fault_of_run(done, "train", {0})
            if fault is None and f"passed over for {before}" not in done.err:
                fault = "does not say that it is passed over"
            found += [f"{name}: {one}" for one in [fault] if one]
            found += [f"{name}: {one}" for one in judge.tree_faults(whole, folder, complete=True)]
            benches.remove(folder)
    return benches.Row("flipped bit", "--resume past the newest checkpoint", len(names), found, seconds(),
                       "warning, same bytes at the end")


def run(bench):
    all_jobs = jobs.all_jobs(bench)
    trained, _ = jobs.reference(bench, all_jobs["training"])
    converted, _ = jobs.reference(bench, all_jobs["conversion"])
    newest = sorted((trained / "out" / "checkpoints").iterdir())[-1]
    yield flip_all(bench, "checkpoint of a training", newest)
    yield flip_all(bench, "converted checkpoint in shards", converted / "out")
    yield unverifiable(bench, newest)
    yield resume_past(bench)
