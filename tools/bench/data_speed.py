#!/usr/bin/env python3
"""How fast annotations of the published size load, and how many samples a second the data threads make.

    data_speed.py --bin build/release/bin [--root DIR] [--workers 2] [--samples 400] [--json FILE]

Writes 2 GB of synthetic annotations into DIR (else into a folder that is removed again; a DIR that has them is taken as it
is) and runs `pixelsail-data speed` on each data set and on all of them: seconds until all annotations are read, the most
memory that the program had, samples of 1024 x 1024 pixels with four masks or marked regions a second, and processor time. Needs numpy and
OpenCV (tests/requirements.txt).
"""
import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PANOPTIC = [{"kind": kind, "objects_per_sample": 4} for kind in ("coco_semantic", "coco_instance", "coco_category")]
LLAVA = [{"kind": "llava", "rules": "published"}]
OSPREY = [{"kind": f"osprey_{kind}"} for kind in ("short", "conversation", "detail", "part", "lvis")]
REFCOCO = [{"kind": "refcoco", "rules": "published", "objects_per_sample": 4}]
CASES = {
    "RefCOCO: polygons": REFCOCO,
    "COCO panoptic: coco_semantic": PANOPTIC[:1],
    "COCO panoptic: three kinds": PANOPTIC,
    "LLaVA's mix": LLAVA,
    "LLaVA's mix, rules: simple": [{"kind": "llava", "root": "{root}/llava_simple"}],
    "Osprey: five files": OSPREY,
    "all by the published rules": REFCOCO + PANOPTIC + LLAVA + OSPREY,
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--root", type=pathlib.Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--samples", type=int, default=400)
    parser.add_argument("--cases", help="only those whose name contains this")
    parser.add_argument("--json", type=pathlib.Path)
    return parser.parse_args()


def speed(args, root, datasets, out):
    """What the program says, with its peak memory in MiB and its processor time."""
    command = [args.bin / "pixelsail-data", "speed", ROOT / "configs" / "train" / "cotrain_0_5b.yaml", "--json", out,
               "--samples", args.samples]
    for setting in (f"data.root={root}", "tokenizer=data/demo_tokenizer", "data.teachers=[]", f"data.workers={args.workers}",
                    "loss.distill.mask2former_channels=0", "loss.distill.sam2_channels=0",
                    "data.datasets=" + json.dumps(datasets).replace("{root}", str(root))):
        command += ["--set", setting]
    with subprocess.Popen([str(part) for part in command], cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"data_speed: pixelsail-data ended with {process.returncode}")
    said = json.loads(out.read_text())
    return {**said, "peak_mib": usage.ru_maxrss // 1024, "cpu_s": usage.ru_utime + usage.ru_stime}


def prepare(root):
    if (root / "ready").exists():
        return
    import data_files
    data_files.write_all(root)
    # The kind's default reads another name.
    (root / "llava_simple" / "llava").mkdir(parents=True, exist_ok=True)
    os.link(root / "llava" / "llava_v1_5_mix665k.json", root / "llava_simple" / "llava" / "llava_train.json")
    (root / "llava_simple" / "images").symlink_to(root / "images", target_is_directory=True)
    (root / "ready").touch()


def main():
    args = arguments()
    with contextlib.ExitStack() as stack:
        root = (args.root or pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))).resolve()
        root.mkdir(parents=True, exist_ok=True)
        prepare(root)
        results = {}
        print("| data | records | load s | peak MiB | samples/s | processor s of all | masks a sample | tokens a sample |\n|---|---|---|---|---|---|---|---|")
        for name, datasets in CASES.items():
            if args.cases and args.cases not in name:
                continue
            one = results[name] = speed(args, root, datasets, root / "speed.json")
            print(f"| {name} | {one['records']:,} | {one['load_s']:.1f} | {one['peak_mib']} | {one['samples_per_s']:.1f} | "
                  f"{one['cpu_s']:.1f} | {one['masks']:.1f} | {one['tokens']:.0f} |", flush=True)
        if args.json:
            args.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
