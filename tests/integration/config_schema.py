#!/usr/bin/env python3
"""docs/config.md is what the programs say, and the JSON Schema accepts every shipped configuration and refuses what the
programs refuse.

    tests/integration/config_schema.py --bin build/release/bin
"""

import argparse
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class Loader(yaml.SafeLoader):
    """YAML 1.2's numbers, as yaml-cpp reads them: 1e-5 is one."""


Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", __import__("re").compile(r"^[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?$"), list("-+0123456789"))
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, resolvers in Loader.yaml_implicit_resolvers.items()
}

# What is changed in a file that is right: key path, value. None takes the key away.
BROKEN = {
    "train": [(("model",), None), (("train", "stepz"), 5), (("train", "steps"), -1), (("train", "optimizer", "kind"), "sgd"), (("output_dir",), None),
              (("train", "steps"), "many"), (("data", "datasets", 0, "kind"), None)],
    "eval": [(("batch_sise",), 5), (("batch_size",), 0), (("on_error",), "go on"), (("benchmarks", 0, "root"), None),
             (("benchmarks", 0, "benchmark"), "refcocoo")],
}


def changed(config, path, value):
    result = copy.deepcopy(config)
    place = result
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    programs = parser.parse_args().bin
    failures = []

    said = subprocess.run([ROOT / "tools/config_docs.sh", programs.resolve()], check=True, capture_output=True, text=True).stdout
    if said != (ROOT / "docs/config.md").read_text(encoding="utf-8"):
        failures.append("docs/config.md is not current: tools/config_docs.sh > docs/config.md")

    checked = 0
    for name in ("train", "eval"):
        program = programs / f"pixelsail-{name}"
        schema = json.loads(subprocess.run([program, "--schema"], check=True, capture_output=True).stdout)
        validator = jsonschema.Draft202012Validator(schema)
        validator.check_schema(schema)
        files = sorted((ROOT / "configs" / name).glob("*.yaml"))
        if name == "train":
            files += sorted((ROOT / "configs" / "ablation").glob("*.yaml"))
        for file in files:
            config = yaml.load(file.read_text(encoding="utf-8"), Loader)
            for error in validator.iter_errors(config):
                failures.append(f"{file}: {error.json_path}: {error.message}")
            checked += 1
        # Whole, so that no key is left to a base or to defaults.
        whole = ROOT / f"configs/{name}" / ("shapes.yaml" if name == "train" else "refcoco.yaml")
        good = yaml.load(subprocess.run([program, whole, "--print-config"], check=True, cwd=ROOT, capture_output=True,
                                        text=True).stdout, Loader)
        for path, value in BROKEN[name]:
            bad = changed(good, path, value)
            with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                yaml.safe_dump(bad, file)
                file.flush()
                refused = subprocess.run([program, file.name, "--print-config"], capture_output=True, check=False).returncode
            if refused != 2:
                failures.append(f"{name}: {path} = {value}: the program ends with {refused}")
            # That a model is needed without init_from is more than a schema says.
            if path != ("model",) and validator.is_valid(bad):
                failures.append(f"{name}: {path} = {value}: the schema accepts it")
            checked += 1
        printed = subprocess.run([program, ROOT / f"configs/{name}" / files[0].name, "--print-config"], check=True, cwd=ROOT,
                                 capture_output=True, text=True).stdout
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(printed)
            file.flush()
            again = subprocess.run([program, file.name, "--print-config"], check=True, cwd=ROOT, capture_output=True,
                                   text=True).stdout
        if again != printed:
            failures.append(f"{name}: --print-config of what it printed is something else")
    for failure in failures:
        print(failure)
    print(f"config_schema: {checked} configurations, {len(failures)} faults")
    sys.exit(1 if failures or checked < 20 else 0)


if __name__ == "__main__":
    main()
