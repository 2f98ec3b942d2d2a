#!/usr/bin/env python3
"""Makes the goldens steps_*: a tiny random model of each family and its weights after three AdamW updates.

    make_step_cases.py --out tests/golden                            writes steps_sail, steps_sail_7b, steps_solo and
                                                                     steps_eve
    make_step_cases.py --out tests/golden --check build/release/bin  compares pixelsail-golden with what lies there
    make_step_cases.py --out tests/golden --published                compares the model with sail_tiny,
                                                                     sail_preproj, eve_tiny, sail_steps and
                                                                     sail_preproj_steps (published code)

Needs torch 2.11 and safetensors. The model is that of step_twin.py, trained by autograd, clip_grad_norm_ and
torch.optim.AdamW with decay on every parameter. Everything random comes from SEED. Each folder holds config.json,
weights.safetensors and inputs.safetensors like the other model cases, after.safetensors (weights after the last update;
parameters without a gradient are left out) and outputs.safetensors (step_loss and step_grad_norm, one value an update, the norm before
clipping).

Legend: h, w patch grid, n prompts, H, W size of the image in pixels.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file, save_file

from step_twin import DECODER, IMAGE, Model, NOT_SCORED, Sequence, painted, patch_size

# Largest differences of an update (over the update), of losses and of gradient norms. The gradient of a key bias is
# close to rounding noise: softmax takes away what all keys have in common.
UPDATE_LIMIT, KEY_BIAS_LIMIT, LOSS_LIMIT, NORM_LIMIT = 3e-3, 3e-2, 3e-5, 1e-4

SEED = 8
LETTERS = "\n abcdefghijklmnopqrstuvwxyz.?:"
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<vision>", "<vpatch>", "<vrow_sep>", "</vision>", "[SEG]",
           "<p>", "</p>", *(f"<Prompt{k}>" for k in range(15)), "<NO_Prompt>"]
TOKEN_IDS = {token: len(LETTERS) + i for i, token in enumerate(SPECIAL)}

COMMON = dict(vocab_size=64, hidden_size=32, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
              num_key_value_heads=2, rms_norm_eps=1e-6, attention_bias=True, seg_hidden_states=12,
              visual_prompt_nums=15, image_grid_hw=[3, 4], prompt_ids=[3, 1], special_token_ids=TOKEN_IDS,
              num_points=60)
# In two dimensions the columns turn by the slower half of the frequencies: theta is small so that a handful of columns
# turns them visibly.
CASES = {
    "steps_sail": dict(model="sail", rope_theta=100.0, tie_word_embeddings=True, vision_patch_size=4, mask_stride=2),
    "steps_sail_7b": dict(model="sail", rope_theta=100.0, tie_word_embeddings=False, attention_bias=False,
                          vision_patch_size=8, mask_stride=2, in_dim_limit=16),
    "steps_solo": dict(model="solo", rope_theta=1e4, tie_word_embeddings=False, attention_bias=False,
                       vision_patch_size=8, mask_stride=4, in_dim_limit=24),
    "steps_eve": dict(model="eve", rope_theta=1e4, tie_word_embeddings=False, patch_size=8, patch_stride=4,
                      mm_hidden_size=8, mask_stride=2, in_dim_limit=16, intermediate_size=32,
                      image_token_index=IMAGE),
}
LOSS_WEIGHTS = dict(mask_bce=2.0, mask_dice=0.5, lm_with_masks=0.1, lm_without_masks=1.0, distill_mask2former=0.5,
                    distill_sam2=0.5)
STEPS = dict(count=3, lr=1e-3, betas=[0.9, 0.999], eps=1e-8, weight_decay=0.05, clip_norm=1.0)
QUESTION = "what is <Prompt3>? mark it and <Prompt1>."
ANSWER = "<Prompt3>: <p> a red disc </p> [SEG]. <Prompt1>: a ring [SEG]."
# In training on eve a [SEG] of the question has no mask.
EVE_QUESTION = "is [SEG] here? " + QUESTION


def encode(text):
    ids = []
    while text:
        token = next((token for token in SPECIAL if text.startswith(token)), text[0])
        ids.append(TOKEN_IDS[token] if token in TOKEN_IDS else LETTERS.index(token))
        text = text[len(token):]
    return ids


def to_patches(pixels_3HW, size):
    h, w = pixels_3HW.shape[1] // size, pixels_3HW.shape[2] // size
    patch = [pixels_3HW[:, r * size:(r + 1) * size, c * size:(c + 1) * size] for r in range(h) for c in range(w)]
    return torch.stack([values.flatten() for values in patch])


def random_weights(config, draw):
    """Every parameter of the family, in an order that the seed's numbers follow."""
    C, D, inner = config["hidden_size"], config["seg_hidden_states"], config["intermediate_size"]
    middle, size = min(C, config.get("in_dim_limit", 1024)), patch_size(config)
    key = C // config["num_attention_heads"] * config["num_key_value_heads"]
    weights = {}

    def add(name, *shape, fan_in=None, gain=1.0, bias=None):
        weights[name + ".weight"] = draw(*shape) * gain / (fan_in or shape[-1]) ** 0.5
        if bias:
            weights[name + ".bias"] = 0.1 * draw(bias)

    def norm(name):
        weights[name + ".weight"] = 1 + 0.1 * draw(C)

    add(DECODER + "embed_tokens", config["vocab_size"], C, gain=0.6 * C**0.5)
    for i in range(config["num_hidden_layers"]):
        for moe in ("", "moe_") if config["model"] == "eve" else ("",):
            layer = f"{DECODER}layers.{i}."
            norm(f"{layer}{moe}input_layernorm")
            for part, rows, gain in (("q", C, 1.4), ("k", key, 1.4), ("v", key, 1.0)):
                add(f"{layer}self_attn.{moe}{part}_proj", rows, C, gain=gain, bias=config["attention_bias"] and rows)
            add(f"{layer}self_attn.{moe}o_proj", C, C)
            norm(f"{layer}{moe}post_attention_layernorm")
            add(f"{layer}{moe}mlp.gate_proj", inner, C)
            add(f"{layer}{moe}mlp.up_proj", inner, C)
            add(f"{layer}{moe}mlp.down_proj", C, inner)
    norm(DECODER + "norm")
    if not config["tie_word_embeddings"]:
        add("single_transformer.lm_head", config["vocab_size"], C)
    if config["model"] == "eve":
        stride, width, tower = config["patch_stride"], config["mm_hidden_size"], DECODER + "vision_tower."
        dense = size // stride
        add(tower + "patch_embedding.0", width, 3, stride, stride, fan_in=3 * stride**2, bias=width)
        add(tower + "patch_embedding.2", C, width, dense, dense, fan_in=width * dense**2, bias=C)
        weights[tower + "class_embedding"], weights[tower + "split_embedding"] = 0.6 * draw(C), 0.6 * draw(C)
    else:
        add(DECODER + "vis_embed", C, 3 * size**2)
        add(DECODER + "vp_embed", C, C)
    shapes = {"image_feature_projector": (middle, middle, D), "seg_token_projector": (C, middle, D)}
    if middle < C:
        shapes["image_feature_pre_projector"] = (C, C, middle)
    for name, (outer, hidden, out) in shapes.items():
        add(name + ".0", hidden, outer, bias=hidden)
        add(name + ".2", out, hidden, bias=out)
    blocks = (size // config["mask_stride"]).bit_length() - 1
    for i in range(blocks):
        block = f"upsample_blocks.{i}."
        add(block + "0", middle, middle, 2, 2, fan_in=middle, bias=middle)
        add(block + "2.depthwise", middle, 1, 3, 3, fan_in=9, bias=middle)
        add(block + "2.pointwise", middle, middle, 1, 1, fan_in=middle, bias=middle)
        weights[block + "3.ln.weight"], weights[block + "3.ln.bias"] = 1 + 0.1 * draw(middle), 0.1 * draw(middle)
    add("mask2former_distill_linear", 10, D, bias=10)
    add("sam2_distill_linear", 14, C, bias=14)
    return {name: value.contiguous() for name, value in weights.items()}


def random_inputs(config, draw, uniform):
    h, w = config["image_grid_hw"]
    size, masks = patch_size(config), ANSWER.count("[SEG]")
    pixels_3HW = draw(3, h * size, w * size)
    masks_nhw = torch.zeros(2, h, w, dtype=torch.uint8)
    masks_nhw[0, 0:2, 1:4] = 1  # the larger prompt, and one that covers a part of it and a patch beside it
    masks_nhw[1, 1:3, 1] = 1
    inputs = dict(prompt_patch_masks=masks_nhw, gt_masks=torch.zeros(masks, 19, 27, dtype=torch.uint8),
                  point_coords=uniform(masks, config["num_points"], 2), teacher_mask2former=draw(10, 9, 7),
                  teacher_sam2=draw(14, 5, 6))
    inputs["gt_masks"][0, 2:11, 3:17] = 1
    inputs["gt_masks"][1, 8:18, 12:25] = 1
    number_V = painted(masks_nhw, config["prompt_ids"])
    user = "<|im_start|>user\n"
    if config["model"] == "eve":
        question = encode(user) + [IMAGE] + encode(f"\n{EVE_QUESTION}<|im_end|>\n<|im_start|>assistant\n")
        answer = encode(ANSWER + "<|im_end|>")
        number_hw = torch.full((h, w + 1), -1)
        number_hw[:, :w] = number_V.view(h, w)
        inputs |= dict(pixel_values=pixels_3HW,
                       visual_prompt_indexes=torch.cat([torch.tensor([-1]), number_hw.flatten()]))
    else:
        # solo ends a row with <vrow_sep> when another follows, and closes the image with the token that opened it.
        separator, end = ("<vrow_sep>", "<vision>") if config["model"] == "solo" else ("", "</vision>")
        image = "<vision>" + separator.join(["<vpatch>" * w] * h) + end
        question = encode(image + user + QUESTION + "<|im_end|>\n")
        answer = encode(ANSWER + "<|endoftext|>")
        is_patch_L = torch.tensor(question + answer) == TOKEN_IDS["<vpatch>"]
        patch_L, number_L = torch.full(is_patch_L.shape, -1), torch.full(is_patch_L.shape, -1)
        patch_L[is_patch_L] = torch.arange(h * w)
        number_L[is_patch_L] = torch.where(number_V < 0, -2, number_V)
        inputs |= dict(vision_patches=to_patches(pixels_3HW, size), vision_patch_indices=patch_L,
                       vp_token_indices=number_L)
    inputs |= dict(input_ids=torch.tensor(question + answer),
                   labels=torch.tensor([NOT_SCORED] * len(question) + answer))
    if config["model"] != "eve":
        sequence = Sequence(config, inputs)
        # (time, row, column); an image has one time.
        time = list(sequence.rows)
        if config["model"] == "sail":
            time[sequence.image_begin + 1:sequence.image_end - 1] = [sequence.patches[0]] * (h * w)
        inputs["position_ids"] = torch.tensor([time, sequence.rows, sequence.columns])[:, None]
    return inputs


def train(config, inputs, weights, dtype):
    """Weights after the updates (without those that had no gradient), losses, gradient norms before clipping."""
    steps, model = config["steps"], Model(config, inputs, weights, dtype)
    parameters = list(model.parameters.values())
    optimizer = torch.optim.AdamW(parameters, lr=steps["lr"], betas=tuple(steps["betas"]), eps=steps["eps"],
                                  weight_decay=steps["weight_decay"])
    losses, norms = [], []
    for _ in range(steps["count"]):
        optimizer.zero_grad(set_to_none=True)
        total = model.losses()["total"]
        total.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(parameters, steps["clip_norm"]))
        optimizer.step()
        losses.append(total.detach())
    after = {name: value.detach() for name, value in model.parameters.items() if value.grad is not None}
    return after, torch.stack(losses), torch.stack(norms)


def compare(before, want, got):
    """(after, losses, norms) twice -> what differs most: share of the limit, and the figures in words."""
    update, name_of_update, share = 0.0, "", 0.0
    for name, after in want[0].items():
        moved = (after.double() - before[name].double()).norm()
        ratio = float((got[0][name].double() - after.double()).norm() / moved)
        limit = KEY_BIAS_LIMIT if name.endswith("k_proj.bias") else UPDATE_LIMIT
        if ratio / limit >= share:
            update, name_of_update, share = ratio, name, ratio / limit
    loss, norm = (float(((got[i].double() - want[i].double()) / want[i].double()).abs().max()) for i in (1, 2))
    share = max(share, loss / LOSS_LIMIT, norm / NORM_LIMIT)
    return share, f"update {update:.1e} ({name_of_update}), loss {loss:.1e}, norm {norm:.1e}"


def build(folder):
    learning = dict(loss_weights=LOSS_WEIGHTS, steps=STEPS, weights="weights.safetensors")
    config = dict(case=folder.name) | COMMON | CASES[folder.name] | learning
    generator = torch.Generator().manual_seed(SEED)
    weights = random_weights(config, lambda *shape: torch.randn(shape, generator=generator))
    inputs = random_inputs(config, lambda *shape: torch.randn(shape, generator=generator),
                           lambda *shape: torch.rand(shape, generator=generator))
    result = train(config, inputs, weights, torch.float32)
    after, losses, norms = result
    # Where a value before a ReLU is all but zero, rounding decides its gradient: such a case would not tell a fault
    # from noise. Another seed helps.
    share, words = compare(weights, train(config, inputs, weights, torch.float64), result)
    if share > 0.1 or norms.min() <= config["steps"]["clip_norm"]:
        print(f"{folder.name}: not a good case; float32 against float64: {words}; norms {norms.tolist()}")
        return False
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    save_file(weights, folder / "weights.safetensors")
    save_file({name: value.contiguous() for name, value in inputs.items()}, folder / "inputs.safetensors")
    save_file(after, folder / "after.safetensors")
    save_file(dict(step_loss=losses, step_grad_norm=norms), folder / "outputs.safetensors")
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{folder.name}: {sum(w.numel() for w in weights.values())} parameters, {len(inputs['input_ids'])} ids, "
          f"{size} bytes, losses {losses.tolist()}, norms {norms.tolist()}; float32 against float64: {words}")
    return True


def stored(folder):
    """Configuration, weights before the updates, and what train() gave."""
    config, outputs = json.loads((folder / "config.json").read_text()), load_file(folder / "outputs.safetensors")
    result = load_file(folder / "after.safetensors"), outputs["step_loss"], outputs["step_grad_norm"]
    return config, load_file(folder / config["weights"]), result


def check(folder, programs):
    _, before, want = stored(folder)
    with tempfile.TemporaryDirectory() as scratch:
        out = pathlib.Path(scratch) / "out.safetensors"
        subprocess.run([programs / "pixelsail-golden", "--case", folder, "--out", out], check=True)
        ours = load_file(out)
    after = {name.removeprefix("after/"): value for name, value in ours.items() if name.startswith("after/")}
    if after.keys() != want[0].keys():
        print(f"{folder.name}: parameters with a gradient differ: {sorted(after.keys() ^ want[0].keys())}")
        return False
    share, words = compare(before, want, (after, ours["step_loss"], ours["step_grad_norm"]))
    print(f"{folder.name}: {words}")
    return share <= 1


def check_published(folder):
    """Losses and gradients of a case that the published code computed."""
    config = json.loads((folder / "config.json").read_text())
    inputs, outputs = load_file(folder / "inputs.safetensors"), load_file(folder / "outputs.safetensors")
    model = Model(config, inputs, load_file(folder / config["weights"]), torch.float64)
    terms = model.losses()
    terms["total"].backward()
    loss = max(abs(value.item() / outputs["loss." + name].item() - 1) for name, value in terms.items())
    gradient = 0.0
    for name, want in load_file(folder / "grads.safetensors").items():
        got = model.parameters[name].grad
        difference = (want if got is None else got - want).abs().max()
        gradient = max(gradient, float(difference / want.abs().max().clamp_min(1e-30)))
    print(f"{folder.name}: loss {loss:.1e}, gradient {gradient:.1e}")
    return loss <= 3e-5 and gradient <= 1e-4


def check_published_steps(folder):
    config, before, want = stored(folder)
    share, words = compare(before, want, train(config, load_file(folder / "inputs.safetensors"), before, torch.float32))
    print(f"{folder.name}: {words}")
    return share <= 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--check", type=pathlib.Path)
    parser.add_argument("--published", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.check:
        results = [check(options.out / name, options.check) for name in CASES]
    elif options.published:
        results = [check_published(options.out / name) for name in ("sail_tiny", "sail_preproj", "eve_tiny")]
        results += [check_published_steps(options.out / name) for name in ("sail_steps", "sail_preproj_steps")]
    else:
        results = [build(options.out / name) for name in CASES]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
