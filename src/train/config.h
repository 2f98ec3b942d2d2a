#pragma once

/// Configuration of a training run; each part lives in the room of its component. configs/train/*.yaml hold
/// it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/describe.h"
#include "data/config.h"
#include "loss/config.h"
#include "model/config.h"
#include "model/lora_config.h"
#include "train/optimizer_config.h"

namespace pixelsail {

/// All parameters whose name `match` describes and that no earlier group has.
struct ParameterGroupConfig {
  std::string match;                   ///< regular expression for the whole name
  std::optional<double> lr;            ///< peak learning rate; unset: the optimizer's
  std::optional<double> weight_decay;  ///< unset: the optimizer's
  bool frozen = false;
};

struct LoopConfig {
  std::int64_t steps = 0;  ///< 0: as many as epochs take (train/run_length.h)
  double epochs = 0;       ///< instead of steps
  std::int64_t seed = 1;
  std::int64_t batch_size = 1;
  std::int64_t tokens_per_batch = 0;  ///< above 0: instead of batch_size, which is 1
  std::int64_t accumulate = 8;
  std::int64_t checkpoint_every = 500;
  std::int64_t eval_every = 0;
  std::int64_t keep_last = 2;
  std::string final_dtype = "f32";  ///< of the weights in final/
  std::string weights = "f32";      ///< that the model computes with
  bool recompute = false;           ///< layers are computed again for their gradients: less memory
  double peak_tflops = 0;           ///< of the device, for the MFU of the log; 0: what is known of it
  OptimizerConfig optimizer;
  std::vector<ParameterGroupConfig> parameters;
};

struct RunConfig {
  std::string output_dir;
  std::string device = "auto";
  std::string dtype = "f32";
  std::int64_t threads = 0;
  std::string tokenizer;
  std::string init_from;
  std::int64_t max_image_side = 1024;
  ModelConfig model;
  LoraConfig lora;
  DataConfig data;
  LossConfig loss;
  LoopConfig train;
};

template <class Visitor>
void describe(Visitor& v, ParameterGroupConfig& c) {
  v.field("match", c.match, {.required = true, .help = "regular expression for whole parameter names"});
  v.field("lr", c.lr, {.min = 0, .help = "peak learning rate; null: the optimizer's"});
  v.field("weight_decay", c.weight_decay, {.min = 0, .help = "null: the optimizer's"});
  v.field("frozen", c.frozen, {.help = "not trained"});
}

template <class Visitor>
void describe(Visitor& v, LoopConfig& c) {
  v.field("steps", c.steps,
          {.min = 0, .help = "optimizer steps; 0: as many as epochs take, 1000 without either"});
  v.field(
      "epochs", c.epochs,
      {.min = 0,
       .max = 1e6,
       .help = "instead of steps: how often every data set of the mixture is gone through at least, by the "
               "planned shares"});
  v.field("seed", c.seed, {.min = 0});
  v.field("batch_size", c.batch_size, {.min = 1, .help = "samples of a micro-batch"});
  v.field(
      "tokens_per_batch", c.tokens_per_batch,
      {.min = 0,
       .help = "a micro-batch is as many whole samples as have so many tokens together, a longer one alone; "
               "0: batch_size samples"});
  v.field("accumulate", c.accumulate, {.min = 1, .help = "micro-batches of a step"});
  v.field("checkpoint_every", c.checkpoint_every, {.min = 0, .help = "steps; 0: only at the end"});
  v.field("eval_every", c.eval_every, {.min = 0, .help = "steps; 0: never"});
  v.field("keep_last", c.keep_last, {.min = 1, .help = "checkpoints kept"});
  v.field("final_dtype", c.final_dtype,
          {.one_of = {"f32", "bf16", "f16"}, .help = "weights of the end result"});
  v.field(
      "weights", c.weights,
      {.one_of = {"f32", "bf16"},
       .help = "bf16: matrices are rounded once a step, with float32 originals for the optimizer, instead "
               "of at every pass; needs dtype bf16"});
  v.field("recompute", c.recompute,
          {.help = "keep only the input of each layer and compute it again for its gradients: less memory"});
  v.field(
      "peak_tflops", c.peak_tflops,
      {.min = 0,
       .help = "what the device can do in bf16 without sparsity, for the share of it in the log (mfu); 0: "
               "known of common GPUs"});
  v.field("optimizer", c.optimizer);
  v.field("parameters", c.parameters, {.help = "groups of parameters with settings of their own"});
}

template <class Visitor>
void describe(Visitor& v, RunConfig& c) {
  v.field("output_dir", c.output_dir, {.required = true, .help = "where everything is written"});
  v.field("device", c.device, {.help = "auto, cpu, cuda, cuda:N"});
  v.field("dtype", c.dtype,
          {.one_of = {"f32", "bf16", "auto"},
           .help = "bf16: autocast over the weights; auto: that where the device multiplies in bf16"});
  v.field("threads", c.threads, {.min = 0, .max = 1024, .help = "CPU threads of torch; 0: its default"});
  v.field("tokenizer", c.tokenizer, {.help = "folder or file; empty: init_from"});
  v.field("init_from", c.init_from, {.help = "checkpoint folder to start from; empty: random weights"});
  v.field("max_image_side", c.max_image_side,
          {.min = 1, .help = "longer sides are shrunk to this many pixels"});
  v.field("model", c.model,
          {.help = "required without init_from, which supplies the keys that are left out"});
  v.field("lora", c.lora, {.help = "train an adapter beside a frozen init_from"});
  v.field("data", c.data, {.required = true});
  v.field("loss", c.loss);
  v.field("train", c.train);
}

}  // namespace pixelsail
