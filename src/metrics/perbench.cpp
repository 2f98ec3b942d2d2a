#include "metrics/perbench.h"

namespace pixelsail {

double perbench_overall(double meteor, double accuracy, double ciou, double giou) {
  return 100.0 * (meteor + accuracy + (ciou + giou) / 2.0) / 3.0;
}

}  // namespace pixelsail
