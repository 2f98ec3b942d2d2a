#!/usr/bin/env python3
"""Makes the goldens hf_*: random-weight Hugging Face checkpoints and what transformers computes from them.

    make_hf_golden.py --out tests/golden                   writes the small ones, which are kept
    make_hf_golden.py --out DIR --true-size                Qwen2 at the size of Qwen2.5-0.5B (f32, bf16, sharded)
    make_hf_golden.py --out DIR --check build/release/bin  compares pixelsail-golden with what lies in DIR

Needs transformers, safetensors and the torch whose numbers are to be matched. Each folder holds a checkpoint as
save_pretrained() writes it, ids.json (five prompts) and expected.safetensors: logits_<i> [L, vocab] and, in
float32, the 64 greedy tokens_<i>.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

PROMPT_LENGTHS = (7, 1, 19, 33, 12)
GREEDY_STEPS = 64
# Largest float32 difference, as a part of the logits' range; smallest share of equal bf16 choices.
F32_TOLERANCE, BF16_AGREEMENT = 2e-4, 0.99


def small_models():
    from transformers import MistralConfig, Qwen2Config

    shape = dict(vocab_size=307, hidden_size=48, intermediate_size=80, num_hidden_layers=3, num_attention_heads=4,
                 num_key_value_heads=2, max_position_embeddings=256, initializer_range=0.15, bos_token_id=None,
                 eos_token_id=None, pad_token_id=None)
    return {
        "hf_qwen2_tied": (Qwen2Config(**shape, tie_word_embeddings=True, rope_theta=1e6), "float32", "10GB"),
        "hf_qwen2_untied": (Qwen2Config(**shape, tie_word_embeddings=False, rope_theta=1e4), "float32", "60KB"),
        "hf_qwen2_bf16": (Qwen2Config(**shape, tie_word_embeddings=True, rope_theta=1e6), "bfloat16", "50KB"),
        "hf_mistral": (MistralConfig(**shape, rope_theta=1e4, sliding_window=200), "float32", "10GB"),
        "hf_mistral_bf16": (MistralConfig(**shape, rope_theta=1e4, sliding_window=None), "bfloat16", "10GB"),
    }


def true_size_models():
    from transformers import Qwen2Config

    config = Qwen2Config(vocab_size=151936, hidden_size=896, intermediate_size=4864, num_hidden_layers=24,
                         num_attention_heads=14, num_key_value_heads=2, max_position_embeddings=32768,
                         rope_theta=1e6, tie_word_embeddings=True, bos_token_id=None, eos_token_id=None,
                         pad_token_id=None)
    return {"hf_qwen2_0_5b": (config, "float32", "10GB"), "hf_qwen2_0_5b_sharded": (config, "float32", "500MB"),
            "hf_qwen2_0_5b_bf16": (config, "bfloat16", "10GB")}


def build(folder, config, dtype, shard_size, same_weights=None):
    """`same_weights`: a folder made before with the same seed and shape, whose expected values are taken."""
    import torch
    from safetensors.torch import save_file
    from transformers import AutoModelForCausalLM

    torch.manual_seed(11)
    model = AutoModelForCausalLM.from_config(config).eval()
    with torch.no_grad():
        # save_pretrained writes biases and norms as they start, 0 and 1: a reader that mixes them up must show.
        for name, value in model.named_parameters():
            if name.endswith("bias"):
                value.normal_(0, 0.2)
            elif value.dim() == 1:
                value.uniform_(0.5, 1.5)
    model = model.to(getattr(torch, dtype))
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder, max_shard_size=shard_size)
    (folder / "generation_config.json").unlink(missing_ok=True)
    # Not the model at hand: to() casts its rotary frequencies as well, which no user's model has in bf16.
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype)).eval()
    generator = torch.Generator().manual_seed(5)
    ids = [torch.randint(0, config.vocab_size, (length,), generator=generator) for length in PROMPT_LENGTHS]
    (folder / "ids.json").write_text(json.dumps([prompt.tolist() for prompt in ids]) + "\n")
    if same_weights:
        shutil.copy(same_weights / "expected.safetensors", folder / "expected.safetensors")
        return
    expected = {}
    with torch.no_grad():
        for i, prompt in enumerate(ids):
            expected[f"logits_{i}"] = model(prompt[None]).logits[0].float().contiguous()
            if dtype != "float32":
                continue
            tokens = prompt[None]
            for _ in range(GREEDY_STEPS):
                tokens = torch.cat([tokens, model(tokens).logits[:, -1:].argmax(-1)], 1)
            expected[f"tokens_{i}"] = tokens[0, len(prompt):].contiguous()
    save_file(expected, folder / "expected.safetensors")
    print(f"{folder}: {sum(p.numel() for p in model.parameters())} parameters, {dtype}")


def check(folder, programs):
    import torch
    from safetensors.torch import load_file

    expected = load_file(folder / "expected.safetensors")
    f32 = "tokens_0" in expected
    with tempfile.TemporaryDirectory() as scratch:
        out = pathlib.Path(scratch) / "out.safetensors"
        command = [programs / "pixelsail-golden", "--checkpoint", folder, "--ids", folder / "ids.json", "--out", out,
                   "--dtype", "f32" if f32 else "bf16"]
        if f32:
            command += ["--generate", str(GREEDY_STEPS)]
        subprocess.run(command, check=True)
        ours = load_file(out)
    worst, positions, equal, clear = 0.0, 0, 0, 0
    for i in range(len(PROMPT_LENGTHS)):
        want, got = expected[f"logits_{i}"], ours[f"logits_{i}"]
        assert want.shape == got.shape, (want.shape, got.shape)
        worst = max(worst, float((want - got).abs().max() / (want.max() - want.min())))
        top = want.topk(2).values
        # bf16 keeps 8 bits: closer logits than that may change places.
        wide = (top[:, 0] - top[:, 1]) > top[:, 0].abs() * 2**-7
        positions += len(want)
        clear += int(wide.sum())
        equal += int((want.argmax(-1) == got.argmax(-1))[wide].sum())
    if not f32:
        print(f"{folder.name}: {equal} of {clear} choices equal ({positions} positions), difference {worst:.2e}")
        return equal >= BF16_AGREEMENT * clear
    greedy = all(torch.equal(expected[f"tokens_{i}"], ours[f"tokens_{i}"]) for i in range(len(PROMPT_LENGTHS)))
    print(f"{folder.name}: largest difference {worst:.2e} of the range, {GREEDY_STEPS} greedy tokens "
          f"{'equal' if greedy else 'DIFFER'}")
    return greedy and worst <= F32_TOLERANCE


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--true-size", action="store_true")
    parser.add_argument("--check", type=pathlib.Path)
    options = parser.parse_args()
    if options.check:
        results = [check(folder, options.check) for folder in sorted(options.out.glob("hf_*"))]
        sys.exit(0 if results and all(results) else 1)
    for name, (config, dtype, shard_size) in (true_size_models() if options.true_size else small_models()).items():
        whole = options.out / name.removesuffix("_sharded")
        build(options.out / name, config, dtype, shard_size, whole if whole.name != name else None)


if __name__ == "__main__":
    main()
