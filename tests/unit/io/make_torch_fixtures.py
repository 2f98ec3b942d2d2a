#!/usr/bin/env python3
"""Writes small torch archives and what they hold, for torch_source_test.cpp.

    python make_torch_fixtures.py fixtures/torch

Needs torch and numpy. NAME.json says for each tensor of NAME.pth (and NAME_p3.pth, NAME_p4.pth, the same in other pickle
protocols) the element type as in a safetensors header, the shape, and the elements as bytes in hexadecimal, row-major.
mmengine is not needed: the class that its checkpoints hold is imitated here.
"""
import collections
import io
import json
import os
import sys
import types
import zipfile

import numpy
import torch

NAMES = {torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
         torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL"}


def expected(tensors):
    out = collections.OrderedDict()
    for name, tensor in tensors.items():
        plain = tensor.detach().contiguous()
        raw = plain.reshape(-1).view(torch.uint8) if plain.numel() > 0 else torch.empty(0, dtype=torch.uint8)
        out[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data": bytes(raw.tolist()).hex()}
    return out


def numbers(*shape, dtype=torch.float32):
    count = int(numpy.prod(shape)) if shape else 1
    return (torch.arange(count, dtype=torch.float64) * 0.75 - 3).reshape(shape).to(dtype)


def history_buffer():
    """mmengine.logging.history_buffer.HistoryBuffer, as pickles see it."""
    module = types.ModuleType("mmengine.logging.history_buffer")

    class HistoryBuffer:
        def __init__(self, values):
            self._max_length = 1000000
            self._history = numpy.array(values)
            self._counts = numpy.ones(len(values), dtype=numpy.int64)

    HistoryBuffer.__module__ = module.__name__
    HistoryBuffer.__qualname__ = "HistoryBuffer"
    module.HistoryBuffer = HistoryBuffer
    sys.modules["mmengine"] = types.ModuleType("mmengine")
    sys.modules["mmengine.logging"] = types.ModuleType("mmengine.logging")
    sys.modules[module.__name__] = module
    return HistoryBuffer


def mmengine_like():
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    with torch.no_grad():
        for i, parameter in enumerate(model.parameters()):
            parameter.copy_(numbers(*parameter.shape) + i)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    model(numbers(4, 3)).sum().backward()
    optimizer.step()
    HistoryBuffer = history_buffer()
    state = model.state_dict()
    return state, {
        "meta": {"epoch": 3, "iter": 1200, "cfg": "model = dict()\n", "seed": None, "mmengine_version": "0.10.7",
                 "dataset_meta": {"classes": ("a", "b")}, "time": "20250101_000000"},
        "state_dict": state,
        "message_hub": {"log_scalars": collections.OrderedDict({"train/loss": HistoryBuffer([0.5, 0.25, 0.125])}),
                        "runtime_info": collections.OrderedDict(epoch=3, lr=numpy.float64(0.01), device=torch.device("cpu"),
                                                                dtype=torch.float32, size=torch.Size([2, 3])),
                        "resumed_keys": collections.OrderedDict({"train/loss": True})},
        "optimizer": optimizer.state_dict(),
        "param_schedulers": [{"last_step": 1200, "_global_step": 1201, "base": [0.01], "verbose": False}],
    }


def types_dict():
    tensors = collections.OrderedDict()
    for dtype, name in NAMES.items():
        tensors["t." + name] = numbers(2, 3, dtype=dtype) if dtype != torch.uint8 else torch.arange(6, dtype=dtype).reshape(2, 3)
    tensors["scalar"] = torch.tensor(2.5)
    tensors["none"] = torch.empty(0, 4)
    tensors["parameter"] = torch.nn.Parameter(numbers(5))
    return tensors


def views_dict():
    base = numbers(4, 6)
    wide = numbers(3, 4, 5, dtype=torch.bfloat16)
    tied = numbers(3, 2)
    return collections.OrderedDict([
        ("base", base), ("transposed", base.t()), ("rows", base[1:3]), ("columns", base[:, 2:5]), ("stepped", base[::2, 1::3]),
        ("one column", base[:, 3]), ("element", base[2, 2]), ("empty", base[4:]), ("permuted", wide.permute(2, 0, 1)),
        ("inner", wide[1:, 1:3, ::2]), ("tied.a", tied), ("tied.b", tied), ("as rows", tied.view(2, 3)),
        ("unit", base[:, :1]),
    ])


def main():
    folder = sys.argv[1]
    torch.manual_seed(0)

    def write(name, tensors, content, protocol=2):
        torch.save(content, os.path.join(folder, name + ".pth"), pickle_protocol=protocol)
        with open(os.path.join(folder, name.removesuffix("_p3").removesuffix("_p4") + ".json"), "w") as f:
            json.dump(expected(tensors), f, indent=0)
            f.write("\n")

    state, checkpoint = mmengine_like()
    write("mmengine", state, checkpoint)
    write("mmengine_p4", state, checkpoint, 4)
    write("types", types_dict(), types_dict())
    views = views_dict()
    for protocol, name in ((2, "views"), (3, "views_p3"), (4, "views_p4")):
        write(name, views, {"model": views, "step": 7}, protocol)
    torch.save(collections.OrderedDict(a=numbers(2)), os.path.join(folder, "legacy.pth"), _use_new_zipfile_serialization=False)
    torch.save(collections.OrderedDict(a=numbers(2)), os.path.join(folder, "plain.pth"))
    with zipfile.ZipFile(os.path.join(folder, "plain.pth")) as source, \
            zipfile.ZipFile(os.path.join(folder, "deflated.pth"), "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.namelist():
            target.writestr(zipfile.ZipInfo(entry), source.read(entry), zipfile.ZIP_DEFLATED)
    program = io.BytesIO()
    torch.jit.save(torch.jit.script(torch.nn.Identity()), program)
    with open(os.path.join(folder, "script.pth"), "wb") as f:
        f.write(program.getvalue())


main()
