"""A plain PyTorch model as a Python user would run it (twin_model.py): the yardstick of pixelsail-bench.

Weights are random; sizes come from configs/model/*.yaml. What is measured, and under which names, is what
src/bench/bench.cpp measures: medians after a warm-up, on the CPU. Needs torch, numpy and Pillow:

    python tools/bench/python_twin.py --shape 0.5b --dtype f32 --image 512x512 --threads 2 --json

--check FOLDER instead compares logits and mask logits with golden tensors of the published code, which proves
that this is the same model:

    python tools/bench/python_twin.py --check tests/golden/sail_tiny
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import statistics
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from model_shape import SHAPES, Shape, parse_size, patch_grid, read_shape
from twin_model import PixelSail, Sequence

DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16}
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)
CHECK_LIMIT = 1e-4  # largest difference over largest value


def random_model(shape: Shape, dtype: torch.dtype) -> PixelSail:
    """Small random weights, drawn once: layers are made without a start of their own."""
    with torch.device("meta"):
        model = PixelSail(shape)
    model.to_empty(device="cpu")
    torch.manual_seed(1)
    for name, parameter in model.named_parameters():
        if parameter.dim() > 1:
            parameter.normal_(0.0, 0.02)
        else:
            parameter.fill_(0.0 if name.endswith(".bias") else 1.0)
    return model.to(dtype).eval()


def random_jpeg(width: int, height: int) -> bytes:
    """A gradient with noise, as pixelsail-bench encodes."""
    y, x, channel = np.ogrid[:height, :width, :3]
    noise = np.random.default_rng(1).integers(0, 30, (height, width, 3))
    pixels = ((x + y * (channel + 1)) // 4 % 200 + noise).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def read_image(encoded: bytes, patch: int) -> tuple[Tensor, tuple[int, int]]:
    """Encoded image -> normalised patches [h*w, 3*P*P] and their grid (h, w)."""
    image = Image.open(io.BytesIO(encoded)).convert("RGB")
    grid = patch_grid(*image.size, patch)
    size = grid[1] * patch, grid[0] * patch
    values = (np.asarray(image.resize(size, Image.Resampling.BILINEAR), np.float32) / 255 - MEAN) / STD
    patches = values.reshape(grid[0], patch, grid[1], patch, 3).transpose(0, 2, 4, 1, 3)
    return torch.from_numpy(patches.reshape(grid[0] * grid[1], -1)), grid


def image_question(patches: Tensor, grid: tuple[int, int], vocabulary: int, text_tokens: int) -> Sequence:
    """An image and `text_tokens` tokens of random text, the last of them [SEG]."""
    vision, vpatch, vision_end, seg = (vocabulary - 64 + i for i in range(3, 7))
    count = len(patches)
    text = torch.randint(0, 256, (text_tokens - 1,), generator=torch.Generator().manual_seed(3)).tolist()
    behind = torch.arange(1 + text_tokens) + 1 + max(grid)
    index = torch.arange(count)
    return Sequence(ids=torch.tensor([vision] + [vpatch] * count + [vision_end] + text + [seg]),
                    rows=torch.cat([torch.zeros(1, dtype=torch.int64), 1 + index // grid[1], behind]),
                    columns=torch.cat([torch.zeros(1, dtype=torch.int64), 1 + index % grid[1], behind]),
                    patches=patches, first_patch=1, image_end=count + 2)


def median_seconds(runs: int, body: Callable[[], object]) -> float:
    seconds = []
    for _ in range(1 + runs):
        begin = time.perf_counter()
        body()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds[1:])


def measure(args: argparse.Namespace, shape: Shape) -> dict:
    width, height = parse_size(args.image)
    with torch.device("meta"):
        torch.nn.Linear(1, 1)  # torch imports what this device needs at its first use; that is not loading
    begin = time.perf_counter()
    model = random_model(shape, DTYPES[args.dtype])
    load_s = time.perf_counter() - begin
    encoded = random_jpeg(width, height)
    patch = shape.vision_patch_size

    def question() -> tuple[Sequence, tuple[int, int]]:
        patches, grid = read_image(encoded, patch)
        return image_question(patches, grid, shape.vocab_size, args.text_tokens), grid

    def image_to_mask() -> Tensor:
        sequence, grid = question()
        states = model.states(sequence)[0]
        patches = states[sequence.first_patch:sequence.first_patch + grid[0] * grid[1]]
        logits = model.mask_logits(patches, grid, states[-1:])
        return F.interpolate(logits[None], (height, width), mode="bilinear", align_corners=False)[0] > 0

    prompt, _ = question()
    result = {"shape": args.model or args.shape, "device": "cpu", "dtype": args.dtype, "image": args.image,
              "torch": torch.__version__, "threads": torch.get_num_threads(),
              "parameters": sum(p.numel() for p in model.parameters()), "load_s": load_s}
    result["preprocess_s"] = median_seconds(args.runs, lambda: read_image(encoded, patch))
    result["forward_s"] = median_seconds(args.runs, lambda: model.states(prompt))
    result["image_to_mask_s"] = median_seconds(args.runs, image_to_mask)
    # Reading the prompt is not decoding: the difference of two runs leaves the steps alone.
    steps_s = (median_seconds(args.runs, lambda: model.generate(prompt, 1 + args.decode_tokens))
               - median_seconds(args.runs, lambda: model.generate(prompt, 1)))
    result["decode_tok_s"] = args.decode_tokens / max(steps_s, 1e-9)
    result["peak_mem_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return result


def read_safetensors(path: Path) -> dict[str, Tensor]:
    kinds = {"F32": np.float32, "I64": np.int64, "U8": np.uint8}
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    tensors = {}
    for name, entry in json.loads(data[8:8 + size]).items():
        if name != "__metadata__":
            begin, end = (8 + size + offset for offset in entry["data_offsets"])
            values = np.frombuffer(data[begin:end], kinds[entry["dtype"]])
            tensors[name] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    return tensors


def check(folder: Path) -> bool:
    """Prints how far the twin is from the golden tensors of a case sail_*; true when it is the same model."""
    config = json.loads((folder / "config.json").read_text())
    tokens = config["special_token_ids"]
    inputs, golden = (read_safetensors(folder / f"{name}.safetensors") for name in ("inputs", "outputs"))
    weights = read_safetensors(folder / config["weights"])
    model = PixelSail(Shape.from_values(config))
    model.load_state_dict({name: value for name, value in weights.items() if "distill" not in name})

    ids, (_, rows, columns) = inputs["input_ids"], inputs["position_ids"][:, 0]
    grid = config["image_grid_hw"]
    prompt_token = torch.tensor([tokens[f"<Prompt{k}>"] for k in range(config["visual_prompt_nums"])])
    prompt = inputs["vp_token_indices"]
    sequence = Sequence(ids, rows, columns, inputs["vision_patches"],
                        first_patch=int((ids == tokens["<vision>"]).nonzero()) + 1,
                        image_end=int((ids == tokens["</vision>"]).nonzero()) + 1,
                        prompts=prompt_token[prompt.clamp(min=0)].where(prompt >= 0, prompt))
    states = model.states(sequence)[0]
    patches = states[sequence.first_patch:sequence.first_patch + grid[0] * grid[1]]
    found = {"logits": model.single_transformer.logits(states),
             "mask_logits": model.mask_logits(patches, grid, states[ids == tokens["[SEG]"]])}
    distances = {name: float((value - golden[name]).abs().max() / golden[name].abs().max())
                 for name, value in found.items()}
    for name, distance in distances.items():
        print(f"{name}: {distance:.1e} of the largest value, limit {CHECK_LIMIT:.0e}")
    return max(distances.values()) <= CHECK_LIMIT


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=SHAPES, default="demo", help="configs/model/*.yaml")
    parser.add_argument("--model", help="another model configuration instead of --shape")
    parser.add_argument("--vocabulary", type=int, default=2048, help="tokens")
    parser.add_argument("--dtype", choices=DTYPES, default="f32")
    parser.add_argument("--image", default="128x128", help="WIDTHxHEIGHT")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads of torch; 0: its default")
    parser.add_argument("--runs", type=int, default=5, help="timed runs, at least 3")
    parser.add_argument("--text-tokens", type=int, default=32, help="of the question")
    parser.add_argument("--decode-tokens", type=int, default=32)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--check", type=Path, metavar="FOLDER",
                        help="compare with a golden case, measure nothing")
    args = parser.parse_args()
    if args.runs < 3:
        parser.error("--runs must be at least 3")
    if args.vocabulary < 320:
        parser.error("--vocabulary must be at least 320")
    return args


@torch.inference_mode()
def main() -> int:
    args = parse_arguments()
    if args.threads > 0:
        torch.set_num_threads(args.threads)
    if args.check:
        return 0 if check(args.check) else 1
    shape = read_shape(Path(args.model) if args.model else SHAPES[args.shape], args.vocabulary)
    result = measure(args, shape)
    print(json.dumps(result) if args.json else "\n".join(f"{key}  {value}" for key, value in result.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
