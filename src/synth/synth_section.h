#pragma once

/// The part of a configuration that has synthetic data written first.

#include "core/log.h"
#include "synth/benchmarks.h"
#include "synth/synth.h"

namespace pixelsail {

struct SynthSection {
  bool write_if_missing = false;
  SynthConfig options;
  SynthBenchmarkConfig benchmarks;
};

template <class Visitor>
void describe(Visitor& v, SynthSection& c) {
  v.field("write_if_missing", c.write_if_missing,
          {.help = "write the synthetic data when they are not there"});
  describe(v, c.options);
  v.field("benchmarks", c.benchmarks, {.help = "evaluation and training data to write beside them"});
}

/// Writes to `root` what the section asks for and is not there. `log` may be null.
inline void write_if_missing(const SynthSection& section, const std::filesystem::path& root, Logger* log) {
  if (!section.write_if_missing) return;
  write_synthetic_dataset(section.options, root, log);
  write_synthetic_benchmarks(section.benchmarks, section.options, root, log);
}

}  // namespace pixelsail
