#!/usr/bin/env python3
"""Makes the small teachers beside this file, pictures, and the features that PyTorch computes of them.

    make_teacher_case.py [--check]      --check: compares with what is there instead of writing it

stretch.pt   a tensor [B, c, h, w]; with batch normalisation, saved in training mode: who forgets eval() sees it
tokens.pt    a tuple whose second value is [B, h w, c]; sides in proportion; takes two pictures at once
padded.pt    a dictionary with [B, h, w, c]; the right or the lower edge of the input is padding
Needs torch, numpy, safetensors and Pillow 10 to 12: 13 resizes otherwise (tools/teacher_requirements.txt).
"""
import argparse
import pathlib
from typing import Dict, Tuple

import numpy
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file, save_file

HERE = pathlib.Path(__file__).resolve().parent
SIZES = {"a.png": (37, 23), "b.png": (24, 48), "below/c.png": (64, 64), "d.png": (24, 48)}


class Net(torch.nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.stem = torch.nn.Conv2d(3, 8, 4, stride=4)
        self.norm = torch.nn.BatchNorm2d(8)
        self.head = torch.nn.Conv2d(8, channels, 3, padding=1)

    def forward(self, x):
        return self.head(torch.tanh(self.norm(self.stem(x))))


class Stretch(Net):
    pass


class Tokens(Net):
    def forward(self, x) -> Tuple[torch.Tensor, torch.Tensor]:
        if x.size(0) > 2:
            raise RuntimeError("two pictures at most")
        y = self.head(torch.tanh(self.norm(self.stem(x))))
        return y.mean((2, 3)), y.flatten(2).transpose(1, 2)


class Padded(Net):
    def forward(self, x) -> Dict[str, torch.Tensor]:
        y = self.head(torch.tanh(self.norm(self.stem(x))))
        return {"coarse": F.avg_pool2d(y, 2), "fine": y.permute(0, 2, 3, 1)}


def filled(net, seed):
    """Weights from a formula, so that they do not depend on torch's generators."""
    generator = numpy.random.Generator(numpy.random.PCG64(seed))
    with torch.no_grad():
        for name, value in sorted(net.state_dict().items()):
            if value.dtype.is_floating_point:
                numbers = torch.from_numpy(generator.uniform(-0.5, 0.5, tuple(value.shape)).astype("float32"))
                value.copy_(numbers + (1 if name in ("norm.weight", "norm.running_var") else 0))
    return net.train()


def pictures():
    generator = numpy.random.Generator(numpy.random.PCG64(7))
    made = {}
    for name, (width, height) in SIZES.items():
        coarse = generator.integers(0, 256, (height // 4 + 1, width // 4 + 1, 3), dtype="uint8")
        made[name] = Image.fromarray(coarse).resize((width, height), Image.BICUBIC)
    return made


def normalised(image, mean, std):
    x = torch.from_numpy(numpy.asarray(image, dtype="float32")).permute(2, 0, 1) / 255
    return (x - torch.tensor(mean).view(3, 1, 1)) / torch.tensor(std).view(3, 1, 1)


def multiple(side, of):
    return -(-side // of) * of


def features(nets, images):
    imagenet = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    half = ([0.5] * 3, [0.5] * 3)
    expected = {}
    with torch.no_grad():
        for name, image in images.items():
            x = normalised(image.resize((32, 16), Image.BILINEAR), *imagenet)
            expected[f"stretch/{name}"] = nets["stretch"](x[None])[0]
            # The longer side to whole multiples of 8, at most 40; the other in proportion, rounded up.
            longer = min(multiple(max(image.size), 8), 40)
            shorter = multiple(longer * min(image.size) // max(image.size), 8)
            size = (longer, shorter) if image.width >= image.height else (shorter, longer)
            x = normalised(image.resize(size, Image.BICUBIC), *half)
            tokens = nets["tokens"](x[None])[1][0]
            expected[f"tokens/{name}"] = tokens.T.reshape(-1, size[1] // 4, size[0] // 4)
            scale = min(32 / image.width, 32 / image.height)
            size = (round(image.width * scale), round(image.height * scale))
            x = normalised(image.resize(size, Image.BILINEAR), *imagenet)
            x = F.pad(x, (0, 32 - size[0], 0, 32 - size[1]))
            fine = nets["padded"](x[None])["fine"][0]
            expected[f"padded/{name}"] = fine[:-(-size[1] // 4), :-(-size[0] // 4)].permute(2, 0, 1)
    return {name: value.contiguous() for name, value in expected.items()}


SPECS = {"stretch": """height: 16
width: 32
channels: 6
stride: 4
store: f32
output: {layer: head}
""", "tokens": """height: 40
width: 40
resize: long_side
multiple: 8
filter: bicubic
mean: [0.5, 0.5, 0.5]
std: [0.5, 0.5, 0.5]
max_batch: 2
channels: 5
stride: 4
store: f32
output: {layer: head, index: 1, layout: nlc}
""", "padded": """height: 32
width: 32
resize: pad
channels: 4
stride: 4
store: f32
output: {layer: head, key: fine, layout: nhwc}
"""}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    nets = {"stretch": filled(Stretch(6), 1), "tokens": filled(Tokens(5), 2), "padded": filled(Padded(4), 3)}
    images = pictures()
    scripts = {name: torch.jit.script(net) for name, net in nets.items()}
    expected = features({name: net.eval() for name, net in nets.items()}, images)
    if check:
        stored = load_file(HERE / "expected.safetensors")
        assert stored.keys() == expected.keys()
        print(max((stored[name] - expected[name]).abs().max().item() for name in expected))
        return
    for name, image in images.items():
        (HERE / "images" / name).parent.mkdir(parents=True, exist_ok=True)
        image.save(HERE / "images" / name)
    for name, script in scripts.items():
        script.train()
        torch.jit.save(script, str(HERE / f"{name}.pt"))
        (HERE / f"{name}.yaml").write_text(f"name: golden-{name}\n" + SPECS[name])
    save_file(expected, HERE / "expected.safetensors")


main()
