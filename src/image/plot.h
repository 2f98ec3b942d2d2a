#pragma once

/// Line charts, for the loss curves of a training run.

#include <string>
#include <vector>

#include "pixelsail/image.h"

namespace pixelsail {

struct Curve {
  std::string name;
  std::vector<double> x, y;  ///< of equal length, x ascending
};

struct PlotOptions {
  std::string y_label;
  bool log_y = false;  ///< values that are not above zero are left out
  int width = 1000;
  int height = 600;
  /// Span of the running mean drawn over the raw values, as a fraction of the points; 0 draws the raw values
  /// alone.
  double smoothing = 0.03;
};

/// Raw values light, their exponential running mean on top, axes with round numbers, a legend with each
/// curve's last (smoothed) value. Values that are not finite leave a gap; with nothing to draw the axes are
/// empty. Throws DataError for a curve whose x and y differ in length or for a chart below 200 x 150 pixels.
Image plot_curves(const std::vector<Curve>& curves, const std::string& title, const std::string& x_label,
                  const PlotOptions& options = {});

}  // namespace pixelsail
