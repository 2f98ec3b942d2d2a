#pragma once

/// The overall score of PerBench.

namespace pixelsail {

/// Mean of caption METEOR, multiple-choice accuracy and the mean of cIoU and gIoU, in percent; the arguments
/// are fractions. No script for it is published: the formula gives the six published rows (Pixel-SAIL, table
/// 3).
double perbench_overall(double meteor, double accuracy, double ciou, double giou);

}  // namespace pixelsail
