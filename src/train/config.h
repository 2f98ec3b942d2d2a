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

namespace pixelsail {

/// Linear warmup and cosine decay (paper recipe as defaults).
struct OptimizerConfig {
  std::string kind = "adamw";
  double lr = 4e-5;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0.05;
  double clip_norm = 1.0;
  double warmup_fraction = 0.05;          ///< of all steps
  double warmup_start_factor = 1e-5;      ///< the warmup begins at lr times this
  std::optional<double> warmup_start_lr;  ///< older key: where it begins, as a rate; goes before the factor
  double final_lr = 0.0;
  std::string schedule_unit = "micro_batch";  ///< what the schedule advances with; or "update"
  double muon_lr_scale = 1.0;
  double muon_momentum = 0.95;
};

/// All parameters whose name `match` describes and that no earlier group has.
struct ParameterGroupConfig {
  std::string match;                   ///< regular expression for the whole name
  std::optional<double> lr;            ///< peak learning rate; unset: the optimizer's
  std::optional<double> weight_decay;  ///< unset: the optimizer's
  bool frozen = false;
};

struct TrainConfig {
  std::int64_t steps = 1000;
  std::int64_t seed = 1;
  std::int64_t batch_size = 1;
  std::int64_t accumulate = 8;
  std::int64_t checkpoint_every = 500;
  std::int64_t eval_every = 0;
  std::int64_t keep_last = 2;
  std::string final_dtype = "f32";  ///< of the weights in final/
  bool recompute = false;           ///< layers are computed again for their gradients: less memory
  OptimizerConfig optimizer;
  std::vector<ParameterGroupConfig> parameters;
};

struct TrainerConfig {
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
  TrainConfig train;
};

template <class Visitor>
void describe(Visitor& v, OptimizerConfig& c) {
  v.field(
      "kind", c.kind,
      {.one_of = {"adamw", "muon"}, .help = "muon: orthogonal updates of hidden matrices, AdamW elsewhere"});
  v.field("lr", c.lr, {.min = 0, .help = "peak learning rate"});
  v.field("beta1", c.beta1, {.min = 0, .max = 1});
  v.field("beta2", c.beta2, {.min = 0, .max = 1});
  v.field("eps", c.eps, {.min = 0});
  v.field("weight_decay", c.weight_decay, {.min = 0, .help = "decoupled, on every parameter"});
  v.field("clip_norm", c.clip_norm, {.min = 0, .help = "largest gradient norm; 0: no clipping"});
  v.field("warmup_fraction", c.warmup_fraction,
          {.min = 0, .max = 1, .help = "linear warmup, share of all steps"});
  v.field("warmup_start_factor", c.warmup_start_factor,
          {.min = 0, .max = 1, .help = "the warmup begins at lr times this"});
  v.field("warmup_start_lr", c.warmup_start_lr,
          {.min = 0, .help = "older key: the rate itself at which the warmup begins; null: by the factor"});
  v.field("final_lr", c.final_lr, {.min = 0, .help = "where the cosine ends"});
  v.field("schedule_unit", c.schedule_unit,
          {.one_of = {"micro_batch", "update"},
           .help = "what warmup and cosine advance with; an update takes the rate of its last micro-batch"});
  v.field("muon_lr_scale", c.muon_lr_scale, {.min = 0, .help = "learning rate of Muon's matrices, times lr"});
  v.field("muon_momentum", c.muon_momentum, {.min = 0, .max = 1});
}

template <class Visitor>
void describe(Visitor& v, ParameterGroupConfig& c) {
  v.field("match", c.match, {.required = true, .help = "regular expression for whole parameter names"});
  v.field("lr", c.lr, {.min = 0, .help = "peak learning rate; null: the optimizer's"});
  v.field("weight_decay", c.weight_decay, {.min = 0, .help = "null: the optimizer's"});
  v.field("frozen", c.frozen, {.help = "not trained"});
}

template <class Visitor>
void describe(Visitor& v, TrainConfig& c) {
  v.field("steps", c.steps, {.min = 1, .help = "optimizer steps"});
  v.field("seed", c.seed, {.min = 0});
  v.field("batch_size", c.batch_size, {.min = 1, .help = "samples of a micro-batch"});
  v.field("accumulate", c.accumulate, {.min = 1, .help = "micro-batches of a step"});
  v.field("checkpoint_every", c.checkpoint_every, {.min = 0, .help = "steps; 0: only at the end"});
  v.field("eval_every", c.eval_every, {.min = 0, .help = "steps; 0: never"});
  v.field("keep_last", c.keep_last, {.min = 1, .help = "checkpoints kept"});
  v.field("final_dtype", c.final_dtype,
          {.one_of = {"f32", "bf16", "f16"}, .help = "weights of the end result"});
  v.field("recompute", c.recompute,
          {.help = "keep only the input of each layer and compute it again for its gradients: less memory"});
  v.field("optimizer", c.optimizer);
  v.field("parameters", c.parameters, {.help = "groups of parameters with settings of their own"});
}

template <class Visitor>
void describe(Visitor& v, TrainerConfig& c) {
  v.field("output_dir", c.output_dir, {.required = true, .help = "where everything is written"});
  v.field("device", c.device, {.help = "auto, cpu, cuda, cuda:N"});
  v.field("dtype", c.dtype,
          {.one_of = {"f32", "bf16", "auto"},
           .help = "bf16: autocast over float32 weights; auto: that where the device multiplies in bf16"});
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
