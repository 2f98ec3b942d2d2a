"""Sizes of a model (configs/model/*.yaml) and the patches of an image, for the scripts of this folder."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "model"
SHAPES = {"demo": CONFIGS / "demo.yaml", "0.5b": CONFIGS / "sail_0_5b.yaml", "3b": CONFIGS / "sail_3b.yaml"}
MAX_SIDE = 1024  # pixels of the longer side after resizing


@dataclasses.dataclass
class Shape:
    """Sizes of a model under their Hugging Face names; defaults are those of src/model/config.h."""

    vocab_size: int
    hidden_size: int = 896
    intermediate_size: int = 4864
    num_hidden_layers: int = 24
    num_attention_heads: int = 14
    num_key_value_heads: int = 2
    head_dim: int = 0
    rms_norm_eps: float = 1e-6
    rope_theta: float = 1e6
    tie_word_embeddings: bool = True
    vision_patch_size: int = 16
    seg_hidden_states: int = 512
    in_dim_limit: int = 1024
    mask_stride: int = 2

    def __post_init__(self) -> None:
        self.head_dim = self.head_dim or self.hidden_size // self.num_attention_heads

    @property
    def mask_in_dim(self) -> int:
        return min(self.hidden_size, self.in_dim_limit)

    @property
    def upsample_blocks(self) -> int:
        return max(0, math.ceil(math.log2(self.vision_patch_size / self.mask_stride)))

    @classmethod
    def from_values(cls, values: dict) -> Shape:
        """Takes what it knows of `values`; other keys do not change this model's arithmetic."""
        known = {field.name for field in dataclasses.fields(cls)}
        return cls(**{key: value for key, value in values.items() if key in known})


def read_shape(path: Path, vocabulary: int) -> Shape:
    """Reads `key: value` lines below `model:` of a model configuration."""
    values: dict = {}
    for line in path.read_text().splitlines():
        key, _, value = line.partition("#")[0].partition(":")
        if value.strip():
            values[key.strip()] = json.loads(value)
    return Shape.from_values(values | {"vocab_size": vocabulary})


def parse_size(text: str) -> tuple[int, int]:
    """WIDTHxHEIGHT"""
    width, height = (int(side) for side in text.split("x"))
    return width, height


def patch_grid(width: int, height: int, patch: int) -> tuple[int, int]:
    """Rows and columns of patches of an image, as src/image/preprocess.cpp resizes it."""
    long, short = max(width, height), min(width, height)
    long_patches = min(math.ceil(long / patch), MAX_SIDE // patch)
    short_patches = max(math.ceil(long_patches * patch * short // long / patch), 1)
    return (short_patches, long_patches) if width >= height else (long_patches, short_patches)
