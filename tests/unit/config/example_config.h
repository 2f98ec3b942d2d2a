#pragma once

/// A configuration that has every kind of field, and a helper that catches the error of reading it.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "pixelsail/error.h"

namespace pixelsail::testing {

struct Part {
  std::string kind;
  double weight = 1.0;
  std::vector<std::int64_t> sizes;
};

struct Optimizer {
  double lr = 4e-5;
  std::string schedule = "cosine";
  std::optional<double> clip = 1.0;
};

struct Train {
  std::int64_t steps = 100;
  int batch = 2;
  bool resume = false;
  Optimizer optimizer;
};

struct Example {
  std::string output_dir = "runs/x";
  Train train;
  std::vector<Part> parts;
  std::vector<std::string> tags = {"a"};
  std::vector<bool> flags;
  std::map<std::string, double> scales = {{"x", 1.0}};
  std::map<std::string, Part> named;
  std::optional<std::string> note;
  double bound = 1e30;
};

template <class Visitor>
void describe(Visitor& v, Part& c) {
  v.field("kind", c.kind, {.one_of = {"disc", "square", "star"}, .required = true});
  v.field("weight", c.weight, {.min = 0});
  v.field("sizes", c.sizes, {.min = 1, .max = 64});
}

template <class Visitor>
void describe(Visitor& v, Optimizer& c) {
  v.field("lr", c.lr, {.min = 0, .max = 1});
  v.field("schedule", c.schedule, {.one_of = {"cosine", "constant"}});
  v.field("clip", c.clip, {.min = 0});
}

template <class Visitor>
void describe(Visitor& v, Train& c) {
  v.field("steps", c.steps, {.min = 1});
  v.field("batch", c.batch, {.max = 512});
  v.field("resume", c.resume);
  v.field("optimizer", c.optimizer);
}

template <class Visitor>
void describe(Visitor& v, Example& c) {
  v.field("output_dir", c.output_dir);
  v.field("train", c.train);
  v.field("parts", c.parts);
  v.field("tags", c.tags, {.one_of = {"a", "b", "long tag"}});
  v.field("flags", c.flags);
  v.field("scales", c.scales, {.min = 0});
  v.field("named", c.named);
  v.field("note", c.note);
  v.field("bound", c.bound, {.allow_non_finite = true});
}

/// A struct whose nested part has a required key.
struct Outer {
  Part part;
};
template <class Visitor>
void describe(Visitor& v, Outer& c) {
  v.field("part", c.part);
}

inline Example parse(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return parse_config<Example>(text, "x.yaml", overrides);
}

/// The message of the ConfigError that `action` ends with; "no error" when it does not.
template <class Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace pixelsail::testing
