"""Scores random predictions with pycocotools and numpy and compares with pixelsail-score.

Writes data sets in the published layouts (instances.json, refs(unc).p, grefs(unc).json) with random polygons, several
overlapping ones to an annotation, some partly outside their image; scores 2,000 random predictions for each from the
formulas, with ground truth decoded by pycocotools; runs pixelsail-score for every --gt-merge and several
--nt-min-pixels; every number must agree to 1e-9. Exit code 1 and a line for each difference otherwise.

    python score_crosscheck.py --bin build/release/bin [--predictions 2000] [--seed 1]
"""

import argparse
import json
import os
import pickle
import subprocess
import sys
import tempfile

import numpy as np
from pycocotools import mask as coco_mask

TOLERANCE = 1e-9
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)
MERGES = ("union", "lisa_sum", "sa2va_rle")
KINDS = ("attribute", "position", "relation")


# ---------------------------------------------------------------------------------------------------- random data set


def random_polygon(rng, height, width):
    """A star-shaped polygon that may stick out of the image."""
    corners = int(rng.integers(3, 9))
    x, y = rng.uniform(-0.1, 1.1) * width, rng.uniform(-0.1, 1.1) * height
    angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
    radii = rng.uniform(0.05, 0.45, corners) * max(height, width)
    points = np.stack([x + radii * np.cos(angles), y + radii * np.sin(angles)], axis=1)
    return [round(float(v), 2) for v in points.ravel()]


def overlapping_polygons(rng, height, width):
    """One to four polygons; most of them share pixels."""
    polygons = [random_polygon(rng, height, width)]
    for _ in range(int(rng.integers(0, 4))):
        shift = rng.uniform(-0.15, 0.15, 2) * (width, height)
        base = np.array(polygons[0]).reshape(-1, 2)
        polygons.append([round(float(v), 2) for v in (base + shift).ravel()])
    return polygons


def make_images(rng, count):
    images, annotations = [], []
    for i in range(count):
        height, width = (int(v) for v in rng.integers(20, 90, 2))
        image_id = 1000 + 7 * i
        images.append({"id": image_id, "file_name": f"COCO_train2014_{image_id:012d}.jpg", "height": height,
                       "width": width})
        for _ in range(int(rng.integers(2, 6))):
            form = rng.uniform()
            if form < 0.08:
                segmentation = []
            elif form < 0.2:
                bits = np.asfortranarray((rng.uniform(size=(height, width)) < 0.3).astype(np.uint8))
                segmentation = coco_mask.encode(bits)
                segmentation["counts"] = segmentation["counts"].decode()
            else:
                segmentation = overlapping_polygons(rng, height, width)
            annotations.append({"id": 50000 + 3 * len(annotations), "image_id": image_id, "category_id": 1,
                                "iscrowd": 0, "bbox": [0, 0, 1, 1], "area": 1.0, "segmentation": segmentation})
    categories = [{"id": 1, "name": "thing", "supercategory": "thing"}]
    return {"images": images, "annotations": annotations, "categories": categories}


def make_refs(rng, instances, sentences, several_targets):
    """Refs of the split val (and some of train, which must not count) with `sentences` sentences in val."""
    of_image = {}
    for annotation in instances["annotations"]:
        of_image.setdefault(annotation["image_id"], []).append(annotation["id"])
    file_names = {image["id"]: image["file_name"] for image in instances["images"]}
    image_ids = list(of_image)
    refs, sent_id, in_val = [], 0, 0
    while in_val < sentences:
        image_id = image_ids[int(rng.integers(len(image_ids)))]
        if several_targets:
            if rng.uniform() < 0.25:
                targets = [-1]
            else:
                size = int(rng.integers(1, len(of_image[image_id]) + 1))
                targets = [int(v) for v in rng.choice(of_image[image_id], size, replace=False)]
            ann_id, category = targets, [-1] if targets == [-1] else [1] * len(targets)
        else:
            ann_id, category = int(rng.choice(of_image[image_id])), 1
        split = "train" if rng.uniform() < 0.1 else "val"
        texts = []
        for _ in range(int(rng.integers(1, 4))):
            if split == "val" and in_val == sentences:
                break
            in_val += split == "val"
            text = f"thing number {sent_id}"
            texts.append({"raw": text, "sent": text, "sent_id": sent_id, "tokens": text.split(),
                          "kind": KINDS[sent_id % len(KINDS)]})
            sent_id += 1
        if texts:
            refs.append({"ref_id": 10 + len(refs), "ann_id": ann_id, "category_id": category, "image_id": image_id,
                         "file_name": file_names[image_id], "split": split, "sentences": texts,
                         "sent_ids": [t["sent_id"] for t in texts]})
    return refs


def write_data(root, name, instances, refs):
    folder = os.path.join(root, name)
    os.makedirs(folder)
    with open(os.path.join(folder, "instances.json"), "w") as file:
        json.dump(instances, file)
    if name == "grefcoco":
        with open(os.path.join(folder, "grefs(unc).json"), "w") as file:
            json.dump(refs, file)
        return
    protocol = {"refcoco": 0, "refcoco+": 2, "refcocog": 4}[name]
    by = "umd" if name == "refcocog" else "unc"
    with open(os.path.join(folder, f"refs({by}).p"), "wb") as file:
        pickle.dump(refs, file, protocol=protocol)


# ------------------------------------------------------------------------------------------------------- ground truth


def summed(annotation, height, width):
    """How often each pixel is covered."""
    segmentation = annotation["segmentation"]
    if isinstance(segmentation, dict):
        return coco_mask.decode(segmentation).astype(np.uint8)
    total = np.zeros((height, width), np.uint8)
    if segmentation:
        total += coco_mask.decode(coco_mask.frPyObjects(segmentation, height, width)).sum(axis=2).astype(np.uint8)
    return total


def ground_truth(annotations, height, width, merge):
    values = np.zeros((height, width), np.uint8)
    for annotation in annotations:
        covered = summed(annotation, height, width)
        values |= (covered > 0).astype(np.uint8) if merge == "union" else covered
    if merge == "sa2va_rle":
        values = coco_mask.decode(coco_mask.encode(np.asfortranarray(values)))
    return values


# -------------------------------------------------------------------------------------------------------- predictions


def random_prediction(rng, truth):
    """From nothing over a few pixels to nearly right, as a binary map; None for an answer without a mask."""
    height, width = truth.shape
    form = rng.uniform()
    if form < 0.12:
        return None
    if form < 0.2:
        return np.zeros_like(truth)
    if form < 0.35:
        few = np.zeros_like(truth)
        few.ravel()[rng.choice(truth.size, int(rng.integers(1, 80)), replace=False)] = 1
        return few
    if form < 0.45:
        polygons = coco_mask.frPyObjects([random_polygon(rng, height, width)], height, width)
        return coco_mask.decode(polygons)[:, :, 0]
    if form < 0.55:
        return (truth > 0).astype(np.uint8)
    noise = rng.uniform(size=truth.shape) < rng.uniform(0, 0.3)
    return np.where(noise, 1 - (truth > 0), truth > 0).astype(np.uint8)


# ------------------------------------------------------------------------------------------------------------ scoring


def counts(truth, predicted):
    """Intersection and "union" of class 1, from class histograms: values above 1 are in neither class of the truth."""
    intersection = int(np.sum((predicted == 1) & (truth == 1)))
    return intersection, int(np.sum(predicted == 1)) + int(np.sum(truth == 1)) - intersection


def plain_scores(samples):
    inter = sum(s["I"] for s in samples)
    union = sum(s["U"] for s in samples)
    per_sample = [1.0 if s["U"] == 0 else s["I"] / (s["U"] + 1e-5) for s in samples]
    exact = [1.0 if s["U"] == 0 else s["I"] / s["U"] for s in samples]
    return {"samples": len(samples), "ciou": inter / (union + 1e-10), "giou": float(np.mean(per_sample)),
            "pr": {str(t): float(np.mean([v >= t for v in exact])) for t in THRESHOLDS}}


def no_target_scores(samples, min_pixels):
    tp = fn = fp = tn = inter = union = 0
    ious, targeted = [], []
    for s in samples:
        says_none = s["pixels"] is None or s["pixels"] < max(1, min_pixels)
        if s["none"]:
            tp, fn = tp + says_none, fn + (not says_none)
            ious.append(1.0 if says_none else 0.0)
            union += 0 if says_none else s["U"]
            continue
        fp, tn = fp + says_none, tn + (not says_none)
        iou = 0.0 if says_none or s["U"] == 0 else s["I"] / s["U"]
        inter += 0 if says_none else s["I"]
        union += s["U"]
        ious.append(iou)
        targeted.append(iou)
    return {"samples": len(samples), "ciou": inter / union, "giou": float(np.mean(ious)),
            "pr": {str(t): float(np.mean([v >= t for v in targeted])) for t in THRESHOLDS},
            "n_acc": tp / (tp + fn), "t_acc": tn / (tn + fp)}


def differences(expected, actual, path=""):
    if isinstance(expected, dict):
        for key, value in expected.items():
            if not isinstance(actual, dict) or key not in actual:
                yield f"{path}{key}: missing"
            else:
                yield from differences(value, actual[key], f"{path}{key}.")
    elif not isinstance(actual, (int, float)) or abs(expected - actual) > TOLERANCE:
        yield f"{path.rstrip('.')}: expected {expected!r}, got {actual!r}"


# --------------------------------------------------------------------------------------------------------------- main


def run_score(program, root, benchmark, file, merge, min_pixels):
    command = [program, "--benchmark", benchmark, "--split", "val", "--annotations", root, "--predictions", file,
               "--gt-merge", merge, "--nt-min-pixels", str(min_pixels)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"score_crosscheck: {' '.join(command)} ended with {result.returncode}: {result.stderr}")
    return json.loads(result.stdout)


def check_benchmark(program, root, benchmark, wanted, rng):
    """Number of comparisons and of differences, which are printed."""
    instances = make_images(rng, 120)
    refs = make_refs(rng, instances, wanted, benchmark == "grefcoco")
    write_data(root, benchmark, instances, refs)
    sizes = {image["id"]: (image["height"], image["width"]) for image in instances["images"]}
    annotations = {a["id"]: a for a in instances["annotations"]}

    expressions, predictions, lines = [], [], []
    for ref in refs:
        ids = ref["ann_id"] if isinstance(ref["ann_id"], list) else [ref["ann_id"]]
        targets = [] if ids == [-1] else [annotations[i] for i in ids]
        for sentence in ref["sentences"] if ref["split"] == "val" else []:
            expressions.append((ref, sentence, targets))
            predicted = random_prediction(rng, ground_truth(targets, *sizes[ref["image_id"]], "union"))
            predictions.append(predicted)
            rle = None
            if predicted is not None:
                rle = coco_mask.encode(np.asfortranarray(predicted))
                rle["counts"] = rle["counts"].decode()
            lines.append({"ref_id": ref["ref_id"], "sent_id": sentence["sent_id"], "image_id": ref["image_id"],
                          "answer": "It is [SEG]." if rle else "No.", "mask": rle})
    assert len(expressions) == wanted
    file = os.path.join(root, f"{benchmark}.jsonl")
    with open(file, "w") as out:
        for i in rng.permutation(len(lines)):
            out.write(json.dumps(lines[i]) + "\n")

    runs = bad = 0
    for merge in MERGES:
        samples = []
        for (ref, sentence, targets), predicted in zip(expressions, predictions):
            truth = ground_truth(targets, *sizes[ref["image_id"]], merge)
            mask = np.zeros_like(truth) if predicted is None else predicted
            inter, union = counts(truth, mask)
            samples.append({"I": inter, "U": union, "none": not targets, "kind": sentence["kind"],
                            "pixels": None if predicted is None else int(predicted.sum())})
        for min_pixels in (0, 1, 20, 50) if benchmark == "grefcoco" else (0,):
            def score(chosen):
                return no_target_scores(chosen, min_pixels) if benchmark == "grefcoco" else plain_scores(chosen)

            expected = score(samples)
            expected["kinds"] = {k: score([s for s in samples if s["kind"] == k]) for k in KINDS}
            actual = run_score(program, root, benchmark, file, merge, min_pixels)
            found = list(differences(expected, actual))
            if (actual["benchmark"], actual["split"], actual["gt_merge"]) != (benchmark, "val", merge):
                found.append("benchmark, split or gt_merge are not what was asked for")
            for line in found:
                print(f"{benchmark} {merge} nt_min_pixels {min_pixels}: {line}")
            print(f"{benchmark:9} {merge:9} nt_min_pixels {min_pixels:2}: cIoU {actual['ciou']:.6f}, "
                  f"{'differs' if found else 'agrees'}")
            runs, bad = runs + 1, bad + len(found)
    return runs, bad


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="folder with pixelsail-score")
    parser.add_argument("--predictions", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    program = os.path.join(arguments.bin, "pixelsail-score")
    if not os.path.exists(program):
        sys.exit(f"score_crosscheck: {program} is missing")
    rng = np.random.default_rng(arguments.seed)
    runs = bad = 0
    with tempfile.TemporaryDirectory() as root:
        for benchmark in ("refcoco", "refcoco+", "refcocog", "grefcoco"):
            done, differing = check_benchmark(program, root, benchmark, arguments.predictions, rng)
            runs, bad = runs + done, bad + differing
    print(f"score_crosscheck: {runs} scorings of {arguments.predictions} predictions, {bad} differences above {TOLERANCE}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
