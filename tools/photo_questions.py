#!/usr/bin/env python3
"""Prints a question about each photograph of data/things, as pixelsail-predict --jsonl reads them: paths from the project's folder."""
import json
import pathlib

PHOTOS = pathlib.Path("data/things/photos")

for line in (PHOTOS / "samples.jsonl").read_text(encoding="utf-8").splitlines():
    sample = json.loads(line)
    print(json.dumps({"image": str(PHOTOS / "images" / sample["image"]), "prompt": f" Please segment {sample['expression']} in this image."}))
