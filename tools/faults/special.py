"""Links, pipes, devices, folders and empty files in place of files: a sentence within 5 seconds, never a hang; a link to the
right file is the right file."""
import os
import resource
import shutil
import socket

import bench as benches
import jobs
import judge

LIMIT = 5
KINDS = ("pipe", "/dev/zero", "/dev/null", "/dev/full", "folder", "empty file", "link to nothing", "link to itself", "socket", "link")


def put(path, kind):
    """Puts something else under the name of a file."""
    real = path.with_name(path.name + ".real")
    path.rename(real)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind.startswith("/dev/"):
        path.symlink_to(kind)
    elif kind == "folder":
        path.mkdir()
    elif kind == "empty file":
        path.touch()
    elif kind == "link to nothing":
        path.symlink_to("nowhere")
    elif kind == "link to itself":
        path.symlink_to(path.name)
    elif kind == "socket":
        # The path of a socket may have 107 bytes only.
        here = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(f"/proc/self/fd/{here}/{path.name}")
        os.close(here)
    elif kind == "link":
        path.symlink_to(real.name)


def inputs(bench):
    """(program, what is copied to "in", the file in it, arguments)"""
    own, model, data, root = jobs.own(bench), jobs.demo(bench), jobs.data(bench), bench.root
    photo = root / "data" / "photo.jpg"
    ask = ["--prompt", " Hi", "--max-new-tokens", 1, "--threads", 1, "--out", "out"]
    train = jobs.training(bench, 1)
    in_data = [part if "data.root=" not in str(part) else "data.root=in" for part in train]
    configuration = [part if part != root / "configs" / "train" / "shapes.yaml" else "in/train/shapes.yaml" for part in train]
    evaluate = [bench.program("eval"), own / "eval.yaml", "--out", "out"]
    golden = root / "tests" / "golden" / "sail_text"
    score = [bench.program("score"), "--bootstrap", 0, "--benchmark"]
    listed = own / "captions.jsonl", own / "references.jsonl"
    rows = [("train", root / "configs", "train/shapes.yaml", configuration),
            ("train", root / "configs", "model/demo.yaml", configuration)]
    rows += [("train", data, name, in_data) for name in (
        "refcoco/instances.json", "refcoco/refs(unc).p", "grefcoco/grefs(unc).json", "teachers/scene/index.json",
        "teachers/scene/shard-00000.safetensors", "refcocog_caption/finetune_refcocog_train_with_mask.json")]
    rows += [("train", model, name, [*train, "--set", "init_from=in"]) for name in ("model.safetensors", "config.json")]
    rows += [("predict", model, name, [bench.program("predict"), "--checkpoint", "in", "--image", photo, *ask])
             for name in ("model.safetensors", "config.json", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json")]
    rows += [("predict", photo, "a.jpg", [bench.program("predict"), "--checkpoint", model, "--image", "in/a.jpg", *ask]),
             ("predict", photo, "a.jpg", [bench.program("predict"), "--checkpoint", model, "--image", photo, "--region",
                                          "mask:in/a.jpg", *ask]),
             ("predict", photo, "a.jpg", [bench.program("predict"), "--checkpoint", model, "--image", "in", *ask]),
             ("predict", own / "texts.jsonl", "list.jsonl", [bench.program("predict"), "--checkpoint", model, "--jsonl",
                                                             "in/list.jsonl", *ask[2:]]),
             ("eval", own, "eval.yaml", [bench.program("eval"), "in/eval.yaml", "--checkpoint", model, "--out", "out"])]
    rows += [("eval", model, name, [*evaluate, "--checkpoint", "in"]) for name in ("model.safetensors", "config.json")]
    rows += [("eval", own, name, [bench.program("eval"), own / "eval.yaml", "--checkpoint", model, "--out", "out", "--set",
                                  "benchmarks[0].root=in"]) for name in ("samples.jsonl",)]
    rows += [("score", own, "captions.jsonl", [*score, "text", "--predictions", "in/captions.jsonl", "--references", listed[1]]),
             ("score", own, "references.jsonl", [*score, "text", "--predictions", listed[0], "--references", "in/references.jsonl"]),
             ("score", own, "samples.jsonl", [*score, "folder", "--split", "val", "--annotations", "in", "--predictions",
                                              own / "predictions.jsonl"])]
    rows += [("convert", model, name, [bench.program("convert"), "--from", "in", "--to", "out"])
             for name in ("model.safetensors", "config.json", "tokenizer.json")]
    rows += [("inspect", model, "model.safetensors", [bench.program("inspect"), "in"]),
             ("inspect", model, "model.safetensors", [bench.program("inspect"), "in/model.safetensors"]),
             ("tokenize", own, "texts.jsonl", [bench.program("tokenize"), "--tokenizer", model, "--in", "in/texts.jsonl",
                                               "--out", "out.jsonl"]),
             ("tokenize", model, "tokenizer.json", [bench.program("tokenize"), "--tokenizer", "in/tokenizer.json", "--in",
                                                    own / "texts.jsonl", "--out", "out.jsonl"]),
             ("golden", golden, "inputs.safetensors", [bench.program("golden"), "--case", "in", "--out", "out.safetensors"])]
    return rows


def limit_memory():
    # A reader that takes /dev/zero for a file must not take the machine with it.
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))


def laid_out(bench, source, name):
    """A folder with the input in "in": a copy of the folder, or of the one file under its name."""
    folder = bench.fresh("special")
    if source.is_file():
        (folder / "in").mkdir()
        shutil.copy(source, folder / "in" / name)
    else:
        shutil.copytree(source, folder / "in")
    return folder


def attempt(bench, row, kind):
    program, source, name, argv = row
    folder = laid_out(bench, source, name)
    put(folder / "in" / name, kind)
    expected = bench.once(("special", name, *map(str, argv)), lambda: untouched(bench, row))
    done = bench.run(argv, folder, limit=2 * LIMIT + expected.seconds, before=limit_memory)
    benches.remove(folder)
    # What is right depends on the file: one that may be missing may also be something else.
    codes = {expected.code} if kind == "link" else {0, 2, 3, 4}
    fault = judge.fault_of_run(done, program, codes)
    if fault is None and done.seconds > LIMIT + expected.seconds:
        fault = f"took {done.seconds:.1f} s"
    return f"{program}, {name} as {kind}: {fault}" if fault else None


def untouched(bench, row):
    """The run with the file itself."""
    _, source, name, argv = row
    folder = laid_out(bench, source, name)
    done = bench.run(argv, folder)
    benches.remove(folder)
    return done


def run(bench):
    rows = inputs(bench)[::3 if bench.quick else 1]
    for kind in KINDS if not bench.quick else ("pipe", "/dev/zero", "folder", "link"):
        with benches.timed() as seconds:
            found = bench.parallel(lambda row: attempt(bench, row, kind), rows)
        yield benches.Row("in place of a file", kind, len(rows), [fault for fault in found if fault], seconds(),
                          f"{len({row[0] for row in rows})} programs")
