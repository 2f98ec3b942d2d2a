#include "score/benchmarks.h"

#include <algorithm>
#include <array>

#include "pixelsail/error.h"
#include "score/refer_benchmark.h"
#include "score/score_folder.h"
#include "score/score_gcg.h"
#include "score/score_muse.h"
#include "score/score_perbench.h"
#include "score/score_reasonseg.h"
#include "score/score_vqa.h"
#include "score/text_benchmarks.h"

namespace pixelsail {
namespace {

struct Benchmark {
  std::string_view name;
  ScoreResult (*score)(const ScoreRequest& request);
  /// Prediction files it can take.
  std::size_t most_files = 1;
};

constexpr std::array kBenchmarks{
    Benchmark{"refcoco", score_refer_benchmark},
    Benchmark{"refcoco+", score_refer_benchmark},
    Benchmark{"refcocog", score_refer_benchmark},
    Benchmark{"grefcoco", score_refer_benchmark},
    Benchmark{"refcocog_caption", score_refcocog_caption},
    Benchmark{"perbench_caption", score_perbench},
    Benchmark{"perbench_mcq", score_perbench},
    Benchmark{"perbench_vtres", score_perbench},
    Benchmark{"perbench", score_perbench, 3},
    Benchmark{"mme", score_vqa},
    Benchmark{"mmbench", score_vqa},
    Benchmark{"seedbench", score_vqa},
    Benchmark{"mmstar", score_vqa},
    Benchmark{"reasonseg", score_reasonseg},
    Benchmark{"gcg", score_gcg},
    Benchmark{"muse", score_muse},
    Benchmark{"folder", score_folder},
    Benchmark{"text", score_text},
};

}  // namespace

std::vector<std::string> benchmark_names() {
  std::vector<std::string> names;
  for (const Benchmark& benchmark : kBenchmarks) names.emplace_back(benchmark.name);
  return names;
}

ScoreResult score_benchmark(const ScoreRequest& request) {
  const auto* found = std::ranges::find(kBenchmarks, request.benchmark, &Benchmark::name);
  if (found == kBenchmarks.end()) {
    std::string known;
    for (const Benchmark& benchmark : kBenchmarks)
      known += (known.empty() ? "" : ", ") + std::string(benchmark.name);
    throw ConfigError("unknown benchmark \"" + request.benchmark + "\" (known: " + known + ")");
  }
  if (request.predictions.empty()) throw ConfigError(request.benchmark + " needs a file of predictions");
  if (request.predictions.size() > found->most_files)
    throw ConfigError(request.benchmark + " takes " + std::to_string(found->most_files) + " prediction file" +
                      (found->most_files > 1 ? "s" : "") + ", not " +
                      std::to_string(request.predictions.size()));
  return found->score(request);
}

}  // namespace pixelsail
