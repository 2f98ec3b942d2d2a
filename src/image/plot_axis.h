#pragma once

/// Round numbers for the axes of a chart.

#include <string>
#include <vector>

namespace pixelsail::detail {

struct Axis {
  double low = 0, high = 1;   ///< ends of the axis (for a log axis: the values, not their logarithms)
  std::vector<double> ticks;  ///< ascending, all within [low, high]
  bool log = false;
  /// Place of a value: 0 at low, 1 at high.
  double position(double value) const;
};

/// Steps of 1, 2 or 5 times a power of ten, about `wanted` of them. With `widen` the ends move out to round
/// numbers.
Axis linear_axis(double low, double high, int wanted, bool widen);
/// Ends and ticks at 1, 2, 5 times powers of ten, fewer when the range spans many of them. Needs 0 < low <=
/// high.
Axis log_axis(double low, double high);

/// "0.05", "12", "1.5k", "20k", "3M": as few digits as tell the ticks apart.
std::string tick_label(double value);

}  // namespace pixelsail::detail
