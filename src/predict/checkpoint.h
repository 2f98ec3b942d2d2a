#pragma once

/// Which checkpoint answers, and how it is run.

#include <cstdint>
#include <string>
#include <vector>

#include "core/describe.h"
#include "core/dtype.h"

namespace pixelsail {

struct CheckpointConfig {
  std::string name;
  std::string dir;
  std::string adapter;
};

struct SessionConfig {
  std::string device = "auto";
  std::string dtype = "auto";
  std::int64_t threads = 0;
  std::string mask_rule = "logit";
};

/// What a checkpoint can be run in: auto and all types of weights.
inline std::vector<std::string> answer_dtype_names() {
  std::vector<std::string> names = weight_dtype_names();
  names.emplace_back("auto");
  return names;
}

template <class Visitor>
void describe(Visitor& v, CheckpointConfig& c) {
  v.field("name", c.name, {.help = "name of its results; empty: that of the benchmark"});
  v.field("dir", c.dir, {.required = true, .help = "checkpoint folder"});
  v.field("adapter", c.adapter, {.help = "folder of a LoRA adapter for it; empty: none"});
}

template <class Visitor>
void describe(Visitor& v, SessionConfig& c) {
  v.field("device", c.device, {.help = "auto, cpu, cuda, cuda:N"});
  v.field(
      "dtype", c.dtype,
      {.one_of = answer_dtype_names(),
       .help = "weights and arithmetic of the model; auto: bf16 on a GPU that multiplies in it, else f32"});
  v.field("threads", c.threads, {.min = 0, .max = 4096, .help = "CPU threads; 0: one per core"});
  v.field("mask_rule", c.mask_rule,
          {.one_of = {"logit", "sigmoid"},
           .help = "a pixel is inside: logit > 0, or sigmoid > 0.5 in the dtype of the model"});
}

}  // namespace pixelsail
