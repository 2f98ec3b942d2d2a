"""Scores random and adversarial masks with pycocotools, numpy and OpenCV and compares with pixelsail-score.

Benchmarks: perbench_vtres, perbench_mcq, perbench, muse, reasonseg, gcg. Annotations are written in the published
layouts; everything expected is computed here from the formulas on decoded pixels, GCG's average precision by COCOeval
itself. Every number and every per-sample pixel count must agree to 1e-9. Exit code 1 and a line for each difference
otherwise; 77 when OpenCV's Python package is missing.

    python masks_crosscheck.py --bin build/release/bin [--samples 800] [--seed 1]
"""

import argparse
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

TOLERANCE = 1e-9


# -------------------------------------------------------------------------------------------------------------- masks


def random_bits(rng, height, width):
    """Empty, full, single pixels, stripes, chessboards, noise, boxes, ellipses; some touch every border."""
    form = int(rng.integers(0, 10))
    bits = np.zeros((height, width), np.uint8)
    if form == 1:
        bits[:] = 1
    elif form == 2:
        bits[int(rng.integers(height)), int(rng.integers(width))] = 1
    elif form == 3:
        bits[::2, :] = 1
    elif form == 4:
        bits[:, int(rng.integers(0, 2))::2] = 1
    elif form == 5:
        bits[(np.add.outer(np.arange(height), np.arange(width)) % 2) == 0] = 1
    elif form == 6:
        bits = (rng.uniform(size=bits.shape) < rng.uniform(0, 1)).astype(np.uint8)
    elif form >= 7:
        y, x = np.mgrid[:height, :width]
        cy, cx = rng.uniform(0, height), rng.uniform(0, width)
        ry, rx = rng.uniform(1, height), rng.uniform(1, width)
        if form == 7:
            bits[(np.abs(y - cy) < ry / 2) & (np.abs(x - cx) < rx / 2)] = 1
        else:
            bits[((y - cy) / ry) ** 2 + ((x - cx) / rx) ** 2 < 0.6] = 1
    return bits


def near(rng, bits):
    """The same, a bit of noise, a shift, or something else."""
    form = rng.uniform()
    if form < 0.15:
        return bits.copy()
    if form < 0.5:
        return np.where(rng.uniform(size=bits.shape) < rng.uniform(0, 0.3), 1 - bits, bits).astype(np.uint8)
    if form < 0.75:
        return np.roll(bits, [int(v) for v in rng.integers(-3, 4, 2)], axis=(0, 1))
    return random_bits(rng, *bits.shape)


def rle_of(rng, bits):
    """COCO's run lengths; now and then as a list of numbers."""
    rle = coco_mask.encode(np.asfortranarray(bits))
    if rng is not None and rng.uniform() < 0.1:
        flat = bits.ravel(order="F")
        edges = np.flatnonzero(np.diff(np.concatenate([[0], flat, [2]])))
        return {"size": list(bits.shape), "counts": [int(v) for v in np.diff(np.concatenate([[0], edges]))]}
    return {"size": list(rle["size"]), "counts": rle["counts"].decode()}


def random_polygon(rng, height, width):
    """A star, a sliver, or corners anywhere; may leave the image and cross itself."""
    corners = int(rng.integers(3, 12))
    if rng.uniform() < 0.3:
        points = rng.uniform(-0.3, 1.3, (corners, 2)) * (width, height)
    else:
        angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
        radii = rng.uniform(0.02, 0.6, corners) * max(height, width)
        center = rng.uniform(-0.1, 1.1, 2) * (width, height)
        points = center + np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)
    if rng.uniform() < 0.2:
        points = np.round(points)
    return [round(float(v), 2) for v in points.ravel()]


def size(rng):
    return tuple(int(v) for v in rng.integers(1, 60, 2))


# ---------------------------------------------------------------------------------------------------- order-aligned


class Aligned:
    """One sample's pairs: class-1 counts by the histogram rule, 255 left out, values above 1 in no class."""

    def __init__(self):
        self.inter = self.union = self.targets = 0
        self.smooth = 0.0

    def pair(self, predicted, truth):
        predicted = np.where(truth == 255, 255, predicted)
        inter = int(np.sum((predicted == 1) & (truth == 1)))
        union = int(np.sum(predicted == 1)) + int(np.sum(truth == 1)) - inter
        self.inter += inter
        self.union += union
        self.smooth += 1.0 if union == 0 else inter / (union + 1e-5)
        self.targets += 1

    def missing(self, truth, skip):
        if skip:
            self.targets += 1
        else:
            self.pair(np.zeros_like(truth), truth)


def aligned_scores(samples):
    targets = sum(s.targets for s in samples)
    return {"ciou": sum(s.inter for s in samples) / (sum(s.union for s in samples) + 1e-10),
            "giou": sum(s.smooth for s in samples) / targets, "masks": targets, "samples": len(samples)}


# ---------------------------------------------------------------------------------------------------------- the runs


class Checker:
    def __init__(self, program, root):
        self.program, self.root, self.bad, self.numbers, self.worst = program, root, 0, 0, 0.0

    def run(self, benchmark, predictions, *options):
        per_sample = os.path.join(self.root, "per_sample.jsonl")
        command = [self.program, "--benchmark", benchmark, "--annotations", self.root, "--per-sample", per_sample,
                   "--bootstrap", "20", *options, "--predictions", *predictions]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(f"masks_crosscheck: {' '.join(command)} ended with {result.returncode}: {result.stderr}")
        with open(per_sample) as file:
            samples = {entry["id"]: entry for entry in map(json.loads, file)}
        return json.loads(result.stdout), samples

    def same(self, what, expected, actual):
        self.numbers += 1
        gap = abs(expected - actual) if isinstance(actual, (int, float)) else float("inf")
        self.worst = max(self.worst, gap)
        if not gap <= TOLERANCE:
            self.bad += 1
            print(f"{what}: expected {expected!r}, got {actual!r}")

    def same_scores(self, what, expected, actual):
        for key, value in expected.items():
            self.same(f"{what} {key}", value, actual.get(key))

    def same_counts(self, what, samples, per_sample):
        """`samples`: Aligned by id."""
        for key, sample in samples.items():
            self.same(f"{what} sample {key} intersection", sample.inter, per_sample[key]["intersection"])
            self.same(f"{what} sample {key} union", sample.union, per_sample[key]["union"])

    def write(self, name, lines, rng):
        path = os.path.join(self.root, name)
        with open(path, "w") as file:
            for i in rng.permutation(len(lines)):
                file.write(json.dumps(lines[i]) + "\n")
        return path


def write_json(root, name, value):
    path = os.path.join(root, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        json.dump(value, file)


# ---------------------------------------------------------------------------------------------------------- PerBench


def check_vtres(checker, rng, count):
    entries, lines, truths, masks = [], [], [], []
    for n in range(count):
        height, width = size(rng)
        tags = [f"[obj{i}]" for i in range(int(rng.integers(1, 5)))]
        rng.shuffle(tags)
        shown = [tag for tag in tags if rng.uniform() < 0.4]
        targets = [tag for tag in tags if tag not in shown] or tags[-1:]
        shown = [tag for tag in shown if tag not in targets]
        bits = {tag: random_bits(rng, height, width) for tag in tags}
        entries.append({"image_name": f"sa_{n}.jpg", "question": f"Which is like {' and '.join(shown)}?",
                        "answer": f"It is {' and '.join(targets)}.",
                        "segmentations": {tag: rle_of(rng, bits[tag]) for tag in tags}})
        ordered = [bits[tag] for tag in tags if tag in targets]
        mask = None if rng.uniform() < 0.1 else near(rng, ordered[0])
        truths.append(ordered)
        masks.append(mask)
        lines.append({"id": str(n), "prediction": "It is [SEG].", "mask": None if mask is None else rle_of(rng, mask)})
    write_json(checker.root, "perbench/STBench_VRES.json", entries)
    path = checker.write("vtres.jsonl", lines, rng)
    for rule in ("skip", "count"):
        samples = {}
        for n, (ordered, mask) in enumerate(zip(truths, masks)):
            sample = samples[str(n)] = Aligned()
            if mask is None:
                sample.missing(ordered[0], rule == "skip")
            else:
                sample.pair(mask, ordered[0])
            sample.targets += len(ordered) - 1
        actual, per_sample = checker.run("perbench_vtres", [path], "--missing-masks", rule)
        checker.same_scores(f"perbench_vtres {rule}", aligned_scores(list(samples.values())), actual)
        checker.same_counts(f"perbench_vtres {rule}", samples, per_sample)
    return path


def check_texts(checker, rng, vtres, count):
    """Multiple choice, and the overall score from the parts."""
    answers = ["A", "B. a red car", "C", "caf\u00e9", "D. the dog"]
    box = rle_of(None, np.ones((4, 5), np.uint8))
    mcqs, captions, mcq_lines, caption_lines, right = [], [], [], [], 0
    for n in range(count):
        mcqs.append({"image_name": f"{n}.jpg", "mcqs": []})
        for k in range(int(rng.integers(0, 4)) if n else 1):
            truth, said = (answers[int(rng.integers(len(answers)))] for _ in range(2))
            said = (said, f"The answer is {said}.", said.lower(), "")[int(rng.integers(4))]
            mcqs[-1]["mcqs"].append({"object": box, "question": "What?", "answer": truth})
            mcq_lines.append({"id": f"{n}:{k}", "prediction": said})
            right += truth in said
        captions.append({"image_name": f"{n}.jpg", "object_annotations": [
            {"segmentation": box, "caption": "a dog runs over the green field"}]})
        caption_lines.append({"id": f"{n}:0", "prediction": "<Prompt0> a dog is running on the field<|endoftext|>"})
    write_json(checker.root, "perbench/STBench_MCQ.json", mcqs)
    write_json(checker.root, "perbench/STBench_Detailed_Caption.json", captions)
    mcq, caption = checker.write("mcq.jsonl", mcq_lines, rng), checker.write("caption.jsonl", caption_lines, rng)
    actual, _ = checker.run("perbench_mcq", [mcq])
    checker.same("perbench_mcq accuracy", right / len(mcq_lines), actual["accuracy"])
    for roles, key in (("published", "meteor_nltk"), ("clean", "meteor_nltk_unswapped")):
        for files in ([f"mcq={mcq}", f"caption={caption}", f"vtres={vtres}"], [vtres, caption, mcq]):
            actual, samples = checker.run("perbench", files, "--meteor-roles", roles)
            masks = (actual["ciou"] + actual["giou"]) / 2
            checker.same(f"perbench overall {roles}", 100 * (actual[key] + actual["accuracy"] + masks) / 3,
                         actual["overall"])
            checker.same("perbench accuracy", right / len(mcq_lines), actual["accuracy"])
            checker.same("perbench samples", len(mcq_lines) + len(caption_lines) + sum(1 for _ in open(vtres)),
                         len(samples))


# -------------------------------------------------------------------------------------------------------------- MUSE


def summed(segmentation, height, width):
    if isinstance(segmentation, dict):
        rle = segmentation
        if isinstance(rle["counts"], list):
            rle = coco_mask.frPyObjects(rle, height, width)
        return coco_mask.decode(rle)
    return coco_mask.decode(coco_mask.frPyObjects(segmentation, height, width)).sum(axis=2).astype(np.uint8)


def merged(values, merge):
    if merge == "union":
        return (values > 0).astype(np.uint8)
    if merge == "lisa_sum":
        return values
    return coco_mask.decode(coco_mask.encode(np.asfortranarray(values)))


def check_muse(checker, rng, count):
    entries, lines, truths, masks = [], [], {}, {}
    for n in range(count // 4):
        height, width = size(rng)
        entry = {"file_name": f"{n}.jpg", "height": height, "width": width, "ann_list": [], "questions": [],
                 "answers": [], "text_answers": []}
        for k in range(int(rng.integers(0, 4))):
            answer, sums = [], []
            for _ in range(int(rng.integers(0, 4))):
                if rng.uniform() < 0.2:
                    segmentation = rle_of(rng, random_bits(rng, height, width))
                else:
                    segmentation = [random_polygon(rng, height, width) for _ in range(int(rng.integers(1, 4)))]
                answer.append({"segmentation": segmentation, "bbox": [0, 0, 1, 1], "rephrased_name": "thing"})
                sums.append(summed(segmentation, height, width))
            said = [near(rng, (s > 0).astype(np.uint8)) for s in sums]
            change = rng.uniform()
            if change < 0.15:
                said = said[: int(rng.integers(0, len(said) + 1))]
            elif change < 0.3:
                said.append(random_bits(rng, height, width))
            entry["questions"].append("Which?")
            entry["answers"].append(answer)
            truths[f"{n}:{k}"], masks[f"{n}:{k}"] = sums, said
            lines.append({"id": f"{n}:{k}", "masks": [rle_of(rng, bits) for bits in said]})
        entries.append(entry)
    write_json(checker.root, "muse/muse_test_many.json", entries)
    path = checker.write("muse.jsonl", lines, rng)
    for merge in ("union", "lisa_sum", "sa2va_rle"):
        for rule in ("skip", "count"):
            samples = {}
            for key, sums in truths.items():
                sample = samples[key] = Aligned()
                for i, values in enumerate(sums):
                    truth = merged(values, merge)
                    if i < len(masks[key]):
                        sample.pair(masks[key][i], truth)
                    else:
                        sample.missing(truth, rule == "skip")
            actual, per_sample = checker.run("muse", [path], "--split", "test_many", "--gt-merge", merge,
                                             "--missing-masks", rule)
            name = f"muse {merge} {rule}"
            checker.same_scores(name, aligned_scores(list(samples.values())), actual)
            checker.same_counts(name, samples, per_sample)


# --------------------------------------------------------------------------------------------------------- ReasonSeg


def draw(cv2, values, points, value):
    outline = np.array([points], dtype=np.int32)
    cv2.polylines(values, outline, True, value, 1)
    cv2.fillPoly(values, outline, value)


def reasonseg_truth(cv2, shapes, height, width):
    kept = [s for s in shapes if s["label"].lower() != "flag"]
    areas = []
    for shape in kept:
        alone = np.zeros((height, width), np.uint8)
        draw(cv2, alone, shape["points"], 1)
        areas.append(int(alone.sum()))
    values = np.zeros((height, width), np.uint8)
    for i in np.argsort(areas, kind="stable")[::-1]:
        draw(cv2, values, kept[i]["points"], 255 if "ignore" in kept[i]["label"].lower() else 1)
    return values


def check_reasonseg(checker, rng, count, cv2, leave_image):
    folder = os.path.join(checker.root, "reasonseg", "test")
    os.makedirs(folder)
    truths, masks, lines = {}, {}, []
    for n in range(count):
        height, width = size(rng)
        name = f"{n:04d}_im\u00e4ge" if n % 7 == 0 else f"{n:04d}"
        shapes = []
        for _ in range(int(rng.integers(0, 5))):
            flat = random_polygon(rng, height, width)[: 2 * int(rng.choice([1, 2, 3, 4, 6, 12]))]
            if not leave_image:
                flat = [min(max(v, 0), (width, height)[i % 2] - 1) for i, v in enumerate(flat)]
            shapes.append({"label": str(rng.choice(["target", "target", "target", "Ignore", "ignored area", "FLAG"])),
                           "points": [list(p) for p in zip(flat[::2], flat[1::2])]})
        annotation = json.dumps({"text": [f"caf\u00e9 {n}", "other"], "is_sentence": n % 2 == 0, "shapes": shapes},
                                ensure_ascii=False)
        with open(os.path.join(folder, name + ".json"), "wb") as file:
            file.write(annotation.encode("cp1252" if n % 3 == 0 else "utf-8"))
        with open(os.path.join(folder, name + ".jpg"), "wb") as file:
            file.write(cv2.imencode(".jpg", np.zeros((height, width, 3), np.uint8))[1].tobytes())
        truth = truths[name] = reasonseg_truth(cv2, shapes, height, width)
        mask = masks[name] = None if rng.uniform() < 0.1 else near(rng, (truth > 0).astype(np.uint8))
        lines.append({"id": name, "mask": None if mask is None else rle_of(rng, mask)})
    path = checker.write("reasonseg.jsonl", lines, rng)
    for label in ("published", "clean"):
        for rule in ("skip", "count"):
            samples = {}
            for name, values in truths.items():
                truth = merged(values, "sa2va_rle") if label == "published" else values
                sample = samples[name] = Aligned()
                if masks[name] is None:
                    sample.missing(truth, rule == "skip")
                else:
                    sample.pair(masks[name], truth)
            actual, per_sample = checker.run("reasonseg", [path], "--split", "test", "--ignore-label", label,
                                             "--missing-masks", rule)
            checker.same_scores(f"reasonseg {label} {rule}", aligned_scores(list(samples.values())), actual)
            checker.same_counts(f"reasonseg {label} {rule}", samples, per_sample)


# --------------------------------------------------------------------------------------------------------------- GCG


def iou_matrix(rows, columns):
    matrix = np.zeros((len(rows), len(columns)))
    for i, a in enumerate(rows):
        for j, b in enumerate(columns):
            union = np.sum(np.logical_or(a, b))
            matrix[i, j] = np.sum(np.logical_and(a, b)) / union if union else 0.0
    return matrix


def paired_iou(predicted, true):
    matrix, pairs = iou_matrix(predicted, true), []
    while matrix.size and matrix.max() > 0:
        i, j = np.unravel_index(np.argmax(matrix), matrix.shape)
        pairs.append(matrix[i, j])
        matrix = np.delete(np.delete(matrix, i, axis=0), j, axis=1)
    return float(np.mean(pairs)) if pairs else 0.0


def found_phrases(predicted, true, similarity):
    """`similarity`: labels x phrases. A mask beyond the phrases or labels voids the image."""
    matrix, found = iou_matrix(true, predicted), 0
    while matrix.size:
        i, j = np.unravel_index(np.argmax(matrix), matrix.shape)
        if matrix[i, j] < 0.5:
            break
        if i >= similarity.shape[0] or j >= similarity.shape[1]:
            return 0
        if similarity[i, j] < 0.5:
            break
        found += 1
        matrix[i, :] = 0
        matrix[:, j] = 0
    return found


def coco_ap50(mask_file, detections):
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(mask_file)
        evaluation = COCOeval(truth, truth.loadRes(detections), "segm")
        evaluation.params.catIds = [1]
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return float(evaluation.stats[1])


def make_gcg_image(rng, image_id, next_id):
    height, width = size(rng)
    true = [random_bits(rng, height, width) for _ in range(int(rng.integers(0, 6)))]
    if true and rng.uniform() < 0.2:
        true.append(true[0].copy())
    annotations = []
    for bits in true:
        annotations.append({"id": next_id + len(annotations), "image_id": image_id,
                            "category_id": 1 if rng.uniform() < 0.95 else 2, "iscrowd": int(rng.uniform() < 0.1),
                            "area": int(bits.sum()), "bbox": [0, 0, 1, 1], "segmentation": rle_of(None, bits)})
    predicted = [near(rng, true[int(rng.integers(len(true)))]) if true else random_bits(rng, height, width)
                 for _ in range(int(rng.integers(0, 7)))]
    if rng.uniform() < 0.02:
        predicted += [random_bits(rng, height, width) for _ in range(110)]
    names = ["a dog", "the man", "two cars", "sky"]
    labels = [str(rng.choice(names)) for _ in true]
    phrases = [str(rng.choice(names)) for _ in predicted]
    if rng.uniform() < 0.1:
        phrases = phrases[:-1]
    if rng.uniform() < 0.1:
        labels = labels[:-1]
    phrases = [p.upper() if rng.uniform() < 0.3 else f" {p} " for p in phrases]
    return {"id": image_id, "height": height, "width": width, "annotations": annotations, "true": true,
            "predicted": predicted, "labels": labels, "phrases": phrases}


def check_gcg(checker, rng, count):
    for round_number, text_ids in enumerate((False, True)):
        images, next_id = [], round_number  # the first round has an annotation with id 0
        for n in range(count // 4):
            number = 7 * (count - n) + int(rng.integers(0, 5))
            images.append(make_gcg_image(rng, f"im{number}" if text_ids else number, next_id))
            next_id += len(images[-1]["annotations"])
        masks = {"images": [{k: i[k] for k in ("id", "height", "width")} for i in images],
                 "annotations": [a for i in images for a in i["annotations"]],
                 "categories": [{"id": 1, "name": "thing"}, {"id": 2, "name": "other"}]}
        captions = {"images": [{"id": images[i]["id"]} for i in rng.permutation(len(images))],
                    "annotations": [{"id": n, "image_id": i["id"], "caption": f"a dog and a man {n}",
                                     "labels": i["labels"]} for n, i in enumerate(images)]}
        write_json(checker.root, "gcg/val_gcg_coco_mask_gt.json", masks)
        write_json(checker.root, "gcg/val_gcg_coco_caption_gt.json", captions)
        lines = [{"image_id": i["id"], "caption": "a dog", "phrases": i["phrases"],
                  "masks": [rle_of(None, bits) for bits in i["predicted"]]} for i in images]
        path = checker.write("gcg.jsonl", lines, rng)
        detections = [{"image_id": line["image_id"], "category_id": 1, "segmentation": mask, "score": 1.0}
                      for line in lines for mask in line["masks"]]
        ap50 = coco_ap50(os.path.join(checker.root, "gcg/val_gcg_coco_mask_gt.json"), detections)
        similarities = {str(i["id"]): rng.uniform(0.2, 1, (len(i["phrases"]), len(i["labels"]))) for i in images}
        write_json(checker.root, "gcg/similarities.json", {k: v.tolist() for k, v in similarities.items()})
        equal = {str(i["id"]): np.array([[float(p.strip().lower() == label.lower()) for label in i["labels"]]
                                         for p in i["phrases"]]).reshape(len(i["phrases"]), len(i["labels"]))
                 for i in images}
        for name, table, options in (("equal", equal, []),
                                     ("file", similarities,
                                      ["--similarities", os.path.join(checker.root, "gcg/similarities.json")])):
            actual, per_sample = checker.run("gcg", [path], *options)
            mious = {str(i["id"]): paired_iou(i["predicted"], i["true"]) for i in images}
            found = sum(found_phrases(i["predicted"], i["true"], table[str(i["id"])].T) for i in images)
            expected = {"ap50": ap50, "miou": float(np.mean(list(mious.values()))),
                        "recall": found / sum(len(i["labels"]) for i in images)}
            checker.same_scores(f"gcg {name}", expected, actual)
            for key, value in mious.items():
                checker.same(f"gcg sample {key} miou", value, per_sample[key]["miou"])


# -------------------------------------------------------------------------------------------------------------- main


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="folder with pixelsail-score")
    parser.add_argument("--samples", type=int, default=800, help="samples of each benchmark, about")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--leave-image", action="store_true",
                        help="reasonseg: also polygons that leave the picture, whose fill changed in OpenCV's history; "
                             "the Python package must then be of the version that the program is linked with")
    arguments = parser.parse_args()
    program = os.path.join(arguments.bin, "pixelsail-score")
    if not os.path.exists(program):
        sys.exit(f"masks_crosscheck: {program} is missing")
    try:
        import cv2
    except ImportError:
        print("masks_crosscheck: skipped, OpenCV's Python package (opencv-python-headless) is missing")
        sys.exit(77)
    rng = np.random.default_rng(arguments.seed)
    with tempfile.TemporaryDirectory() as root:
        checker = Checker(program, root)
        parts = (("perbench", lambda: check_texts(checker, rng, check_vtres(checker, rng, arguments.samples), 60)),
                 ("muse", lambda: check_muse(checker, rng, 4 * arguments.samples)),
                 ("reasonseg", lambda: check_reasonseg(checker, rng, arguments.samples, cv2, arguments.leave_image)),
                 ("gcg", lambda: check_gcg(checker, rng, 2 * arguments.samples)))
        for name, check in parts:
            before, numbers = checker.bad, checker.numbers
            check()
            print(f"{name:9}: {checker.numbers - numbers} numbers, {checker.bad - before} differences")
        print(f"masks_crosscheck: {checker.numbers} numbers compared, {checker.bad} differences above {TOLERANCE}, "
              f"worst {checker.worst:.3g}")
    sys.exit(1 if checker.bad else 0)


if __name__ == "__main__":
    main()
