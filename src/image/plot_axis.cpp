#include "image/plot_axis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace pixelsail::detail {

double Axis::position(double value) const {
  return log ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
}

Axis linear_axis(double low, double high, int wanted, bool widen) {
  if (!(high > low)) {  // one value: room on both sides of it
    const double room = low == 0 ? 1.0 : std::abs(low) * 0.1;
    low -= room;
    high += room;
  }
  const double rough = (high - low) / std::max(wanted, 1);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    step = factor * power >= rough ? factor * power : step;
  }
  Axis axis;
  axis.low = widen ? std::floor(low / step + 1e-9) * step : low;
  axis.high = widen ? std::ceil(high / step - 1e-9) * step : high;
  for (double k = std::ceil(axis.low / step - 1e-9); k * step <= axis.high + step * 1e-6; ++k) {
    axis.ticks.push_back(k * step);
  }
  return axis;
}

Axis log_axis(double low, double high) {
  static constexpr std::array<double, 3> kFactors{1, 2, 5};
  const double decades = std::log10(high / low);
  std::vector<double> candidates;
  for (double power = std::floor(std::log10(low)) - 1; power <= std::ceil(std::log10(high)) + 1; ++power) {
    for (const double factor : kFactors) {
      if (factor == 1 || decades < 5) {
        candidates.push_back(factor * std::pow(10.0, power));
      }
    }
  }
  Axis axis;
  axis.log = true;
  // The last candidate at or below `low`, the first at or above `high`.
  auto first = std::upper_bound(candidates.begin(), candidates.end(), low * (1 + 1e-9)) - 1;
  auto last = std::lower_bound(candidates.begin(), candidates.end(), high * (1 - 1e-9));
  if (first == last) {
    last = first + 1;
  }
  axis.low = *first;
  axis.high = *last;
  axis.ticks.assign(first, last + 1);
  return axis;
}

std::string tick_label(double value) {
  const char* suffix = "";
  if (std::abs(value) >= 1e6) {
    value /= 1e6;
    suffix = "M";
  } else if (std::abs(value) >= 1e4) {
    value /= 1e3;
    suffix = "k";
  }
  char text[48];
  std::snprintf(text, sizeof(text), "%.6g%s", std::abs(value) < 1e-12 ? 0.0 : value, suffix);
  return text;
}

}  // namespace pixelsail::detail
