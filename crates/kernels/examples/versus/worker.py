"""Times operations of PyTorch: reads `calls operation size...` lines, prints nanoseconds of each call.

An operation whose name ends in `_grad` is timed forward and backward together.
"""

import itertools
import math
import os
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(int(os.environ["RAYON_NUM_THREADS"]))


def make(*shape):
    return torch.rand(*shape) - 0.5


def deformable(sides, values, places, weights):
    """Deformable attention in operations of PyTorch, as its authors give it for processors."""
    batch, _, heads, channels = values.shape
    _, queries, _, _, points, _ = places.shape
    grids = 2 * places - 1
    samples = []
    for level, part in enumerate(values.split([side * side for side in sides], dim=1)):
        side = sides[level]
        part = part.flatten(2).transpose(1, 2).reshape(batch * heads, channels, side, side)
        grid = grids[:, :, :, level].transpose(1, 2).flatten(0, 1)
        samples.append(F.grid_sample(part, grid, align_corners=False))
    weights = weights.transpose(1, 2).reshape(batch * heads, 1, queries, len(sides) * points)
    summed = (torch.cat(samples, -1) * weights).sum(-1)
    return summed.view(batch, heads * channels, queries).transpose(1, 2).contiguous()


def decode(storage, inner, outer):
    """One row with weights in turns, so that no cache holds the next one; the least bytes that PyTorch can store them in."""
    size = {"bf16": 2, "8bit": 1, "4bit": 0.5}[storage]
    count = math.ceil(400 * 2**20 / (inner * outer * size))
    row = make(1, inner).bfloat16()
    if storage == "bf16":
        weights = [make(outer, inner).bfloat16() for _ in range(count)]
        call = lambda weight: F.linear(row, weight)
    elif storage == "8bit":
        weights = [torch.randint(-127, 128, (outer, inner), dtype=torch.int8) for _ in range(count)]
        scale = make(outer).bfloat16()
        call = lambda weight: torch._weight_int8pack_mm(row, weight, scale)
    else:
        codes = torch.randint(0, 16, (outer, inner), dtype=torch.int32)
        weights = [torch._convert_weight_to_int4pack_for_cpu(codes, 1) for _ in range(count)]
        scales = make(inner // 32, outer, 2).bfloat16()
        call = lambda weight: torch._weight_int4pack_mm_for_cpu(row, weight, 32, scales)
    turn = itertools.cycle(weights)
    return [], lambda: call(next(turn)), None


def transformer(kind, layers, channels, heads, batch, tokens):
    """A vision transformer: its forward pass, or a step of training with PyTorch's fastest AdamW."""
    dtype = torch.bfloat16 if kind == "vit_bf16" else torch.float32
    x = make(batch, tokens, channels).to(dtype)
    parameter = lambda *shape: (0.1 * make(*shape)).to(dtype).requires_grad_(kind == "training_step")
    model = []
    for _ in range(layers):
        matrices = [parameter(a * channels, b * channels) for a, b in [(3, 1), (1, 1), (4, 1), (1, 4)]]
        model.append((matrices, [parameter(size * channels) for size in [1, 1, 1, 1, 3, 1, 4, 1]]))

    def forward():
        y = x
        for (qkv, out, up, down), v in model:
            packed = F.linear(F.layer_norm(y, (channels,), v[0], v[1]), qkv, v[4])
            q, k, v_ = packed.view(batch, tokens, 3, heads, -1).permute(2, 0, 3, 1, 4)
            attended = F.scaled_dot_product_attention(q, k, v_).transpose(1, 2).reshape(batch, tokens, channels)
            y = y + F.linear(attended, out, v[5])
            hidden = F.gelu(F.linear(F.layer_norm(y, (channels,), v[2], v[3]), up, v[6]))
            y = y + F.linear(hidden, down, v[7])
        return y

    if kind != "training_step":
        return [], torch.no_grad()(forward), None
    parameters = [p for matrices, vectors in model for p in matrices + vectors]
    optimizer = torch.optim.AdamW(parameters, lr=1e-4, fused=True)

    @torch.enable_grad()
    def step():
        optimizer.zero_grad()
        forward().square().mean().backward()
        optimizer.step()

    return [], step, None


def build(name, n):
    if name.startswith("vit") or name == "training_step":
        return transformer(name, *n)
    half = name.endswith("_bf16") and not name.startswith("decode")
    if half:
        inputs, call, _ = build(name.removesuffix("_bf16"), n)
        return [x.bfloat16() for x in inputs], call, None
    grad = name.endswith("_grad")
    kind = name.removesuffix("_grad")
    if kind == "linear":
        rows, inner, outer = n
        inputs = [make(rows, inner), make(outer, inner), make(outer)]
        call = lambda x, w, b: F.linear(x, w, b)
    elif kind == "linear_gelu":
        rows, inner, outer = n
        inputs = [make(rows, inner), make(outer, inner), make(outer)]
        call = lambda x, w, b: F.gelu(F.linear(x, w, b))
    elif kind == "attention":
        batch, heads, queries, keys, channels = n
        inputs = [make(batch, heads, queries, channels), make(batch, heads, keys, channels), make(batch, heads, keys, channels)]
        call = F.scaled_dot_product_attention
    elif kind == "conv":
        batch, channels, size, out, kernel, stride = n
        inputs = [make(batch, channels, size, size), make(out, channels, kernel, kernel), make(out)]
        call = lambda x, w, b: F.conv2d(x, w, b, stride=stride, padding=kernel // 2)
    elif kind == "depthwise":
        batch, channels, size, kernel = n
        inputs = [make(batch, channels, size, size), make(channels, 1, kernel, kernel), make(channels)]
        call = lambda x, w, b: F.conv2d(x, w, b, padding=kernel // 2, groups=channels)
    elif kind == "transposed":
        batch, channels, size, out = n
        inputs = [make(batch, channels, size, size), make(channels, out, 2, 2), make(out)]
        call = lambda x, w, b: F.conv_transpose2d(x, w, b, stride=2)
    elif kind == "gelu":
        inputs = [make(*n)]
        call = F.gelu
    elif kind == "softmax":
        inputs = [make(*n)]
        call = lambda x: F.softmax(x, -1)
    elif kind == "layer_norm":
        inputs = [make(*n), make(n[-1]), make(n[-1])]
        call = lambda x, w, b: F.layer_norm(x, (n[-1],), w, b)
    elif kind == "layer_norm_2d":
        inputs = [make(*n), make(n[1]), make(n[1])]

        def call(x, w, b):
            mean = x.mean(1, keepdim=True)
            variance = (x - mean).pow(2).mean(1, keepdim=True)
            x = (x - mean) / torch.sqrt(variance + 1e-6)
            return w[:, None, None] * x + b[:, None, None]

    elif kind == "resize":
        batch, channels, size, target = n
        inputs = [make(batch, channels, size, size)]
        call = lambda x: F.interpolate(x, size=(target, target), mode="bilinear", align_corners=False)
    elif kind == "grid_sample":
        batch, channels, size, samples = n
        inputs = [make(batch, channels, size, size), 2 * make(batch, samples, 1, 2)]
        call = lambda x, grid: F.grid_sample(x, grid, align_corners=False)
    elif kind == "deformable":
        batch, queries, heads, channels, size, points = n
        sides = [size >> level for level in range(3)]
        inputs = [
            make(batch, sum(side * side for side in sides), heads, channels),
            make(batch, queries, heads, len(sides), points, 2) + 0.5,
            make(batch, queries, heads, len(sides) * points),
        ]
        call = lambda *x: deformable(sides, *x)
    elif kind.startswith("decode"):
        return decode(kind.removeprefix("decode_"), *n)
    elif kind in ("permute", "channels_last"):
        axes = (0, 2, 1, 3) if kind == "permute" else (0, 2, 3, 1)
        inputs = [make(*n)]
        call = lambda x: x.permute(axes).contiguous()
    elif kind == "add":
        inputs = [make(*n), make(*n)]
        call = lambda a, b: a + b
    else:
        raise ValueError(name)
    if not grad:
        return inputs, call, None
    return [x.requires_grad_() for x in inputs], lambda *x: torch.autograd.grad(call(*x).sum(), x), True


def main():
    current, built = None, None
    for line in sys.stdin:
        calls, name, *sizes = line.split()
        if line != current:
            current, built = line, build(name, [int(s) for s in sizes])
        inputs, call, grad = built
        times = []
        with torch.set_grad_enabled(grad is not None):
            for _ in range(int(calls)):
                start = time.perf_counter_ns()
                call(*inputs)
                times.append(time.perf_counter_ns() - start)
        print(*times, flush=True)


main()
