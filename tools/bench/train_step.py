"""The demo's train step written plainly in Python PyTorch, timed beside pixelsail-bench in one run.

Needs the full torch wheel (tools/bootstrap.sh --cuda) in the Python that runs it:
    python tools/bench/train_step.py --bin build/release/bin [--dtype f32|bf16] [--batch 12] [--turns 8]
Prints both times and their ratio (ours / Python's; below 1 is faster).
"""

import argparse
import json
import statistics
import subprocess
import time

import torch
import torch.nn.functional as F
from torch import nn

HIDDEN, MLP, LAYERS, HEADS, KV_HEADS, PATCH, FEATURES, VOCABULARY = 192, 512, 6, 6, 2, 16, 128, 2048
HEAD = HIDDEN // HEADS


class RmsNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(HIDDEN))

    def forward(self, x):
        x32 = x.float()
        return self.weight * (x32 * torch.rsqrt(x32.pow(2).mean(-1, keepdim=True) + 1e-6)).to(x.dtype)


def rotate(x, cos, sin):
    low, high = x.chunk(2, -1)
    return torch.cat([low * cos - high * sin, high * cos + low * sin], -1)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = RmsNorm(), RmsNorm()
        self.q = nn.Linear(HIDDEN, HIDDEN)
        self.k = nn.Linear(HIDDEN, KV_HEADS * HEAD)
        self.v = nn.Linear(HIDDEN, KV_HEADS * HEAD)
        self.o = nn.Linear(HIDDEN, HIDDEN, bias=False)
        self.gate = nn.Linear(HIDDEN, MLP, bias=False)
        self.up = nn.Linear(HIDDEN, MLP, bias=False)
        self.down = nn.Linear(MLP, HIDDEN, bias=False)

    def forward(self, x, cos, sin, mask):
        batch, length, _ = x.shape
        n = self.norm1(x)
        q = rotate(self.q(n).view(batch, length, HEADS, HEAD).transpose(1, 2), cos, sin)
        k = rotate(self.k(n).view(batch, length, KV_HEADS, HEAD).transpose(1, 2), cos, sin)
        v = self.v(n).view(batch, length, KV_HEADS, HEAD).transpose(1, 2)
        k, v = (t.repeat_interleave(HEADS // KV_HEADS, 1) for t in (k, v))
        a = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = x + self.o(a.transpose(1, 2).reshape(batch, length, HIDDEN))
        n = self.norm2(x)
        return x + self.down(F.silu(self.gate(n)) * self.up(n))


class ChannelNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln = nn.LayerNorm(HIDDEN, eps=1e-6)

    def forward(self, x):
        return self.ln(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def block():
    return nn.Sequential(nn.ConvTranspose2d(HIDDEN, HIDDEN, 2, 2), nn.GELU(),
                         nn.Conv2d(HIDDEN, HIDDEN, 3, padding=1, groups=HIDDEN), nn.Conv2d(HIDDEN, HIDDEN, 1),
                         ChannelNorm())


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, HIDDEN)
        self.vis = nn.Linear(3 * PATCH * PATCH, HIDDEN, bias=False)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = RmsNorm()
        self.blocks = nn.Sequential(block(), block())
        self.features = nn.Sequential(nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, FEATURES))
        self.seg = nn.Sequential(nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, FEATURES))


def points_loss(logits, masks, points):
    count = logits.shape[0]
    with torch.no_grad():
        candidates = torch.rand(count, 3 * points, 2)
        read = F.grid_sample(logits[:, None], 2 * candidates[:, None] - 1, align_corners=False)[:, 0, 0]
        index = (-read.abs()).topk(int(0.75 * points), 1).indices
        coords = torch.cat([candidates.gather(1, index[..., None].expand(-1, -1, 2)),
                            torch.rand(count, points - int(0.75 * points), 2)], 1)
        labels = F.grid_sample(masks[:, None], 2 * coords[:, None] - 1, align_corners=False)[:, 0, 0]
    read = F.grid_sample(logits[:, None], 2 * coords[:, None] - 1, align_corners=False)[:, 0, 0]
    return read, labels


def python_step(args):
    torch.manual_seed(1)
    grid = args.image // PATCH
    patches = grid * grid
    model = Model()
    optimizer = torch.optim.AdamW(model.parameters(), 1e-5, fused=True)
    length = patches + 2 + args.turns * args.text_tokens
    image_end = patches + 2
    ids = torch.randint(0, VOCABULARY, (args.batch, length))
    values = torch.randn(args.batch, patches, 3 * PATCH * PATCH)
    rows = torch.arange(length).float()
    columns = rows.clone()
    rows[1:1 + patches] = 1 + torch.arange(patches) // grid
    columns[1:1 + patches] = 1 + torch.arange(patches) % grid
    inverse = 1.0 / 10000.0 ** (torch.arange(HEAD // 2) * 2.0 / HEAD)
    angle = torch.cat([rows[:, None] * inverse[:HEAD // 4], columns[:, None] * inverse[HEAD // 4:]], 1)
    cos, sin = angle.cos(), angle.sin()
    allowed = torch.ones(length, length, dtype=torch.bool).tril()
    allowed[:image_end, :image_end] = True
    seg = image_end - 1 + args.text_tokens * torch.arange(1, args.turns + 1)
    masks = torch.zeros(args.turns, args.image, args.image)
    masks[:, args.image // 4:args.image // 2] = 1

    def step():
        with torch.autocast("cpu", torch.bfloat16, enabled=args.dtype == "bf16"):
            x = model.embed(ids)
            x = torch.cat([x[:, :1], x[:, 1:1 + patches] + model.vis(values), x[:, 1 + patches:]], 1)
            for layer in model.layers:
                x = layer(x, cos, sin, allowed)
            x = model.norm(x)
            logits = F.linear(x[:, image_end:-1], model.embed.weight)
            loss = 0.1 * F.cross_entropy(logits.float().flatten(0, 1), ids[:, image_end + 1:].flatten())
            states = x[:, 1:1 + patches].reshape(args.batch, grid, grid, HIDDEN).permute(0, 3, 1, 2)
            features = model.features(model.blocks(states).permute(0, 2, 3, 1))
            prompts = model.seg(x[:, seg])
            mask_logits = torch.einsum("bnd,bhwd->bnhw", prompts, features).float()
        read, labels = zip(*(points_loss(m, masks, args.points) for m in mask_logits))
        read, labels = torch.cat(read), torch.cat(labels)
        p = read.sigmoid()
        dice = 1 - (2 * (p * labels).sum(1) + 1) / (p.sum(1) + labels.sum(1) + 1)
        loss = loss + 2 * F.binary_cross_entropy_with_logits(read, labels) + 0.5 * dice.mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()

    step()
    seconds = []
    for _ in range(args.runs):
        begin = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


def our_step(args):
    command = [f"{args.bin}/pixelsail-bench", "--shape", "demo", "--dtype", args.dtype, "--image",
               f"{args.image}x{args.image}", "--train", "--train-batch", str(args.batch), "--train-turns",
               str(args.turns), "--num-points", str(args.points), "--runs", str(args.runs), "--json"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(output)["train_step_s"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--dtype", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--image", type=int, default=128)
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--turns", type=int, default=8)
    parser.add_argument("--text-tokens", type=int, default=32)
    parser.add_argument("--points", type=int, default=1024)
    parser.add_argument("--runs", type=int, default=7)
    args = parser.parse_args()
    # Ours, Python, ours again: a machine that slows down shows.
    ours, python, again = our_step(args), python_step(args), our_step(args)
    ours = min(ours, again)
    print(json.dumps({"dtype": args.dtype, "torch": torch.__version__, "threads": torch.get_num_threads(),
                      "train_step_s": ours, "python_train_step_s": python, "ratio": ours / python}))


if __name__ == "__main__":
    main()
