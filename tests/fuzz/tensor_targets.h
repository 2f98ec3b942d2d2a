#pragma once

/// The readers of pickles, tensors and run-length masks; their materials are in seeds.h and torch_seeds.h.

#include <string>

#include "core/rng.h"

namespace pixelsail::fuzz {

void run_pickle(const std::string& input);

/// Mutations change the length of the header; three times in four its length is written anew.
void repair_safetensors(std::string& input, Rng& rng);
void run_safetensors(const std::string& input);

/// "HEIGHT WIDTH TEXT", an RLE object, or a segmentation.
void run_rle(const std::string& input);

/// A torch archive, or, so that mutations get past the zip directory, its pickle: the storages are then "0",
/// "1" and so on, of 4, 8, 12 ... bytes.
void run_pth(const std::string& input);

/// An index; its shards are "s-1" (tensors "a" and "b"), "s-2" ("c") and "s-3" (faulty).
void run_index(const std::string& input);

}  // namespace pixelsail::fuzz
