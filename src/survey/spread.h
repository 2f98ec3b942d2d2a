#pragma once

/// How numbers spread.

#include <cstdint>
#include <string>
#include <vector>

#include "io/json.h"

namespace pixelsail {

struct Spread {
  std::int64_t count = 0, least = 0, median = 0, high = 0, most = 0;  ///< high: 95 % are not above it
};

/// All zero for no values.
Spread spread_of(std::vector<std::int64_t> values);

/// {"count", "min", "median", "p95", "max"}
OrderedJson spread_json(const Spread& spread);
/// "min 12, median 40, 95 % 90, max 120"
std::string spread_text(const Spread& spread);

}  // namespace pixelsail
