#include "benchmarks/score_result.h"

#include <stdexcept>
#include <utility>

namespace pixelsail {

ScoreDraw additive_draw(std::size_t width, std::vector<double> rows,
                        std::function<std::vector<double>(std::span<const double> sums)> finish) {
  if (width == 0 || rows.size() % width != 0) throw std::invalid_argument("rows of unequal width");
  return [width, rows = std::move(rows), finish = std::move(finish)](std::span<const std::uint32_t> weights) {
    std::vector<double> sums(width, 0.0);
    for (std::size_t unit = 0; unit < weights.size(); ++unit) {
      if (weights[unit] == 0) continue;
      const double weight = weights[unit];
      const double* row = rows.data() + unit * width;
      for (std::size_t i = 0; i < width; ++i) sums[i] += weight * row[i];
    }
    return finish(sums);
  };
}

std::vector<double> draw_all(const ScoreDraw& draw, std::size_t units) {
  return draw(std::vector<std::uint32_t>(units, 1));
}

std::vector<std::pair<std::string, double>> metric_values(const ScoreResult& score) {
  const std::vector<double> values = draw_all(score.draw, score.units);
  std::vector<std::pair<std::string, double>> named;
  for (std::size_t m = 0; m < values.size(); ++m) named.emplace_back(score.metrics[m], values[m]);
  return named;
}

}  // namespace pixelsail
