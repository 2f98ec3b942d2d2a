#include "questions/benchmark_config.h"

namespace pixelsail {

const std::vector<std::string>& question_benchmarks() {
  static const std::vector<std::string> kNames{
      "refcoco",          "refcoco+",     "refcocog",       "grefcoco", "refcocog_caption",
      "perbench_caption", "perbench_mcq", "perbench_vtres", "mme",      "mmbench",
      "seedbench",        "mmstar",       "reasonseg",      "gcg",      "muse"};
  return kNames;
}

}  // namespace pixelsail
