"""The programs that write something, each on tiny inputs, as jobs that run in a folder of their own and write to "out"
there: nothing of where they run gets into their outputs, so that two runs can be compared byte for byte."""
import dataclasses
import json
import shutil

import judge

# AdamW: Muon multiplies in bf16 with oneDNN, whose own crash for want of memory nobody can catch (docs/faults.md).
SMALL_TRAINING = ["train.optimizer.kind=adamw", "model.hidden_size=32", "model.intermediate_size=48", "model.num_hidden_layers=2",
                  "model.num_attention_heads=4", "model.seg_hidden_states=16", "train.batch_size=2", "train.eval_every=0",
                  "train.checkpoint_every=2", "train.keep_last=1000", "loss.num_points=64", "synth.write_if_missing=false",
                  "threads=1", "output_dir=out", "max_image_side=64", "dtype=f32"]


@dataclasses.dataclass
class Job:
    name: str
    program: str
    argv: list
    # Where an earlier result lies, the program refuses to begin.
    refuses: bool = False
    # Folders of the output that appear at once: nothing in one may be there without the rest.
    units: tuple = ()
    # Arguments that make another result of the same form.
    other: list = None

    def variant(self):
        argv, option = list(self.argv), self.other[0]
        if option in argv and option != "--set":
            at = argv.index(option)
            argv[at:at + 2] = self.other
        else:
            argv += self.other
        return dataclasses.replace(self, name=self.name + " (other)", argv=argv)


def demo(bench):
    return bench.root / "data" / "demo_model"


def data(bench):
    """A small synthetic data set."""
    def make():
        folder = bench.work / "data"
        bench.must([bench.program("synth"), "--out", folder, "--seed", 5, "--train", 12, "--val", 6, "--test-a", 1,
                    "--test-b", 1, "--max-side", 96, "--threads", 1])
        return folder
    return bench.once("data", make)


def own(bench):
    """A folder of one's own: four pictures, a question about each, texts to be scored."""
    def make():
        folder = bench.work / "own"
        (folder / "images").mkdir(parents=True)
        pictures = sorted((data(bench) / "images" / "train2014").iterdir())[:4]
        lines, answers = [], []
        for number, picture in enumerate(pictures, 1):
            shutil.copy(picture, folder / "images" / picture.name)
            lines.append({"image": picture.name, "question": "What is this?", "answer": "A red ring.", "split": "val"})
            answers.append({"id": str(number), "prediction": "A blue ring."})
            lines.append({"image": picture.name, "expression": "ring", "split": "train",
                          "masks": [[[5, 5, 30, 5, 30, 30, 5, 30]]]})
        lines.sort(key=lambda line: line["split"], reverse=True)
        write_lines(folder / "samples.jsonl", lines)
        write_lines(folder / "predictions.jsonl", answers)
        write_lines(folder / "texts.jsonl", [{"text": f"the ring number {i} on the left"} for i in range(4000)])
        write_lines(folder / "references.jsonl", [{"id": str(i), "text": f"a ring {i} left of a star"} for i in range(2000)])
        write_lines(folder / "captions.jsonl", [{"id": str(i), "text": f"the ring {i} near a star"} for i in range(2000)])
        (folder / "eval.yaml").write_text(
            "title: faults\nmax_new_tokens: 6\nbatch_size: 2\nbootstrap: 20\nexamples: 1\nthreads: 1\ndevice: cpu\n"
            "contact_sheet: samples.png\nbaselines: [blind]\nbenchmarks:\n"
            f"  - {{benchmark: folder, split: val, root: {folder}}}\n"
            f"  - {{benchmark: refcoco, split: val, root: {data(bench)}}}\n")
        return folder
    return bench.once("own", make)


def write_lines(path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def settings(values):
    return [part for value in values for part in ("--set", value)]


def training(bench, steps=8):
    argv = [bench.program("train"), bench.root / "configs" / "train" / "shapes.yaml", "--resume"]
    return argv + settings(SMALL_TRAINING + [f"data.root={data(bench)}", f"tokenizer={bench.root}/data/demo_tokenizer",
                                             f"train.steps={steps}"])


def forgetful_training(bench):
    """A training that removes all but its two newest checkpoints."""
    job = all_jobs(bench)["training"]
    return dataclasses.replace(job, name="training that removes checkpoints", argv=job.argv + ["--set", "train.keep_last=2"])


def all_jobs(bench):
    """By name, in the order of the table."""
    def make():
        folder, model = own(bench), demo(bench)
        jobs = [
            Job("training", "train", training(bench), units=("out/checkpoints/step_*", "out/final"),
                other=["--set", "train.seed=7"]),
            Job("evaluation", "eval", [bench.program("eval"), folder / "eval.yaml", "--checkpoint", model, "--out", "out"],
                other=["--set", "max_new_tokens=3"]),
            Job("conversion", "convert", [bench.program("convert"), "--from", model, "--to", "out", "--dtype", "f32",
                                          "--shard-size", "5MB"], True, ("out",), ["--dtype", "f16"]),
            Job("conversion to .pth", "convert", [bench.program("convert"), "--from", model, "--to", "out", "--layout",
                                                  "mmengine"], True, ("out",), ["--dtype", "f32"]),
            Job("synthesis", "synth", [bench.program("synth"), "--out", "out", "--train", 6, "--val", 2, "--test-a", 1,
                                       "--test-b", 1, "--max-side", 64, "--threads", 1, "--benchmarks", "mme", "gcg",
                                       "--benchmark-scenes", 2], other=["--seed", 9]),
            Job("prediction", "predict", [bench.program("predict"), "--checkpoint", model, "--image", folder / "images",
                                          "--prompt", " Please segment the ring in this image.", "--out", "out",
                                          "--max-new-tokens", 8, "--batch-size", 1, "--threads", 1],
                units=("out/*",), other=["--max-new-tokens", 3]),
            Job("scoring", "score", [bench.program("score"), "--benchmark", "text", "--predictions", folder / "captions.jsonl",
                                     "--references", folder / "references.jsonl", "--bootstrap", 0, "--per-sample",
                                     "out/per_sample.jsonl"], other=["--seed", 3]),
            Job("tokens", "tokenize", [bench.program("tokenize"), "--tokenizer", model, "--in", folder / "texts.jsonl",
                                       "--out", "out/ids.jsonl", "--save", "out/tokenizer"], other=["--add-pixelsail-tokens"]),
            Job("golden tensors", "golden", [bench.program("golden"), "--case", bench.root / "tests" / "golden" / "sail_text",
                                             "--out", "out/tensors.safetensors"]),
        ]
        return {job.name: job for job in jobs}
    return bench.once("jobs", make)


def reference(bench, job):
    """(folder of an undisturbed run, its seconds). It runs twice: what is compared has to be the same then."""
    def make():
        folders = [bench.fresh("whole"), bench.fresh("whole")]
        done = [bench.must(job.argv, folder) for folder in folders]
        if faults := judge.tree_faults(folders[0], folders[1], complete=True):
            raise RuntimeError(f"{job.name}: two undisturbed runs differ: {faults[:3]}")
        shutil.rmtree(folders[1])
        return folders[0], min(one.seconds for one in done)
    return bench.once(("reference", job.name), make)
