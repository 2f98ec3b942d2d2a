#pragma once

/// How a configuration struct names its fields, once, for reading, writing, comparing and documenting.
///
/// Each component keeps a plain struct with defaults in its own room and, beside it, a function template
///
///   template <class Visitor> void describe(Visitor& v, TrainConfig& c) {
///     v.field("steps", c.steps, {.min = 1, .help = "optimizer steps"});
///     v.field("schedule", c.schedule, {.one_of = {"cosine", "constant"}});
///     v.field("optimizer", c.optimizer);   // a nested struct that has its own describe()
///     v.field("datasets", c.datasets);     // std::vector of structs or of scalars
///   }
///
/// found by argument-dependent lookup. Field types: bool, int, int64_t, double, std::string, nested structs,
/// std::vector of any of these, std::optional of scalars, std::map<std::string, T>. The visitors live in
/// config/.

#include <limits>
#include <string>
#include <vector>

namespace pixelsail {

/// Constraints and help of one field; a violation is an error that names the key path.
struct FieldSpec {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  /// Allowed values of a string (empty: any).
  std::vector<std::string> one_of = {};
  /// Must be given in the file.
  bool required = false;
  std::string help = {};
  /// A double may be .inf, -.inf or .nan.
  bool allow_non_finite = false;
};

}  // namespace pixelsail
