"""An input that is cut, emptied, replaced or overwritten while it is read: an error or an answer, never a crash."""
import os
import shutil
import threading
import time

import bench as benches
import jobs
import judge

WAYS = ("cut", "emptied", "replaced", "overwritten", "removed")


def change(path, way, original, rng):
    size = len(original)
    if way == "cut":
        os.truncate(path, rng.randrange(size))
    elif way == "emptied":
        os.truncate(path, 0)
    elif way == "replaced":
        fresh = path.with_name(path.name + ".fresh")
        fresh.write_bytes(original[:size // 2] + bytes(rng.randrange(256) for _ in range(64)))
        os.replace(fresh, path)
    elif way == "overwritten":
        with open(path, "r+b") as file:
            file.seek(rng.randrange(size))
            file.write(bytes(rng.randrange(256) for _ in range(64)))
    elif way == "removed":
        path.unlink(missing_ok=True)


def targets(bench):
    """(what, file inside of a copy, folder that is copied, program, arguments that read from "in")"""
    folder, model, data = jobs.own(bench), jobs.demo(bench), jobs.data(bench)
    photo = bench.root / "data" / "photo.jpg"
    predict = [bench.program("predict"), "--image", photo, "--prompt", "Hi", "--max-new-tokens", 2, "--threads", 1, "--out", "out"]
    train = [part if "data.root=" not in str(part) else "data.root=in" for part in jobs.training(bench, 30)]
    whole, _ = jobs.reference(bench, jobs.all_jobs(bench)["conversion to .pth"])
    trained, _ = jobs.reference(bench, jobs.all_jobs(bench)["training"])
    own_folder = trained / "out"
    again = [part if "train.steps=" not in str(part) else "train.steps=8" for part in jobs.training(bench)]
    archive = next(name for name in judge.files_of(whole / "out") if name.suffix == ".pth") if (whole / "out").is_dir() else None
    return [
        ("weights while they are loaded", "model.safetensors", model, "predict", [*predict, "--checkpoint", "in"]),
        ("weights while they are looked through", "model.safetensors", model, "inspect",
         [bench.program("inspect"), "in", "--values"]),
        ("weights while they are converted", "model.safetensors", model, "convert",
         [bench.program("convert"), "--from", "in", "--to", "out"]),
        ("a .pth while it is converted", str(archive), whole / "out" if archive else None, "convert",
         [bench.program("convert"), "--from", f"in/{archive}", "--config", model, "--tokenizer", model, "--to", "out"]),
        ("moments while a training is resumed", None, own_folder, "train", again),
        ("maps of a teacher while they are trained on", "teachers/scene/shard-00000.safetensors", data, "train", train),
        ("annotations while they are read", "refcoco/instances.json", data, "train", train),
        ("a picture", "images/a.jpg", photo, "predict",
         [*predict[:1], "--image", "in/images/a.jpg", *predict[3:], "--checkpoint", model]),
        ("predictions while they are scored", "captions.jsonl", folder, "score",
         [bench.program("score"), "--benchmark", "text", "--predictions", "in/captions.jsonl", "--references",
          folder / "references.jsonl", "--bootstrap", 0]),
        ("texts while they are tokenized", "texts.jsonl", folder, "tokenize",
         [bench.program("tokenize"), "--tokenizer", model, "--in", "in/texts.jsonl", "--out", "out.jsonl"]),
    ]


def prepare(bench, file, source, program):
    """(folder to run in, the file that is changed)"""
    folder = bench.fresh("changing")
    if file is None:
        # A training to be resumed: its own output is the input.
        shutil.copytree(source, folder / "out")
        shutil.rmtree(folder / "out" / "final")
        newest = max((folder / "out" / "checkpoints").iterdir(), key=lambda path: int(path.name.split("_")[1]))
        moments = [path for path in (newest / "trainer").iterdir() if path.suffix == ".safetensors"]
        return folder, max(moments, key=lambda path: path.stat().st_size)
    if source.is_file():
        (folder / "in" / file).parent.mkdir(parents=True)
        shutil.copy(source, folder / "in" / file)
    else:
        shutil.copytree(source, folder / "in")
    return folder, folder / "in" / file


def attempt(bench, target, way, share, number):
    what, file, source, program, argv = target
    rng = bench.rng("changing", what, number)
    folder, path = prepare(bench, file, source, program)
    original = path.read_bytes()
    duration = bench.once(("changing", what), lambda: bench.run(argv, folder).seconds)
    benches.remove(folder)
    folder, path = prepare(bench, file, source, program)
    process = bench.start(argv, folder)

    def later():
        time.sleep(duration * share)
        change(path, way, original, rng)
    thread = threading.Thread(target=later)
    thread.start()
    done = bench.finish(process)
    thread.join()
    fault = judge.fault_of_run(done, program, {0, 2, 3, 4})
    benches.remove(folder)
    return [f"{way} at {share:.0%}: {fault}"] if fault else []


def run(bench):
    shares = bench.amount((0.1, 0.3, 0.5, 0.7, 0.9), (0.3, 0.7))
    for target in targets(bench):
        if target[2] is None:
            continue
        tries = [(way, share) for way in WAYS[:bench.amount(len(WAYS), 2)] for share in shares]
        with benches.timed() as seconds:
            faults = [fault for number, (way, share) in enumerate(tries)
                      for fault in attempt(bench, target, way, share, number)]
        yield benches.Row("changing input", target[0], len(tries), faults, seconds(), "")
