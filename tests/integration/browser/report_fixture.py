"""A report for tests of its page: the published tables with rows of an invented run, evaluations of every kind,
pictures drawn here, and texts that try to be markup. Numbers are drawn from a seed; nothing is measured."""

import base64
import json
import random
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[3]

# Each of these would show as something else, or run, if it were taken for markup.
HOSTILE = (
    "</script><script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'>",
    "<!-- <script> -->",
    "\u2028window.hacked = 1\u2029",
    "\"quotes\" 'and' `ticks` \\ {{script}} &lt;b&gt; <b>bold</b>",
    "javascript:window.hacked=1",
)
LONG_WORD = "unbroken" * 40
COLOURS = {"red": (46, 52, 196), "green": (84, 150, 52), "blue": (196, 108, 40), "yellow": (52, 196, 232),
           "purple": (150, 62, 130)}
SHAPES = ("circle", "square", "triangle")
PLACES = ("left", "middle", "right")


def outline(shape, x, y, r):
    if shape == "circle":
        return cv2.ellipse2Poly((x, y), (r, r), 0, 0, 360, 6)
    if shape == "square":
        return np.array([(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)])
    return np.array([(x, y - r), (x + r, y + r), (x - r, y + r)])


def scene(rng, overlay):
    """A small picture as a data URI, and what its target is."""
    height, width = rng.choice(((192, 256), (224, 224), (256, 192)))
    tone = rng.randrange(196, 232)
    picture = np.full((height, width, 3), (tone, tone + 6, tone + 10), np.uint8)
    picture[height * 2 // 3:] = (tone - 26, tone - 18, tone - 12)
    target = None
    for k in range(3):
        shape, colour = rng.choice(SHAPES), rng.choice(list(COLOURS))
        x, y, r = width * (2 * k + 1) // 6, rng.randrange(height // 4, height * 3 // 4), rng.randrange(16, 30)
        points = outline(shape, x, y, r)
        cv2.fillPoly(picture, [points], COLOURS[colour], cv2.LINE_AA)
        if target is None or rng.random() < 0.4:
            target = (shape, colour, PLACES[k], points, r)
    if overlay:
        shape, colour, place, points, r = target
        moved = points + np.array([rng.randrange(-r // 2, r // 2), rng.randrange(-r // 2, r // 2)])
        layer = picture.copy()
        cv2.fillPoly(layer, [moved], (220, 60, 220))
        picture = cv2.addWeighted(layer, 0.45, picture, 0.55, 0)
        cv2.polylines(picture, [moved], True, (160, 0, 160), 2, cv2.LINE_AA)
        cv2.polylines(picture, [points], True, (255, 255, 255), 1, cv2.LINE_AA)
    encoded = cv2.imencode(".png", picture)[1].tobytes()
    return "data:image/png;base64," + base64.b64encode(encoded).decode(), target[:3]


def paper_tables():
    """data/paper_tables.json as a report holds it, with rows of this run."""
    published = json.loads((ROOT / "data" / "paper_tables.json").read_text())["tables"]
    titles = {"1_": "Referring segmentation", "2_": "Region captions (RefCOCOg)", "3_": "PerBench", "4_": "Visual questions"}
    tables = []
    for name, table in published.items():
        keys = [key for key in table["rows"][0] if key not in ("method", "llm_size", "group", "scores", "resolution_800")]
        columns = table.get("columns") or [key.replace("_", " ") for key in keys]
        percent = lambda key, value: value if value is None or key != "mcq_accuracy" else round(100 * value, 2)
        rows = [{"method": row["method"], "size": row["llm_size"], "group": row.get("group", ""), "ours": False,
                 "values": row["scores"] if "scores" in row else [percent(key, row.get(key)) for key in keys]}
                for row in table["rows"]]
        ours = [round(31.7 + 2.137 * i, 4) for i in range(len(columns))]
        if "mme" in columns[0]:
            ours[0] = "610.5/231.4"
        rows.append({"method": "demo model", "size": "0.01B", "group": "This run, synthetic data", "ours": True, "values": ours})
        title = next(value for key, value in titles.items() if name.startswith(key))
        tables.append({"id": name, "title": title, "metric": table.get("metric", ""), "columns": columns, "rows": rows,
                       **({"note": table["note"]} if "note" in table else {})})
    return tables


def distribution(rng, low, count):
    scores = [min(0.9999, max(0.0, rng.gauss(low, 0.24))) if rng.random() > 0.14 else 0.0 for _ in range(count)]
    return np.histogram(scores, 20, (0, 1))[0].tolist()


def breakdown(rng, title, metric, names, value, scale):
    return {"title": title, "metric": metric, "rows": [
        {"name": name, "samples": rng.randrange(3, 90), "value": scale * min(1, max(0, rng.gauss(value, 0.12)))}
        for name in names]}


def example(rng, job, index, kind, value):
    group = ("best", "worst", "random")[index % 3]
    picture, (shape, colour, place) = scene(rng, kind == "mask")
    fraction = {"best": rng.uniform(0.85, 1), "worst": rng.uniform(0, 0.15), "random": rng.uniform(0, 1)}[group]
    questions = {"mask": f"Please segment the {colour} {shape} on the {place} in this image.",
                 "caption": "Can you describe the region <Prompt0>?",
                 "choice": f"Where is the {colour} {shape}?\nA. left\nB. middle\nC. right",
                 "yes_no": f"Is there a {colour} {shape} in the image? Please answer yes or no."}
    answers = {"mask": "It is [SEG].", "caption": f"a {colour} {shape}", "choice": rng.choice("ABC"), "yes_no": rng.choice(("Yes", "No"))}
    references = {"mask": "", "caption": f"the {colour} {shape} on the {place}", "choice": "ABC"[PLACES.index(place)], "yes_no": "Yes"}
    return {"id": f"{job}/{index:05d}", "group": group, "metric": "IoU" if kind == "mask" else "score",
            "score": fraction if value == "fraction" else round(100 * fraction, 2), "category": rng.choice(("colour", "position", "shape")),
            "words": len(questions[kind].split()), "question": questions[kind], "answer": answers[kind],
            "reference": references[kind], "picture": picture}


def job(rng, name, benchmark, split, kind, main, count, value, chance, unit="fraction", scale=1.0):
    metrics = [{"name": main, "value": scale * value, "low": scale * (value - 0.031), "high": scale * (value + 0.029), "chance": scale * chance}]
    extra = {"mask": ("gIoU", "Pr@0.5", "Pr@0.7", "Pr@0.9"), "caption": ("CIDEr", "BLEU-4", "ROUGE-L"), "choice": ("parsed",), "yes_no": ("accuracy+",)}
    for k, other in enumerate(extra[kind]):
        v = value * (1.04 - 0.2 * k)
        metrics.append({"name": other, "value": scale * v, "low": scale * (v - 0.035), "high": scale * (v + 0.03),
                        "chance": None if k == 2 else scale * chance * (0.9 - 0.2 * k)})
    samples = 160 + 37 * len(name)
    made = {"name": name, "benchmark": benchmark, "split": split, "answered_by": "demo model", "unit": unit, "metrics": metrics,
            "counts": {"samples": samples, "images": samples // 4, "no_target": 12, "retried": 3}, "failures": [],
            "breakdowns": [breakdown(rng, "Category", main, ("colour", "position", "shape"), value, scale),
                           breakdown(rng, "Length of the question", main, ("1 to 4 words", "5 to 8 words", "9 and more words"), value, scale)],
            "examples": [example(rng, name.replace(" ", "_"), i, kind, unit) for i in range(count)]}
    if kind == "mask":
        made["histogram"] = {"metric": "IoU", "edges": [i / 20 for i in range(21)], "counts": distribution(rng, value, samples),
                             "chance": distribution(rng, chance, samples)}
    return made


def hostile_job(rng):
    """One evaluation whose every text is hostile, and whose numbers are missing where they may be."""
    made = job(rng, HOSTILE[0], HOSTILE[1], LONG_WORD, "mask", HOSTILE[2], 0, 0.2, 0.2)
    made["metrics"] += [{"name": HOSTILE[4], "value": None}, {"name": LONG_WORD, "value": None, "low": None, "high": None, "chance": None}]
    made["failures"] = [f"{name}: cannot be read" for name in HOSTILE]
    made["counts"][HOSTILE[1]] = None
    made["breakdowns"].append({"title": HOSTILE[4], "metric": HOSTILE[2], "rows": [
        {"name": f"{HOSTILE[k % len(HOSTILE)]} {k}", "samples": None, "value": None} for k in range(30)]})
    for k, words in enumerate((*HOSTILE, LONG_WORD)):
        made["examples"].append({"id": f"hostile/{k}", "group": "random", "metric": "IoU", "score": None, "category": words, "words": None,
                                 "question": words, "answer": words, "reference": words, "picture": "x' onerror='window.hacked = 1" if k else None})
    return made


def full_report():
    rng = random.Random(7)
    jobs = []
    for benchmark, splits in (("refcoco", ("val", "testA", "testB")), ("refcoco+", ("val", "testA", "testB")), ("refcocog", ("val(U)", "test(U)"))):
        for split in splits:
            jobs.append(job(rng, f"{benchmark} {split}", benchmark, split, "mask", "cIoU", 45, rng.uniform(0.5, 0.72), rng.uniform(0.12, 0.2)))
    jobs.append(job(rng, "grefcoco val", "grefcoco", "val", "mask", "cIoU", 45, 0.41, 0.17))
    jobs[-1]["failures"] = ["images/000000001203.jpg: no such file", "images/000000004411.jpg: the file is cut off after 1,024 bytes"]
    jobs.append(job(rng, "refcocog captions", "refcocog_caption", "val", "caption", "METEOR", 40, 0.334, 0.21))
    jobs[-1]["metrics"][0]["chance"] = 0.325  # below the value, inside its interval
    jobs.append(job(rng, "PerBench choices", "perbench_mcq", "", "choice", "accuracy", 40, 0.742, 0.33))
    jobs.append(job(rng, "MMBench dev", "mmbench", "dev_en", "choice", "accuracy", 40, 0.30, 0.41))
    jobs.append(job(rng, "MME", "mme", "", "yes_no", "total", 40, 0.3, 0.2, "points", 2800.0))
    return {"title": "Pixel-SAIL demo on synthetic data", "tables": paper_tables(), "jobs": jobs + [hostile_job(rng)],
            "config": {"checkpoint": "data/demo_model", "benchmarks": ["refcoco", "mme"], "text": HOSTILE[0], "max_new_tokens": 512}}


def large_report():
    """40 evaluations and 2,000 examples."""
    rng = random.Random(8)
    return {"title": "Many", "tables": [], "jobs": [
        job(rng, f"benchmark {i // 4} split {i % 4}", f"benchmark {i // 4}", f"split {i % 4}", "mask", "cIoU", 50, 0.5, 0.1) for i in range(40)]}


def odd_reports():
    """Reports of which parts are missing or of another type: each must give a page without errors."""
    empty_job = {"name": "nothing"}
    return {
        "empty": {},
        "no jobs": {"title": "No jobs", "tables": [], "jobs": []},
        "empty job": {"title": "x", "jobs": [empty_job, {}], "tables": [{}, {"title": "t", "columns": ["a"], "rows": [{}]}]},
        "wrong types": {"title": 3, "config": "a: 1\n</script>", "tables": [{"columns": 3, "rows": {"a": 1}}],
                        "jobs": [{"name": 5, "metrics": [None, 3, {"name": None, "value": "x", "chance": []}], "counts": [1], "failures": "no",
                                  "histogram": {"edges": [0, 1], "counts": [1, 2]}, "breakdowns": [{"rows": [None]}], "unit": 7,
                                  "examples": [None, {"picture": 3, "score": "9"}]}]},
        "null numbers": {"title": "n", "jobs": [{"name": "j", "unit": "fraction", "metrics": [{"name": "m", "value": None, "low": None, "high": None, "chance": 0.5}],
                                                 "histogram": {"metric": "m", "edges": [0, 0.5, 1], "counts": [None, None]}}]},
    }
