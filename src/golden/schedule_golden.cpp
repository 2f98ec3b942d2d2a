#include <algorithm>

#include "golden/golden.h"
#include "io/json.h"
#include "pixelsail/error.h"
#include "train/schedule.h"

namespace pixelsail {
namespace {

OptimizerConfig optimizer_of(const OrderedJson& given) {
  OptimizerConfig config;
  config.lr = given.at("lr").get<double>();
  config.warmup_fraction = given.value("warmup_fraction", config.warmup_fraction);
  config.warmup_start_factor = given.value("warmup_start_factor", config.warmup_start_factor);
  if (given.contains("warmup_start_lr")) config.warmup_start_lr = given["warmup_start_lr"].get<double>();
  config.final_lr = given.value("final_lr", config.final_lr);
  config.schedule_unit = given.value("schedule_unit", config.schedule_unit);
  if (config.schedule_unit != "micro_batch" && config.schedule_unit != "update")
    throw DataError("schedule_unit is neither micro_batch nor update");
  return config;
}

std::int64_t positive(const OrderedJson& given, const char* key) {
  const auto value = given.at(key).get<std::int64_t>();
  if (value < 1) throw DataError(std::string(key) + " is not above 0");
  return value;
}

}  // namespace

nlohmann::ordered_json run_schedule_golden(const std::filesystem::path& file) {
  OrderedJson cases = read_json(file);
  if (!cases.is_array()) throw DataError(file.string() + ": not a list of cases");
  for (std::size_t i = 0; i < cases.size(); ++i) {
    OrderedJson& given = cases[i];
    const std::string where = file.string() + ": case " + std::to_string(i);
    try {
      const OptimizerConfig config = optimizer_of(given);
      const std::int64_t count = positive(given, "micro_batches"), accumulate = positive(given, "accumulate");
      OrderedJson rates = OrderedJson::array();
      for (std::int64_t begin = 0; begin < count; begin += accumulate) {
        const std::int64_t last = std::min(begin + accumulate, count) - 1;
        rates.push_back(learning_rate_of_update(config, last, count, accumulate));
      }
      given["rates"] = std::move(rates);
    } catch (const nlohmann::json::exception& error) {
      throw DataError(where + ": " + error.what());
    } catch (const DataError& error) {
      throw DataError(where + ": " + error.what());
    }
  }
  return cases;
}

}  // namespace pixelsail
