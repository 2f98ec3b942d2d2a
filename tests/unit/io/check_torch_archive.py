#!/usr/bin/env python3
"""Checks that torch.load reads the archive that torch_archive_write_test.cpp leaves in the build folder.

    python check_torch_archive.py ../../../build/release/torch_archive_write_test.pth

Needs torch; run it after a change of the writer.
"""
import sys
import zipfile

import torch

TYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64,
         "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8, "BOOL": torch.bool}


def main():
    path = sys.argv[1]
    assert zipfile.ZipFile(path).testzip() is None, "a checksum is wrong"
    data = bytes(i % 2 for i in range(24 * 8))
    for options in ({}, {"mmap": True}):
        checkpoint = torch.load(path, weights_only=True, **options)
        assert checkpoint["meta"] == {"mmengine_version": "0.10.7", "cfg": "a = 1\n\u00fc"}, checkpoint["meta"]
        tensors = checkpoint["state_dict"]
        assert list(tensors) == ["t." + name for name in TYPES] + ["scalar", "nothing", "\u00fc \"quoted\"", "tied"]
        for name, dtype in TYPES.items():
            tensor = tensors["t." + name]
            assert tensor.dtype == dtype and tensor.shape == (2, 3, 4) and tensor.is_contiguous(), name
            raw = bytes(tensor.reshape(-1).view(torch.uint8).tolist())
            assert raw == data[:len(raw)] and len(raw) == 24 * tensor.element_size(), name
        assert tensors["scalar"].shape == () and tensors["nothing"].shape == (3, 0, 5)
        assert tensors["tied"].data_ptr() == tensors["t.F32"].data_ptr()
    print("ok")


main()
