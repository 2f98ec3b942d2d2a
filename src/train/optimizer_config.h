#pragma once

/// Configuration of the optimizer and of the learning rate's schedule.

#include <optional>
#include <string>
#include <vector>

#include "core/describe.h"

namespace pixelsail {

/// Names of all optimizers, a program's own among them (train/optimizer.h).
std::vector<std::string> optimizer_kinds();

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

template <class Visitor>
void describe(Visitor& v, OptimizerConfig& c) {
  v.field(
      "kind", c.kind,
      {.one_of = optimizer_kinds(), .help = "muon: orthogonal updates of hidden matrices, AdamW elsewhere"});
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

}  // namespace pixelsail
