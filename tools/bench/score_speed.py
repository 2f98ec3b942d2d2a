"""Speed of pixelsail-score beside the Python references, on inputs of full size, in one run.

Needs java and tests/requirements.txt in the Python that runs it:
    python tools/bench/score_speed.py --bin build/release/bin [--runs 3] [--only masks choices captions] [--json FILE]

  masks     RefCOCO val: 10,834 expressions, images of 640x480; reference: pycocotools and numpy, ground truth through
            RLE as the published script sends it
  choices   MMBench dev: 1,164 questions in 4,329 rolled rows with images; reference: pandas and the published matching
            rules (tests/integration/vqa_crosscheck.py)
  captions  5,000 captions with METEOR 1.5 (with its paraphrase table), CIDEr, BLEU and ROUGE-L; reference: pycocoevalcap

Whole commands are timed, reading of files included; ours also draws its 1,000 bootstrap samples. Prints seconds (the
median of the runs), peak memory and the ratio. The scores of both must agree to 1e-6.
"""

import argparse
import base64
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
INTEGRATION = os.path.join(HERE, "..", "..", "tests", "integration")
HEIGHT, WIDTH = 480, 640


# --------------------------------------------------------------------------------------------------- synthetic inputs


def star(rng, cx, cy, radius, corners):
    import math
    points = []
    for k in range(corners):
        angle = 2 * math.pi * k / corners
        r = radius * rng.uniform(0.6, 1.0)
        points += [round(cx + r * math.cos(angle), 2), round(cy + r * math.sin(angle), 2)]
    return points


def make_masks(root, rng):
    """1,500 images, 3,811 refs, 10,834 sentences, outlines of 12 to 60 corners."""
    import pickle

    from pycocotools import mask as coco
    images, annotations, refs, lines = [], [], [], []
    sentences_left, sent_id = 10834, 0
    for ref_id in range(3811):
        image_id = 1 + ref_id % 1500
        if ref_id < 1500:
            images.append({"id": image_id, "file_name": f"COCO_train2014_{image_id:012d}.jpg", "height": HEIGHT,
                           "width": WIDTH})
        polygons = [star(rng, rng.uniform(80, 560), rng.uniform(80, 400), rng.uniform(30, 160), rng.randint(12, 60))
                    for _ in range(rng.choice([1, 1, 1, 2, 3]))]
        annotations.append({"id": ref_id, "image_id": image_id, "category_id": 1, "iscrowd": 0, "segmentation": polygons})
        count = min(sentences_left - (3810 - ref_id), rng.choice([2, 3, 3, 3, 4]))
        if ref_id == 3810:
            count = sentences_left
        sentences_left -= count
        refs.append({"ref_id": ref_id, "ann_id": ref_id, "image_id": image_id, "category_id": 1, "split": "val",
                     "file_name": images[image_id - 1]["file_name"], "sent_ids": list(range(sent_id, sent_id + count)),
                     "sentences": [{"sent_id": s, "sent": "a thing", "raw": "a thing", "tokens": ["a", "thing"]}
                                   for s in range(sent_id, sent_id + count)]})
        for s in range(sent_id, sent_id + count):
            shift = rng.uniform(-20, 20)
            moved = [[v + shift for v in polygon] for polygon in polygons]
            rle = coco.merge(coco.frPyObjects(moved, HEIGHT, WIDTH))
            lines.append({"ref_id": ref_id, "sent_id": s, "image_id": image_id,
                          "mask": {"size": rle["size"], "counts": rle["counts"].decode()}})
        sent_id += count
    os.makedirs(f"{root}/refcoco")
    with open(f"{root}/refcoco/instances.json", "w") as f:
        json.dump({"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "thing"}]}, f)
    with open(f"{root}/refcoco/refs(unc).p", "wb") as f:
        pickle.dump(refs, f, protocol=2)
    write_lines(f"{root}/masks.jsonl", lines)


def make_choices(root, rng):
    """1,164 questions, each with its answers rolled through (4,329 rows in all), an image of about 60 kB a question."""
    import csv
    os.makedirs(f"{root}/mmbench")
    lines = []
    with open(f"{root}/mmbench/mmbench.tsv", "w", newline="") as f:
        out = csv.writer(f, delimiter="\t", lineterminator="\n")
        out.writerow(["index", "question", "hint", "A", "B", "C", "D", "answer", "category", "image", "l2-category", "split"])
        rows = 0
        for q in range(1164):
            options = rng.sample(["red cup", "blue dog", "a tall tree", "two men", "the left one", "none", "12"],
                                 4 if q < 837 else 3)
            answer = rng.randrange(len(options))
            image = base64.b64encode(rng.randbytes(45000)).decode()
            for roll in range(len(options)):
                shown = options[roll:] + options[:roll]
                right = "ABCD"[(answer - roll) % len(options)]
                index = q + roll * 1000000
                out.writerow([index, f"What is in picture {q}?", "", *shown, *[""] * (4 - len(shown)), right,
                              f"category {q % 20}", image if roll == 0 else str(q), f"group {q % 6}", "dev"])
                said = right if rng.random() < 0.8 else rng.choice("ABCD")
                lines.append({"index": index, "prediction": rng.choice(
                    [said, f"{said}.", f"The answer is {said}", f"({said}) {shown[0]}", shown["ABCD".index(right)]])})
                rows += 1
    write_lines(f"{root}/choices.jsonl", lines)
    return rows


def make_captions(root, rng):
    """5,000 captions of 6 to 14 words with one to three references each."""
    words = """man woman boy girl dog cat horse car bus train table chair shirt hat jacket umbrella phone pizza cake plate
        bowl street road grass water sky wall door window red blue green white black yellow brown large big small little
        tall young old wooden striped standing sitting walking running holding wearing riding playing eating looking
        left right front back middle next near behind""".split()
    small = "a the in on of with and to his her is".split()

    def caption():
        text = []
        for _ in range(rng.randint(3, 7)):
            text += [rng.choice(small), rng.choice(words)]
        return " ".join(text)

    references, predictions = [], []
    for i in range(5000):
        texts = [caption() for _ in range(rng.randint(1, 3))]
        base = texts[0].split()
        for _ in range(rng.randint(0, 4)):
            base[rng.randrange(len(base))] = rng.choice(words + small)
        references.append({"id": str(i), "texts": texts})
        predictions.append({"id": str(i), "text": " ".join(base)})
    write_lines(f"{root}/references.jsonl", references)
    write_lines(f"{root}/captions.jsonl", predictions)


def write_lines(path, lines):
    with open(path, "w") as f:
        f.writelines(json.dumps(line) + "\n" for line in lines)


# --------------------------------------------------------------------------------------------------- Python references


def reference_masks(root):
    """cIoU and gIoU as the published script computes them, from the files of the data set."""
    import pickle

    import numpy as np
    from pycocotools import mask as coco
    with open(f"{root}/refcoco/instances.json") as f:
        data = json.load(f)
    images = {image["id"]: image for image in data["images"]}
    annotations = {annotation["id"]: annotation for annotation in data["annotations"]}
    with open(f"{root}/refcoco/refs(unc).p", "rb") as f:
        refs = pickle.load(f)
    with open(f"{root}/masks.jsonl") as f:
        predictions = {(p["ref_id"], p["sent_id"]): p for p in map(json.loads, f)}
    inter_sum = union_sum = 0
    ious = []
    for ref in refs:
        image, polygons = images[ref["image_id"]], annotations[ref["ann_id"]]["segmentation"]
        for sentence in ref["sentences"]:
            total = np.zeros((image["height"], image["width"]), np.uint8)
            for rle in coco.frPyObjects(polygons, image["height"], image["width"]):
                total += coco.decode(rle)
            truth = coco.decode(coco.encode(np.asfortranarray(total)))
            predicted = coco.decode(predictions[ref["ref_id"], sentence["sent_id"]]["mask"])
            hit = np.bincount(truth[truth == predicted], minlength=2)
            areas = np.bincount(truth.ravel(), minlength=2) + np.bincount(predicted.ravel(), minlength=2)
            union = areas[1] - hit[1]
            inter_sum, union_sum = inter_sum + hit[1], union_sum + union
            ious.append(hit[1] / (union + 1e-5) if union else 1.0)
    return {"ciou": inter_sum / (union_sum + 1e-10), "giou": sum(ious) / len(ious)}


def reference_choices(root):
    import string

    import pandas
    sys.path.insert(0, INTEGRATION)
    import vqa_crosscheck
    table = pandas.read_csv(f"{root}/mmbench/mmbench.tsv", sep="\t")
    with open(f"{root}/choices.jsonl") as f:
        predictions = {line["index"]: line["prediction"] for line in map(json.loads, f)}
    letters = [letter for letter in string.ascii_uppercase if letter in table.columns]
    hits, plain = {}, []
    for row in table.drop(columns="image").to_dict("records"):
        options = {letter: str(row[letter]) for letter in letters if not pandas.isna(row[letter])}
        picked = vqa_crosscheck.choice(str(predictions[row["index"]]), options, "bundled")
        question = row["index"] % 1000000
        hits[question] = hits.get(question, True) and picked is not None and picked == row["answer"]
        if row["index"] == question:
            plain.append((picked or "Z") == row["answer"])
    return {"accuracy": sum(hits.values()) / len(hits), "accuracy_vanilla": sum(plain) / len(plain)}


def reference_captions(root):
    from pycocoevalcap.bleu.bleu import Bleu
    from pycocoevalcap.cider.cider import Cider
    from pycocoevalcap.meteor.meteor import Meteor
    from pycocoevalcap.rouge.rouge import Rouge
    from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer
    truth, said = {}, {}
    with open(f"{root}/references.jsonl") as f:
        for line in map(json.loads, f):
            truth[line["id"]] = [{"caption": text} for text in line["texts"]]
    with open(f"{root}/captions.jsonl") as f:
        for line in map(json.loads, f):
            said[line["id"]] = [{"caption": line["text"]}]
    tokenizer = PTBTokenizer()
    truth, said = tokenizer.tokenize(truth), tokenizer.tokenize(said)
    bleu = Bleu(4).compute_score(truth, said, verbose=0)[0]
    scores = {f"bleu{n + 1}": value for n, value in enumerate(bleu)}
    scores["meteor"] = Meteor().compute_score(truth, said)[0]
    scores["rouge_l"] = float(Rouge().compute_score(truth, said)[0])
    scores["cider"] = float(Cider().compute_score(truth, said)[0])
    return scores


REFERENCES = {"masks": reference_masks, "choices": reference_choices, "captions": reference_captions}


# -------------------------------------------------------------------------------------------------------------- timing


def paraphrase_table():
    import pycocoevalcap
    return os.path.join(list(pycocoevalcap.__path__)[0], "meteor", "data", "paraphrase-en.gz")


def our_command(bin_folder, kind, root):
    program = [os.path.join(bin_folder, "pixelsail-score")]
    if kind == "masks":
        return program + ["--benchmark", "refcoco", "--split", "val", "--annotations", root, "--predictions",
                          f"{root}/masks.jsonl", "--gt-merge", "sa2va_rle"]
    if kind == "choices":
        return program + ["--benchmark", "mmbench", "--annotations", root, "--predictions", f"{root}/choices.jsonl"]
    return program + ["--benchmark", "text", "--references", f"{root}/references.jsonl", "--predictions",
                      f"{root}/captions.jsonl", "--paraphrase", paraphrase_table()]


def tree_peak(pid):
    """Resident memory of a process and all below it, in MB."""
    total = 0
    try:
        with open(f"/proc/{pid}/status") as f:
            total += next((int(line.split()[1]) for line in f if line.startswith("VmRSS:")), 0) / 1024
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            children = f.read().split()
    except OSError:
        return 0
    return total + sum(tree_peak(child) for child in children)


def timed(command):
    """Seconds, peak megabytes of the whole process tree, and the JSON that it printed."""
    start, peak = time.monotonic(), 0
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, text=True)
        while process.poll() is None:
            peak = max(peak, tree_peak(process.pid))
            time.sleep(0.005)
        seconds = time.monotonic() - start
        if process.returncode != 0:
            raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}\n{process.stderr.read()}")
        out.seek(0)
        text = out.read()
    return seconds, peak, json.loads(text[text.index("{"):])


def compare(kind, root, bin_folder, runs):
    ours, theirs = [], []
    for _ in range(runs):
        ours.append(timed(our_command(bin_folder, kind, root)))
        theirs.append(timed([sys.executable, os.path.abspath(__file__), "--reference", kind, "--root", root]))
    expected, actual = theirs[0][2], ours[0][2]
    for key, value in expected.items():
        if abs(value - actual[key]) > 1e-6:
            raise SystemExit(f"{kind}: {key} is {actual[key]}, the reference has {value}")
    middle = {name: [statistics.median(run[i] for run in side) for i in (0, 1)] for name, side in
              (("ours", ours), ("reference", theirs))}
    ratio = middle["reference"][0] / middle["ours"][0]
    print(f"{kind:9} ours {middle['ours'][0]:7.2f} s {middle['ours'][1]:6.0f} MB   reference "
          f"{middle['reference'][0]:7.2f} s {middle['reference'][1]:6.0f} MB   {ratio:6.1f} times as fast", flush=True)
    return {"kind": kind, "ratio": ratio, **middle, "scores": expected}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", help="folder with pixelsail-score")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=list(REFERENCES), default=list(REFERENCES))
    parser.add_argument("--json", help="writes the figures into this file")
    parser.add_argument("--reference", choices=list(REFERENCES), help=argparse.SUPPRESS)
    parser.add_argument("--root", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.reference:
        scores = REFERENCES[arguments.reference](arguments.root)
        print(json.dumps({key: float(value) for key, value in scores.items()}))
        return
    if not arguments.bin:
        parser.error("--bin is missing")
    makers = {"masks": make_masks, "choices": make_choices, "captions": make_captions}
    results = []
    with tempfile.TemporaryDirectory() as root:
        for kind in arguments.only:
            makers[kind](root, random.Random(7))
            results.append(compare(kind, root, arguments.bin, arguments.runs))
    if arguments.json:
        with open(arguments.json, "w") as f:
            json.dump(results, f, indent=2)


if __name__ == "__main__":
    main()
