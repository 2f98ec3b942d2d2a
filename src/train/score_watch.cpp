#include "train/score_watch.h"

#include <cmath>
#include <limits>

#include "io/json.h"

namespace pixelsail {
namespace {

template <class AnyJson>
double number_in(const AnyJson& line, const std::string& key) {
  const auto found = line.find(key);
  const bool is_number = found != line.end() && found->is_number();
  return is_number ? found->template get<double>() : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

bool ScoreWatch::take(std::int64_t step, double score) {
  if (!std::isfinite(score)) {
    ++without_improvement_;
    return false;
  }
  // 0.6 - 0.5 is a little less than 0.1.
  constexpr double kRounding = 1e-12;
  const double improvement = reference_ ? gain(score, *reference_) : std::numeric_limits<double>::infinity();
  if (improvement > 0 && improvement >= what_.min_delta - kRounding) {
    reference_ = score;
    without_improvement_ = 0;
  } else {
    ++without_improvement_;
  }
  const bool is_best = !best_ || gain(score, best_->score) > 0;
  if (is_best) best_ = Best{.step = step, .score = score};
  return is_best;
}

void ScoreWatch::replay(const std::filesystem::path& file) {
  if (!watches() || !std::filesystem::exists(file)) return;
  read_jsonl(file, [&](Json&& line, std::size_t) {
    take(json_int(line, "step", file.string()), number_in(line, what_.metric));
  });
}

double score_in(const nlohmann::ordered_json& line, const std::string& metric) {
  return number_in(line, metric);
}

}  // namespace pixelsail
