#pragma once

/// The file that pixelsail-eval reads: the evaluation, and the synthetic data it may write first.

#include <string>

#include "eval/eval_config.h"
#include "synth/synth_section.h"

namespace pixelsail {

struct EvalSynth {
  std::string root;
  SynthSection section;
};

struct EvalFile {
  EvalConfig eval;
  EvalSynth synth;
};

template <class Visitor>
void describe(Visitor& v, EvalSynth& c) {
  v.field("root", c.root, {.help = "folder of the synthetic data"});
  describe(v, c.section);
}

template <class Visitor>
void describe(Visitor& v, EvalFile& c) {
  describe(v, c.eval);
  v.field("synth", c.synth, {.help = "synthetic data to write first"});
}

}  // namespace pixelsail
