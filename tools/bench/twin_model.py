"""The model of Pixel-SAIL (backbone "sail") in plain PyTorch, as the transformers library and the published
code run theirs: a dense L x L attention mask, keys and values repeated for the heads that share them, a
key/value cache that grows by concatenation, an upsampler with channels first. python_twin.py measures and
checks it.

Legend: L tokens, C hidden size, P patch size, h x w patches, d head size, N [SEG] tokens, H x W mask logits.
"""

from __future__ import annotations

import dataclasses

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model_shape import Shape


class KvCache:
    """Keys and values of all layers, [1, kv heads, tokens, d] each; every new token copies them."""

    def __init__(self) -> None:
        self.layers: dict[int, tuple[Tensor, Tensor]] = {}

    def update(self, layer: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        if layer in self.layers:
            old_key, old_value = self.layers[layer]
            key, value = torch.cat([old_key, key], dim=-2), torch.cat([old_value, value], dim=-2)
        self.layers[layer] = key, value
        return key, value


class RmsNorm(nn.Module):
    def __init__(self, size: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        x32 = x.float()
        return self.weight * (x32 * torch.rsqrt(x32.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype)


def rotate_half(x: Tensor) -> Tensor:
    low, high = x.chunk(2, dim=-1)
    return torch.cat([-high, low], dim=-1)


def repeat_kv(x: Tensor, times: int) -> Tensor:
    batch, heads, length, size = x.shape
    return x[:, :, None].expand(batch, heads, times, length, size).reshape(batch, heads * times, length, size)


def rotary_tables(rows: Tensor, columns: Tensor, shape: Shape, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Cosines and sines, [L, d]: half of the rotary pairs turn by the row, the others by the column."""
    pairs = shape.head_dim // 2
    inverse = 1.0 / shape.rope_theta ** (torch.arange(pairs).float() * 2 / shape.head_dim)
    angle = torch.cat([rows.float()[:, None] * inverse[:pairs // 2],
                       columns.float()[:, None] * inverse[pairs // 2:]], dim=1)
    angle = torch.cat([angle, angle], dim=1)
    return angle.cos().to(dtype), angle.sin().to(dtype)


class Attention(nn.Module):
    def __init__(self, shape: Shape, layer: int) -> None:
        super().__init__()
        self.layer, self.head_dim = layer, shape.head_dim
        self.group = shape.num_attention_heads // shape.num_key_value_heads
        inner, kv_inner = (n * shape.head_dim for n in (shape.num_attention_heads, shape.num_key_value_heads))
        self.q_proj = nn.Linear(shape.hidden_size, inner)
        self.k_proj = nn.Linear(shape.hidden_size, kv_inner)
        self.v_proj = nn.Linear(shape.hidden_size, kv_inner)
        self.o_proj = nn.Linear(inner, shape.hidden_size, bias=False)

    def forward(self, x: Tensor, rope: tuple[Tensor, Tensor], mask: Tensor | None,
                cache: KvCache | None) -> Tensor:
        batch, length, _ = x.shape
        query, key, value = (projection(x).view(batch, length, -1, self.head_dim).transpose(1, 2)
                             for projection in (self.q_proj, self.k_proj, self.v_proj))
        cos, sin = rope
        query = query * cos + rotate_half(query) * sin
        key = key * cos + rotate_half(key) * sin
        if cache is not None:
            key, value = cache.update(self.layer, key, value)
        key, value = repeat_kv(key, self.group), repeat_kv(value, self.group)
        out = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return self.o_proj(out.transpose(1, 2).reshape(batch, length, -1))


class GatedMlp(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(shape.hidden_size, shape.intermediate_size, bias=False)
        self.up_proj = nn.Linear(shape.hidden_size, shape.intermediate_size, bias=False)
        self.down_proj = nn.Linear(shape.intermediate_size, shape.hidden_size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class DecoderLayer(nn.Module):
    def __init__(self, shape: Shape, layer: int) -> None:
        super().__init__()
        self.input_layernorm = RmsNorm(shape.hidden_size, shape.rms_norm_eps)
        self.self_attn = Attention(shape, layer)
        self.post_attention_layernorm = RmsNorm(shape.hidden_size, shape.rms_norm_eps)
        self.mlp = GatedMlp(shape)

    def forward(self, x: Tensor, rope: tuple[Tensor, Tensor], mask: Tensor | None,
                cache: KvCache | None) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), rope, mask, cache)
        return x + self.mlp(self.post_attention_layernorm(x))


@dataclasses.dataclass
class Sequence:
    """Tokens of one sample; the image block, <vision> to </vision>, ends before `image_end`."""

    ids: Tensor  # [L]
    rows: Tensor
    columns: Tensor
    patches: Tensor | None = None  # [h*w, 3*P*P]
    first_patch: int = 0
    image_end: int = 0
    prompts: Tensor | None = None  # [L], id of <PromptK> of a prompted patch, else -1

    def dense_mask(self, dtype: torch.dtype) -> Tensor:
        """[L, L], 0 where a token is seen and -inf elsewhere: causal, but the image block sees itself."""
        allowed = torch.ones(len(self.ids), len(self.ids), dtype=torch.bool).tril()
        image = slice(self.first_patch - 1, self.image_end)
        allowed[image, image] = True
        return torch.zeros(allowed.shape, dtype=dtype).masked_fill_(~allowed, float("-inf"))


class Transformer(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embed_tokens = nn.Embedding(shape.vocab_size, shape.hidden_size)
        self.vis_embed = nn.Linear(3 * shape.vision_patch_size**2, shape.hidden_size, bias=False)
        self.vp_embed = nn.Linear(shape.hidden_size, shape.hidden_size, bias=False)
        self.layers = nn.ModuleList(DecoderLayer(shape, i) for i in range(shape.num_hidden_layers))
        self.norm = RmsNorm(shape.hidden_size, shape.rms_norm_eps)

    def forward(self, sequence: Sequence, cache: KvCache | None = None) -> Tensor:
        """States after the final norm, [1, L, C]. A single token sees the whole cache, without a mask."""
        x = self.embed_tokens(sequence.ids)
        if sequence.patches is not None:
            visual = self.vis_embed(sequence.patches.to(x.dtype))
            x[sequence.first_patch:sequence.first_patch + len(visual)] += visual
        if sequence.prompts is not None:
            prompted = sequence.prompts >= 0
            x[prompted] += self.vp_embed(self.embed_tokens(sequence.prompts[prompted]))
        x = x[None]
        rope = rotary_tables(sequence.rows, sequence.columns, self.shape, x.dtype)
        mask = sequence.dense_mask(x.dtype) if len(sequence.ids) > 1 else None
        for layer in self.layers:
            x = layer(x, rope, mask, cache)
        return self.norm(x)


class LanguageModel(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.model = Transformer(shape)
        if not shape.tie_word_embeddings:
            self.lm_head = nn.Linear(shape.hidden_size, shape.vocab_size, bias=False)

    def logits(self, states: Tensor) -> Tensor:
        tied = self.model.shape.tie_word_embeddings
        return F.linear(states, self.model.embed_tokens.weight) if tied else self.lm_head(states)


class SeparableConv(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.pointwise = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.pointwise(self.depthwise(x))


class ChannelNorm(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.ln = nn.LayerNorm(channels, eps=1e-6)

    def forward(self, x: Tensor) -> Tensor:
        return self.ln(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def upsample_block(channels: int) -> nn.Sequential:
    return nn.Sequential(nn.ConvTranspose2d(channels, channels, 2, stride=2), nn.GELU(),
                         SeparableConv(channels), ChannelNorm(channels))


def projector(inputs: int, middle: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, middle), nn.ReLU(), nn.Linear(middle, outputs))


class PixelSail(nn.Module):
    """Modules are named as in the published checkpoints."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        outer, inner, features = shape.hidden_size, shape.mask_in_dim, shape.seg_hidden_states
        self.single_transformer = LanguageModel(shape)
        self.image_feature_pre_projector = projector(outer, outer, inner) if outer > inner else nn.Identity()
        self.upsample_blocks = nn.ModuleList(upsample_block(inner) for _ in range(shape.upsample_blocks))
        self.image_feature_projector = projector(inner, inner, features)
        self.seg_token_projector = projector(outer, inner, features)

    def states(self, sequence: Sequence, cache: KvCache | None = None) -> Tensor:
        return self.single_transformer.model(sequence, cache)

    def mask_logits(self, patch_states: Tensor, grid: tuple[int, int], seg_states: Tensor) -> Tensor:
        """States of the patches [h*w, C] and of the [SEG] tokens [N, C] -> [N, H, W]."""
        x = self.image_feature_pre_projector(patch_states.view(1, *grid, -1)).permute(0, 3, 1, 2)
        for block in self.upsample_blocks:
            x = block(x)
        features = self.image_feature_projector(x.permute(0, 2, 3, 1))[0]
        return torch.einsum("nd,hwd->nhw", self.seg_token_projector(seg_states), features)

    def generate(self, prompt: Sequence, count: int) -> list[int]:
        """`count` greedy tokens behind the prompt."""
        cache = KvCache()
        states = self.states(prompt, cache)
        position = int(torch.maximum(prompt.rows, prompt.columns).max())
        ids: list[int] = []
        while True:
            ids.append(int(self.single_transformer.logits(states[0, -1]).float().argmax()))
            if len(ids) == count:
                return ids
            position += 1
            here = torch.tensor([position])
            states = self.states(Sequence(torch.tensor(ids[-1:]), here, here), cache)
