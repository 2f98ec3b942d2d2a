#include "survey/spread.h"

#include <algorithm>

namespace pixelsail {

Spread spread_of(std::vector<std::int64_t> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  // The smallest value that at least this share of all does not exceed.
  const auto at_share = [&values](std::size_t percent) {
    const std::size_t rank = (values.size() * percent + 99) / 100;
    return values[std::max(rank, std::size_t{1}) - 1];
  };
  return {.count = static_cast<std::int64_t>(values.size()),
          .least = values.front(),
          .median = at_share(50),
          .high = at_share(95),
          .most = values.back()};
}

OrderedJson spread_json(const Spread& spread) {
  OrderedJson json;
  json["count"] = spread.count;
  json["min"] = spread.least;
  json["median"] = spread.median;
  json["p95"] = spread.high;
  json["max"] = spread.most;
  return json;
}

std::string spread_text(const Spread& spread) {
  return "min " + std::to_string(spread.least) + ", median " + std::to_string(spread.median) + ", 95 % " +
         std::to_string(spread.high) + ", max " + std::to_string(spread.most);
}

}  // namespace pixelsail
