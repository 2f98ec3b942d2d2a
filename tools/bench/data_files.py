"""Annotation files as large as the published ones, about sixty-four pictures of 1024 x 1024 pixels.

write_all(ROOT) writes RefCOCO, COCO panoptic, LLaVA's mix and Osprey with the published numbers of records (Osprey's are
estimates, docs/datasets.md) in files of about the published sizes. Records share the pictures, so that each of them can be
made into a sample; texts are words in no order.
"""
import json
import pathlib
import pickle
import random

import cv2
import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
PICTURES = 64
SIDE = 1024
GRID = 4, 3  # places of objects in a picture
WORDS = ("the a left right of in on with man woman dog cup table red blue small large striped standing behind before "
         "picture can you see what is color there are two people near window street").split()
COCO_IDS = [1, 2, 3, 17, 18, 44, 47, 62, 67, 84, 100, 184]
# Records, and the file's published size in MB.
OSPREY = {"osprey_short_form": (50000, 57), "osprey_conversation": (40000, 106), "osprey_detail_description": (15000, 63),
          "osprey_part_level": (90367, 153), "osprey_lvis_positive_negative": (64000, 140)}
LLAVA = 665298, 1030
LLAVA_TEXT_ALONE = 40688


def name_of(i):
    return f"{i % PICTURES + 1:012}"


def words(rng, characters):
    text = []
    while characters > 0:
        text.append(rng.choice(WORDS))
        characters -= len(text[-1]) + 1
    return " ".join(text)


def outline(rng, place, points):
    """A closed line around an object in a cell of the picture."""
    columns, rows = GRID
    x, y = (place % columns + 0.5) * SIDE / columns, (place // columns + 0.5) * SIDE / rows
    angles = numpy.linspace(0, 2 * numpy.pi, points, endpoint=False)
    radius = 105 * numpy.array([rng.uniform(0.75, 1.1) for _ in angles])
    return [round(float(v), 2) for xy in zip(x + radius * numpy.cos(angles), y + 1.2 * radius * numpy.sin(angles)) for v in xy]


def write_pictures(root):
    """Photographs with noise, as cameras make them, and id maps whose segment k of picture i is always the same."""
    rng = random.Random(1)
    photo = cv2.imread(str(ROOT / "data" / "photo.jpg"))
    for folder in ("images/train2014", "images/train2017", "panoptic/panoptic_train2017"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for i in range(PICTURES):
        height, width = photo.shape[:2]
        side = rng.randrange(min(height, width) // 2, min(height, width))
        top, left = rng.randrange(height - side), rng.randrange(width - side)
        picture = cv2.resize(photo[top:top + side, left:left + side], (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        noise = numpy.random.default_rng(i).normal(0, 5, picture.shape)
        picture = numpy.clip(picture + noise, 0, 255).astype("uint8")
        ids = numpy.zeros((SIDE, SIDE, 3), "uint8")
        for k in range(len(COCO_IDS)):
            line = numpy.array(outline(rng, k, 60)).reshape(-1, 2).astype("int32")
            cv2.fillPoly(ids, [line], (0, k + 1, 200))  # blue, green, red
        quality = [cv2.IMWRITE_JPEG_QUALITY, 90]
        cv2.imwrite(str(root / "images/train2017" / f"{name_of(i)}.jpg"), picture, quality)
        cv2.imwrite(str(root / "images/train2014" / f"COCO_train2014_{name_of(i)}.jpg"), picture, quality)
        cv2.imwrite(str(root / "panoptic/panoptic_train2017" / f"{name_of(i)}.png"), ids)


def write_list(path, count, record):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write("[")
        for i in range(count):
            file.write((", " if i else "") + record(i))
        file.write("]")


def write_panoptic(root):
    image = ('{{"license": 3, "file_name": "{name}.jpg", "coco_url": "http://images.cocodataset.org/train2017/{name}.jpg", '
             '"height": 1024, "width": 1024, "date_captured": "2013-11-14 16:28:13", '
             '"flickr_url": "http://farm4.staticflickr.com/3153/2970773875_164f0c0b83_z.jpg", "id": {i}}}')
    segments = json.dumps([{"id": 200 + 256 * (k + 1), "category_id": COCO_IDS[k], "iscrowd": 0,
                            "bbox": [12 + k, 345, 210, 233], "area": 31234 + k} for k in range(len(COCO_IDS))])
    count = 118287
    path = root / "panoptic" / "panoptic_train2017.json"
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"info": {"year": 2018}, "licenses": [], "images": [')
        file.write(", ".join(image.format(name=name_of(i), i=i) for i in range(count)))
        file.write('], "annotations": [')
        for i in range(count):
            file.write(", " if i else "")
            file.write(f'{{"segments_info": {segments}, "file_name": "{name_of(i)}.png", "image_id": {i}}}')
        file.write('], "categories": [{"supercategory": "person", "isthing": 1, "id": 1, "name": "person"}]}')


def write_llava(root):
    rng = random.Random(2)
    count, size = LLAVA
    mean = size * 1e6 / count - 90  # of the conversation alone
    talks = []
    for _ in range(2000):
        pairs = rng.randrange(1, 10)
        length = mean * rng.uniform(0.4, 1.6) / pairs - 75
        talk = []
        for k in range(pairs):
            question = ("<image>\n" if k == 0 else "") + words(rng, length * 0.3) + "?"
            talk += [{"from": "human", "value": question}, {"from": "gpt", "value": words(rng, length * 0.7) + "."}]
        talks.append(json.dumps(talk))

    def record(i):
        talk = talks[i * 7919 % len(talks)]
        if i < LLAVA_TEXT_ALONE:
            return f'{{"id": "{i:012}", "conversations": {talk}}}'.replace("<image>\\n", "")
        return f'{{"id": "{i:012}", "image": "train2017/{name_of(i)}.jpg", "conversations": {talk}}}'

    write_list(root / "llava" / "llava_v1_5_mix665k.json", count, record)


def write_osprey(root):
    for number, (name, (count, size)) in enumerate(OSPREY.items()):
        rng = random.Random(10 + number)
        bodies = []
        for _ in range(300):
            regions = 4
            annotation = json.dumps([{"segmentation": [outline(rng, k, 24 if name == "osprey_conversation" else 12)]}
                                     for k in range(regions)])
            room = max(200, size * 1e6 / count - len(annotation) - 130)
            if name == "osprey_detail_description":
                said = [f"<region{k + 1}>: " + words(rng, room / regions - 20) for k in range(regions)]
                bodies.append(f'"annotation": {annotation}, "description": {json.dumps(said)}')
                continue
            talk = []
            for k in range(2):
                talk.append({"from": "human", "value": f"What is <region{k + 1}>? " + words(rng, room / 6 - 40)})
                talk.append({"from": "gpt", "value": words(rng, room / 3 - 40)})
            bodies.append(f'"annotation": {annotation}, "conversations": {json.dumps(talk)}')
        head = '{{"file_name": "{name}.jpg", "height": 1024, "width": 1024, {body}}}'
        write_list(root / "osprey" / f"{name}.json", count,
                   lambda i, bodies=bodies: head.format(name=name_of(i), body=bodies[i * 7919 % len(bodies)]))


def write_refcoco(root):
    """As many pictures, annotations, refs and sentences as RefCOCO has, all of the training split."""
    rng = random.Random(3)
    pictures, annotations, refs, sentences = 19994, 196771, 50000, 142209
    folder = root / "refcoco"
    folder.mkdir(parents=True, exist_ok=True)
    image = '{{"license": 1, "file_name": "COCO_train2014_{name}.jpg", "width": 1024, "height": 1024, "id": {i}}}'
    shapes = [json.dumps([outline(rng, k % len(COCO_IDS), 40)]) for k in range(600)]
    with open(folder / "instances.json", "w", encoding="utf-8") as file:
        file.write('{"info": {}, "images": [')
        file.write(", ".join(image.format(name=name_of(i), i=i) for i in range(pictures)))
        file.write('], "annotations": [')
        for i in range(annotations):
            file.write((", " if i else "") + f'{{"segmentation": {shapes[i % len(shapes)]}, "area": 31234.5, "iscrowd": 0, '
                       f'"image_id": {i % pictures}, "bbox": [12.3, 345.6, 210.7, 233.8], "category_id": 1, "id": {i}}}')
        file.write('], "categories": [{"supercategory": "person", "id": 1, "name": "person"}]}')
    made, number = [], 0
    for i in range(refs):
        texts = []
        for _ in range(3 if i < sentences - 2 * refs else 2):
            raw = words(rng, 18)
            texts.append({"tokens": raw.split(), "raw": raw, "sent_id": number, "sent": raw})
            number += 1
        made.append({"sent_ids": [text["sent_id"] for text in texts], "file_name": f"COCO_train2014_{name_of(i % pictures)}_{i}.jpg",
                     "ann_id": i, "ref_id": i, "image_id": i % pictures, "split": "train", "sentences": texts, "category_id": 1})
    with open(folder / "refs(unc).p", "wb") as file:
        pickle.dump(made, file, protocol=0)


def write_all(root):
    for write in (write_pictures, write_panoptic, write_llava, write_osprey, write_refcoco):
        write(root)
