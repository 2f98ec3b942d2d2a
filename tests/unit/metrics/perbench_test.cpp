#include "metrics/perbench.h"

#include <gtest/gtest.h>

#include <cmath>

#include "io/json.h"

namespace pixelsail {
namespace {

TEST(PerBenchOverall, GivesThePublishedRows) {
  const Json tables = read_json(std::string(PIXELSAIL_SOURCE_DIR) + "/data/paper_tables.json").at("tables");
  int rows = 0;
  for (const auto& [name, table] : tables.items()) {
    if (!name.starts_with("3_")) continue;
    for (const Json& row : table.at("rows")) {
      ++rows;
      const double overall = perbench_overall(
          row.at("caption_meteor").get<double>() / 100, row.at("mcq_accuracy").get<double>(),
          row.at("vtres_ciou").get<double>() / 100, row.at("vtres_giou").get<double>() / 100);
      // METEOR and IoUs are printed to 0.1 %, accuracy to 1 %, the result to 0.1.
      const double rounding = (0.05 + 0.5 + 0.05) / 3 + 0.05;
      EXPECT_NEAR(overall, row.at("overall").get<double>(), rounding + 1e-9) << row.at("method");
    }
  }
  EXPECT_EQ(rows, 6);
  EXPECT_DOUBLE_EQ(perbench_overall(0.3, 0.6, 0.2, 0.4), 40.0);
}

}  // namespace
}  // namespace pixelsail
