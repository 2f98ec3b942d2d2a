"""Read bandwidth of the memory: what decoding one token after the other cannot exceed.

Threads of torch sum a buffer far larger than the caches; the best of several readings counts. Prints one JSON
object:

    python tools/bench/read_bandwidth.py --threads 2 [--megabytes 512] [--runs 5]
"""

from __future__ import annotations

import argparse
import json
import time

import torch


def read_gb_s(megabytes: int, runs: int) -> float:
    """Best rate, 1 GB = 10^9 bytes. Whether a sum or a dot product is faster depends on the CPU."""
    buffer = torch.ones(megabytes * 2**20 // 4)
    seconds = []
    for _ in range(runs):
        for read in (torch.sum, lambda x: torch.dot(x, x)):
            begin = time.perf_counter()
            read(buffer)
            seconds.append(time.perf_counter() - begin)
    return buffer.nbytes / min(seconds) / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=0, help="0: torch's default")
    parser.add_argument("--megabytes", type=int, default=512, help="size of the buffer")
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    if args.threads > 0:
        torch.set_num_threads(args.threads)
    print(json.dumps({"read_gb_s": read_gb_s(args.megabytes, args.runs), "threads": torch.get_num_threads(),
                      "torch": torch.__version__}))


if __name__ == "__main__":
    main()
