#!/usr/bin/env python3
"""The configurations of published trainings have the published shares: the weights of each resolved configuration are those that
tests/golden/mix derives from copies, repeats and records, to 1e-6; and they say "rules: published" where a kind has a choice.

Usage: mix_shares.py --bin DIR
"""

import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "mix"
HAVE_A_CHOICE = {"refcoco", "refcoco+", "refcocog", "grefcoco", "llava"}

try:
    import yaml
except ImportError:
    sys.exit(77)


def resolve(binaries, name):
    command = [str(binaries / "pixelsail-train"), f"configs/train/{name}.yaml", "--print-config"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{name}: {done.stderr}")
    return yaml.safe_load(done.stdout)


def faults_of(config, published, wanted):
    datasets = config["data"]["datasets"]
    kinds = [one["kind"] for one in datasets]
    if sorted(kinds) != sorted(wanted["shares"]):
        yield f"data sets {kinds}, published {list(wanted['shares'])}"
        return
    # PyYAML takes 1e+06 for a text.
    total = sum(float(one["weight"]) for one in datasets)
    for one in datasets:
        kind, share = one["kind"], float(one["weight"]) / total
        if abs(share - wanted["shares"][kind]) > 1e-6:
            yield f"{kind} has a share of {share}, published {wanted['shares'][kind]}"
        if kind in HAVE_A_CHOICE and one["rules"] != "published":
            yield f"{kind} is not read by the published rules"
    train = config["train"]
    if train["steps"] != -(-wanted["samples"] // train["accumulate"]):
        yield f"{train['steps']} steps of {train['accumulate']} are not one epoch of {wanted['samples']} samples"
    if train["accumulate"] % published["accumulate"]:
        yield f"{train['accumulate']} micro-batches are not shared out by processes of {published['accumulate']}"
    for section, key in (("model", "seg_hidden_states"), ("model", "backbone"), ("data", "max_length")):
        if config[section][key] != published[key]:
            yield f"{section}.{key} is {config[section][key]}, published {published[key]}"
    teachers = {one["slot"] for one in config["data"].get("teachers") or []}
    if teachers != set(published["distill"]):
        yield f"teachers {sorted(teachers)}, published {published['distill']}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    binaries = parser.parse_args().bin.resolve()
    subprocess.run([sys.executable, str(GOLDEN / "make_shares.py"), "--check"], check=True)
    shares = json.loads((GOLDEN / "shares.json").read_text(encoding="utf-8"))
    published = json.loads((GOLDEN / "published.json").read_text(encoding="utf-8"))
    faults = []
    for name, wanted in shares.items():
        for fault in faults_of(resolve(binaries, name), published[name], wanted):
            faults.append(f"configs/train/{name}.yaml: {fault}")
    if faults:
        sys.exit("\n".join(faults))
    print(f"mix_shares: {len(shares)} configurations")


if __name__ == "__main__":
    main()
