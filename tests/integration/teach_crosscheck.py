#!/usr/bin/env python3
"""Features of pixelsail-teach against those that Python computes with the models that were exported.

    teach_crosscheck.py --bin DIR [--formats pt,pt2] [--teachers sam2,...] [--modules DIR]

Exports SAM 2.1's image encoder and Mask2Former's pixel decoder with random weights at small size, and EfficientNet-Lite0
with the published ones, by tools/export_teacher.py; runs pixelsail-teach on pictures; and computes the same features here
from the models themselves, pictures decoded and resized by Pillow. The largest difference of a map, relative to its
largest value, may be 1e-4. With --modules the exported files are kept in that folder, and those that are there are taken
(to compile a package takes minutes). Ends with 77 where the packages of tools/teacher_requirements.txt are missing; the
small modules of tests/golden/teacher are checked without them.
"""
import argparse
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT = 1e-4
NEEDED = ("torch", "transformers", "safetensors", "PIL", "numpy", "efficientnet_lite_pytorch")


def skip(reason):
    print(f"teach_crosscheck: skipped: {reason}")
    sys.exit(77)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--formats", default="pt,pt2")
    parser.add_argument("--teachers", default="sam2,mask2former,efficientnet-lite0")
    parser.add_argument("--modules", type=pathlib.Path, help="folder of exported modules")
    return parser.parse_args()


def exporter():
    spec = importlib.util.spec_from_file_location("export_teacher", ROOT / "tools" / "export_teacher.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_pictures(folder):
    """A photograph, golden pictures of other shapes."""
    folder.mkdir()
    names = [ROOT / "data" / "photo.jpg", *sorted((ROOT / "tests" / "golden" / "teacher" / "images").rglob("*.png"))]
    for path in names:
        (folder / path.name).write_bytes(path.read_bytes())


def python_features(export, teacher, arguments, images):
    """From a model of its own, made as the exporter makes it."""
    import numpy
    import torch
    from PIL import Image
    make, size, small = export.TEACHERS[teacher]
    torch.manual_seed(arguments.seed)
    arguments.size = small if arguments.random else size
    model = make(arguments).eval()
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in model.colors)
    rule = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}[model.filter]
    features = {}
    with torch.no_grad():
        for path in sorted(images.iterdir()):
            image = Image.open(path).convert("RGB").resize((arguments.size, arguments.size), rule)
            pixels = torch.from_numpy(numpy.asarray(image, dtype="float32")).permute(2, 0, 1) / 255
            features[path.name] = model(((pixels - mean) / std)[None])[0]
    return features


def run_teach(programs, module, images, out):
    done = subprocess.run([programs / "pixelsail-teach", "--module", module, "--images", images, "--out", out,
                           "--device", "cpu", "--json", out / "summary.json"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"teach_crosscheck: pixelsail-teach ended with {done.returncode}:\n{done.stderr}")
    return json.loads((out / "summary.json").read_text())


def largest_difference(wanted, out):
    from safetensors.torch import load_file
    index = json.loads((out / "index.json").read_text())
    if index["shards"].keys() != wanted.keys():
        sys.exit(f"teach_crosscheck: {out}: has {sorted(index['shards'])}, not {sorted(wanted)}")
    shards = {name: load_file(out / name) for name in set(index["shards"].values())}
    worst = 0.0
    for name, shard in index["shards"].items():
        found = shards[shard][name].float()
        if found.shape != wanted[name].shape:
            sys.exit(f"teach_crosscheck: {name}: {tuple(found.shape)}, wanted {tuple(wanted[name].shape)}")
        worst = max(worst, ((found - wanted[name]).abs().max() / wanted[name].abs().max()).item())
    return worst


def main():
    arguments = parse()
    for name in NEEDED:
        if importlib.util.find_spec(name) is None:
            skip(f"{name} is not installed (tools/teacher_requirements.txt)")
    export = exporter()
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        write_pictures(work / "images")
        modules = arguments.modules or work / "modules"
        formats = arguments.formats.split(",")
        for teacher in arguments.teachers.split(","):
            random = teacher != "efficientnet-lite0"
            files = [modules / f"{teacher}{'-random' if random else ''}.{ending}" for ending in formats]
            if not all(path.exists() for path in files):
                command = [sys.executable, ROOT / "tools" / "export_teacher.py", teacher, "--out", modules, "--store", "f32",
                           "--formats", arguments.formats] + (["--random"] if random else [])
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            settings = argparse.Namespace(random=random, weights=None, seed=1)
            wanted = python_features(export, teacher, settings, work / "images")
            for module in files:
                summary = run_teach(arguments.bin.resolve(), module, work / "images", work / module.name)
                worst = largest_difference(wanted, work / module.name)
                print(f"{module.name}: {summary['done']} pictures, {summary['channels']} channels, largest difference "
                      f"{worst:.2e}, {summary['seconds']:.1f} s", flush=True)
                if worst > LIMIT:
                    sys.exit(f"teach_crosscheck: {module.name}: {worst:.2e} is above {LIMIT}")


if __name__ == "__main__":
    main()
