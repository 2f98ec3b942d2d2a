"""Very long inputs: processor time and the most memory at a tenth of the length and at the whole. Linear time is at most 13 times as
long; memory may grow by what has to be kept of each entry, and by no more."""
import json
import struct
import zlib

import bench as benches
import jobs
import judge

RATIO = 13
# Below this time a ratio says nothing.
SHORT_S = 0.5


def png(number):
    """A picture of 4 x 4 pixels of one colour."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    row = b"\0" + bytes((number % 256, number // 256 % 256, 90)) * 4
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(row * 4)) + chunk(b"IEND", b""))


def picture_folder(bench, count):
    folder = bench.fresh("pictures") / "in"
    (folder / "images").mkdir(parents=True)
    with open(folder / "samples.jsonl", "w") as samples:
        for number in range(count):
            (folder / "images" / f"{number:06}.png").write_bytes(png(number))
            samples.write(f'{{"image": "{number:06}.png", "question": "What is this?", "answer": "It is {number}.", "split": "val"}}\n')
    (folder.parent / "check.yaml").write_text("benchmarks:\n  - {benchmark: folder, split: val, root: in}\n")
    return folder.parent


def check_pictures(bench, count):
    folder = picture_folder(bench, count)
    argv = [bench.program("eval"), "check.yaml", "--check", "--json", "--checkpoint", jobs.demo(bench)]
    return folder, argv, {0}, lambda done: f"{count}" in done.out


def list_pictures(bench, count):
    """The last one, which is asked first of all, is broken: everything up to the first answer is measured."""
    folder = picture_folder(bench, count)
    (folder / "in" / "images" / "!.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    argv = [bench.program("predict"), "--checkpoint", jobs.demo(bench), "--image", "in/images", "--prompt", "Hi", "--out", "out"]
    return folder, argv, {3}, lambda done: "!.png" in done.err or "!: " in done.err


def score_texts(bench, count):
    folder = bench.fresh("lines")
    with open(folder / "references.jsonl", "w") as references, open(folder / "captions.jsonl", "w") as captions:
        for number in range(count):
            references.write(f'{{"id": "{number}", "text": "a ring {number % 977} left of a star"}}\n')
            captions.write(f'{{"id": "{number}", "text": "the ring {number % 991} near a star"}}\n')
    argv = [bench.program("score"), "--benchmark", "text", "--predictions", "captions.jsonl", "--references",
            "references.jsonl", "--bootstrap", 0]
    return folder, argv, {0}, lambda done: '"benchmark"' in done.out


def score_masks(bench, count):
    """Predictions of masks for a folder of one's own; all samples are about one picture."""
    folder = bench.fresh("masks")
    (folder / "in" / "images").mkdir(parents=True)
    (folder / "in" / "images" / "a.png").write_bytes(png(1))
    with open(folder / "in" / "samples.jsonl", "w") as samples, open(folder / "masks.jsonl", "w") as masks:
        for number in range(count):
            samples.write('{"image": "a.png", "expression": "it", "split": "val", "masks": [[[0, 0, 3, 0, 3, 3, 0, 3]]]}\n')
            counts = [0, 1 + number % 15, 15 - number % 15]
            masks.write(json.dumps({"id": str(number + 1), "masks": [{"size": [4, 4], "counts": counts}], "prediction": "It is [SEG]."}) + "\n")
    argv = [bench.program("score"), "--benchmark", "folder", "--split", "val", "--annotations", "in", "--predictions",
            "masks.jsonl", "--bootstrap", 0]
    return folder, argv, {0}, lambda done: f'"samples": {count}' in done.out


def tokenize_lines(bench, count):
    folder = bench.fresh("texts")
    with open(folder / "texts.jsonl", "w") as texts:
        for number in range(count):
            texts.write(f'{{"text": "the ring number {number} on the left"}}\n')
    argv = [bench.program("tokenize"), "--tokenizer", jobs.demo(bench), "--in", "texts.jsonl", "--out", "ids.jsonl"]

    def right(_):
        with open(folder / "ids.jsonl", "rb") as ids:
            return sum(1 for _ in ids) == count
    return folder, argv, {0}, right


def long_text(count):
    words = "The small striped disc left of the blue star, which nobody had seen before; "
    return (words * (count // len(words) + 1))[:count]


def tokenize_text(bench, count):
    folder = bench.fresh("text")
    jobs.write_lines(folder / "text.jsonl", [{"text": long_text(count)}])
    argv = [bench.program("tokenize"), "--tokenizer", jobs.demo(bench), "--in", "text.jsonl", "--out", "ids.jsonl"]
    return folder, argv, {0}, lambda _: json.loads((folder / "ids.jsonl").read_text())["decoded"] == long_text(count)


def tokenize_word(bench, count):
    """Without a space or any other place to divide it."""
    folder = bench.fresh("word")
    jobs.write_lines(folder / "text.jsonl", [{"text": "ab" * (count // 2)}])
    argv = [bench.program("tokenize"), "--tokenizer", jobs.demo(bench), "--in", "text.jsonl", "--out", "ids.jsonl"]
    return folder, argv, {0}, lambda _: len(json.loads((folder / "ids.jsonl").read_text())["decoded"]) == count


def ask_long_text(bench, count):
    """A question as long as that cannot be answered: the program says so."""
    folder = bench.fresh("question")
    jobs.write_lines(folder / "list.jsonl", [{"image": str(bench.root / "data" / "photo.jpg"), "prompt": long_text(count)}])
    argv = [bench.program("predict"), "--checkpoint", jobs.demo(bench), "--jsonl", "list.jsonl", "--out", "out",
            "--max-new-tokens", 1, "--threads", 1]
    return folder, argv, {0, 2, 3, 4}, lambda done: True


def record_text(bench, count):
    """A record of a folder whose answer is that long."""
    folder = bench.fresh("record")
    (folder / "in" / "images").mkdir(parents=True)
    (folder / "in" / "images" / "a.png").write_bytes(png(1))
    jobs.write_lines(folder / "in" / "samples.jsonl", [{"image": "a.png", "question": "What?", "answer": long_text(count), "split": "val"}])
    jobs.write_lines(folder / "answers.jsonl", [{"id": "1", "prediction": long_text(count)}])
    argv = [bench.program("score"), "--benchmark", "folder", "--split", "val", "--annotations", "in", "--predictions",
            "answers.jsonl", "--bootstrap", 0]
    return folder, argv, {0}, lambda done: '"accuracy": 1' in done.out


def polygons(bench, count):
    folder = bench.fresh("polygons")
    (folder / "in" / "images").mkdir(parents=True)
    (folder / "in" / "images" / "a.jpg").write_bytes((bench.root / "data" / "photo.jpg").read_bytes())
    rng = bench.rng("polygons")
    shapes = []
    for _ in range(count):
        x, y = rng.uniform(0, 500), rng.uniform(0, 300)
        shapes.append([x, y, x + 20, y, x + 20, y + 20, x, y + 20])
    jobs.write_lines(folder / "in" / "samples.jsonl", [{"image": "a.jpg", "expression": "it", "split": "val", "masks": [shapes]}])
    jobs.write_lines(folder / "masks.jsonl", [{"id": "1", "masks": [], "prediction": "It is."}])
    argv = [bench.program("score"), "--benchmark", "folder", "--split", "val", "--annotations", "in", "--predictions",
            "masks.jsonl", "--bootstrap", 0]
    return folder, argv, {0}, lambda done: '"samples": 1' in done.out


# (what, how many, how it is made, program, the bytes an entry may add to the memory). A text stands in memory a few
# times, as text, numbers and tokens; of a line that is scored, its score and the texts of captions are kept.
CASES = (
    ("pictures in a folder, --check", 100000, check_pictures, "eval", 2000),
    ("pictures in a folder, predict up to the first answer", 100000, list_pictures, "predict", 1500),
    ("lines of captions, score", 100000, score_texts, "score", 3000),
    ("lines with masks, score", 1000000, score_masks, "score", 3000),
    ("lines, tokenize", 1000000, tokenize_lines, "tokenize", 20),
    ("bytes of one text, tokenize", 1000000, tokenize_text, "tokenize", 200),
    ("bytes of one word, tokenize", 1000000, tokenize_word, "tokenize", 200),
    ("bytes of one question, predict", 1000000, ask_long_text, "predict", 400),
    ("bytes of one answer, score", 1000000, record_text, "score", 1500),
    ("polygons in a mask, score", 10000, polygons, "score", 3000),
)


def measure(bench, count, make, program):
    folder, argv, codes, right = make(bench, count)
    done = bench.run(argv, folder, limit=900)
    fault = judge.fault_of_run(done, program, codes)
    if fault is None and not right(done):
        fault = f"a wrong result: {(done.out + done.err)[-300:]}"
    benches.remove(folder)
    return done, fault


def run(bench):
    for what, count, make, program, kept in CASES:
        count = bench.amount(count, count // 10)
        with benches.timed() as seconds:
            small, first = measure(bench, count // 10, make, program)
            large, second = measure(bench, count, make, program)
        faults = [fault for fault in (first, second) if fault]
        if large.cpu_s > RATIO * max(small.cpu_s, SHORT_S):
            faults.append(f"{large.cpu_s:.1f} s for {count}, {small.cpu_s:.1f} s for a tenth")
        grown = (large.peak_kib - small.peak_kib) * 1024 / (count - count // 10)
        if grown > kept:
            faults.append(f"each entry adds {grown:.0f} bytes to the memory, {kept} are expected at most")
        note = (f"processor {small.cpu_s:.2f} s, {small.peak_kib // 1024} MiB at a tenth; {large.cpu_s:.2f} s, "
                f"{large.peak_kib // 1024} MiB at the whole")
        yield benches.Row("long input", f"{count:,} {what}", 2, faults, seconds(), note)
