"""The ablation's table and its refusal of runs that do not belong together (tools/bench/ablation_table.py), on made-up
reports; and that the shipped configurations differ in their steps alone.

    python tests/integration/ablation_table_check.py [--bin DIR]     (no program of the project is needed)
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tools", "bench"))
from ablation_table import flatten  # noqa: E402

SCRIPT = os.path.join(ROOT, "tools", "bench", "ablation_table.py")
CONFIGS = os.path.join(ROOT, "configs", "ablation")
VARIANTS = ["plain", "upsampler", "injection", "distillation"]


def steps_of_configs():
    with open(os.path.join(CONFIGS, "plain.yaml"), encoding="utf-8") as file:
        return re.search(r"^  steps: (\d+)$", file.read(), re.MULTILINE).group(1)


def run(*arguments):
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)


def change(path, old, new):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert old in text, (path, old)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(old, new, 1))


def refused(result, *words):
    assert result.returncode == 2 and not result.stdout, result
    for word in words:
        assert word in result.stderr, (word, result.stderr)


def write_runs(folder, seeds):
    for v, variant in enumerate(VARIANTS):
        for seed in seeds:
            run_folder = os.path.join(folder, f"{variant}_{seed}")
            os.makedirs(run_folder)
            config = os.path.join(run_folder, "config.yaml")
            with open(config, "w", encoding="utf-8") as file:  # whole, as pixelsail-train writes it
                file.writelines(f"{key}: {value}\n" for key, value in
                                flatten(os.path.join(CONFIGS, f"{variant}.yaml")).items())
            change(config, "train.seed: 1", f"train.seed: {seed}")
            base = 0.1 * (v + 1)
            refer = [{"name": "ciou", "value": base + 0.01 * seed}, {"name": "giou", "value": base}]
            jobs = [
                {"benchmark": "refcoco", "split": "val", "unit": "fraction", "metrics": refer},
                {"benchmark": "refcoco", "split": "testA", "unit": "fraction",
                 "metrics": [{"name": "ciou", "value": 0.99}]},
                {"benchmark": "refcocog_caption", "split": "val", "unit": "fraction",
                 "metrics": [{"name": "meteor", "value": None}, {"name": "cider", "value": 1.5}]},
                {"benchmark": "grefcoco", "split": "val", "unit": "points",
                 "metrics": [{"name": "giou", "value": 40.0}, {"name": "n_acc", "value": 50.0 + seed}]},
            ]
            with open(os.path.join(run_folder, "report.json"), "w", encoding="utf-8") as file:
                json.dump({"title": "", "jobs": jobs}, file)


def main():
    assert run("--check", CONFIGS).returncode == 0, run("--check", CONFIGS)
    with tempfile.TemporaryDirectory() as work:
        configs = os.path.join(work, "configs")
        for variant, old, new, word in [
            ("injection", "model:\n", "train:\n  optimizer:\n    lr: 9.0e-4\nmodel:\n", "train.optimizer.lr"),
            ("upsampler", "model:\n", "data:\n  datasets:\n    - kind: refcoco\nmodel:\n", "data.datasets.0.kind"),
            ("upsampler", "mask_stride: 4", "mask_stride: 16", "do not differ in model.mask_stride"),
            ("distillation", "base: injection.yaml", "base: upsampler.yaml", "model.prompt_injection"),
            ("distillation", "output_dir:", "init_from: data/demo_model\noutput_dir:", "init_from"),
        ]:
            shutil.copytree(os.path.dirname(CONFIGS), configs)
            change(os.path.join(configs, "ablation", f"{variant}.yaml"), old, new)
            refused(run("--check", os.path.join(configs, "ablation")), word, variant)
            shutil.rmtree(configs)

        runs = os.path.join(work, "runs")
        write_runs(runs, [1, 2, 4])
        result = run(runs, "--seeds", "1 2 4", "--command", "tools/ablation.sh --jobs 2")
        assert result.returncode == 0, result
        lines = result.stdout.splitlines()
        # 11, 12, 14: mean 12.33, squared deviations 1.78 + 0.11 + 2.78 = 4.67, over two 2.33, root 1.53.
        assert lines[2] == "| plain | 12.3 ± 1.5 | 10.0 ± 0.0 | - | 150.0 ± 0.0 | 40.0 ± 0.0 | 52.3 ± 1.5 |", lines[2]
        assert lines[5].startswith("| + distillation | 42.3 ± 1.5 | 40.0 ± 0.0 | - |"), lines[5]
        steps = steps_of_configs()
        assert f"seeds: 1, 2, 4 (3); {steps} steps each" in result.stdout, result.stdout
        assert "* caption METEOR: plain_1, plain_2, plain_4, upsampler_1" in result.stdout, result.stdout
        assert lines[-1] == "`tools/ablation.sh --jobs 2`", lines[-1]
        single = run(runs, "--seeds", "2")
        assert "| plain | 12.0 | 10.0 |" in single.stdout and "±" not in single.stdout, single.stdout

        refused(run(runs, "--seeds", "1 3"), "plain_3")
        change(os.path.join(runs, "injection_2", "config.yaml"), f"steps: {steps}", "steps: 90")
        refused(run(runs, "--seeds", "1 2 4"), "injection_1", "injection_2", "train.steps")
        change(os.path.join(runs, "injection_2", "config.yaml"), "steps: 90", f"steps: {steps}")
        report = os.path.join(runs, "upsampler_4", "report.json")
        with open(report, "w", encoding="utf-8") as file:
            file.write("{")
        refused(run(runs, "--seeds", "1 2 4"), report, "not JSON")
        os.remove(report)
        refused(run(runs, "--seeds", "1 2 4"), report)
    print("ablation table: as it should be")


if __name__ == "__main__":
    main()
