#include "benchmarks/compare.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <unordered_map>

#include "core/input_file.h"
#include "io/atomic_file.h"
#include "io/json_number.h"
#include "io/ordered_json.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Members that are counts: no mean of their own.
const std::set<std::string> kCounts{"intersection", "union"};

ScoredSample sample_of(const std::string& line) {
  constexpr const char* kFault = "is no line of a per-sample file";
  ScoredSample sample;
  // The order of the members matters: the first number is compared.
  sample.detail = parse_ordered_json(line, kFault);
  if (!sample.detail.is_object()) throw DataError(std::string(kFault) + ": should be an object");
  const auto id = sample.detail.find("id"), unit = sample.detail.find("unit");
  if (id == sample.detail.end() || !id->is_string() || unit == sample.detail.end())
    throw DataError(std::string(kFault) + ": \"id\" should be a text, and \"unit\" a number");
  const auto number = whole_json_number(Json(*unit));
  if (!number || *number < 0) throw DataError(std::string(kFault) + ": \"unit\" should be a whole number");
  sample.id = id->get<std::string>();
  sample.unit = static_cast<std::size_t>(*number);
  sample.detail.erase("id");
  sample.detail.erase("unit");
  return sample;
}

std::vector<ScoredSample> read_samples(const std::filesystem::path& path) {
  InputStream file(path);
  std::vector<ScoredSample> samples;
  std::set<std::string> ids;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    try {
      samples.push_back(sample_of(line));
      if (!ids.insert(samples.back().id).second)
        throw DataError("sample " + samples.back().id + " is there twice");
    } catch (const DataError& error) {
      throw_with_context(error, path.string() + ":" + std::to_string(number));
    }
  }
  if (samples.empty()) throw DataError(path.string() + ": holds no sample");
  return samples;
}

/// Units as 0, 1, ... in order of appearance.
std::size_t renumber_units(std::vector<ScoredSample>& samples) {
  std::map<std::size_t, std::size_t> number;
  for (ScoredSample& sample : samples) sample.unit = number.emplace(sample.unit, number.size()).first->second;
  return number.size();
}

/// Names of members that are numbers in every one of `samples`.
std::vector<std::string> common_numbers(const std::vector<ScoredSample>& samples) {
  std::vector<std::string> names;
  for (const auto& [key, value] : samples.front().detail.items()) {
    const bool everywhere = std::ranges::all_of(samples, [&key = key](const ScoredSample& sample) {
      const auto found = sample.detail.find(key);
      return found != sample.detail.end() && found->is_number();
    });
    if (everywhere) names.push_back(key);
  }
  return names;
}

/// Means of `numbers`, and cIoU when the counts are among them.
ScoreResult result_of(std::vector<ScoredSample> samples, const std::vector<std::string>& numbers) {
  ScoreResult result;
  result.units = renumber_units(samples);
  const bool has_counts =
      std::ranges::count_if(numbers, [](const auto& n) { return kCounts.contains(n); }) == 2;
  for (const std::string& name : numbers)
    if (!kCounts.contains(name)) result.metrics.push_back(name);
  const std::size_t means = result.metrics.size();
  const std::size_t width = means + 1 + (has_counts ? 2 : 0);
  std::vector<double> rows(result.units * width, 0.0);
  for (const ScoredSample& sample : samples) {
    double* row = rows.data() + sample.unit * width;
    for (std::size_t i = 0; i < means; ++i) row[i] += sample.detail.at(result.metrics[i]).get<double>();
    row[means] += 1;
    if (!has_counts) continue;
    row[means + 1] += sample.detail.at("intersection").get<double>();
    row[means + 2] += sample.detail.at("union").get<double>();
  }
  if (has_counts) result.metrics.emplace_back("ciou");
  result.draw = additive_draw(width, std::move(rows), [means, has_counts](std::span<const double> sums) {
    std::vector<double> values;
    for (std::size_t i = 0; i < means; ++i) values.push_back(sums[means] > 0 ? sums[i] / sums[means] : 0.0);
    if (has_counts) values.push_back(sums[means + 2] > 0 ? sums[means + 1] / sums[means + 2] : 0.0);
    return values;
  });
  result.samples = std::move(samples);
  return result;
}

/// The first member that is a number, with its name.
std::pair<std::string, double> first_number(const OrderedJson& detail) {
  for (const auto& [key, value] : detail.items())
    if (value.is_number()) return {key, value.get<double>()};
  return {"", 0.0};
}

OrderedJson differ_most(const ScoreResult& a, const ScoreResult& b, std::size_t shown) {
  const std::size_t count = a.samples.size();
  std::vector<double> difference(count);
  for (std::size_t i = 0; i < count; ++i)
    difference[i] = first_number(b.samples[i].detail).second - first_number(a.samples[i].detail).second;
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, [&](std::size_t x, std::size_t y) { return std::abs(difference[x]) > std::abs(difference[y]); });
  OrderedJson list = OrderedJson::array();
  for (const std::size_t i : order) {
    if (list.size() == shown || difference[i] == 0) break;
    OrderedJson entry;
    entry["id"] = a.samples[i].id;
    entry["metric"] = first_number(a.samples[i].detail).first;
    entry["difference"] = difference[i];
    entry["a"] = a.samples[i].detail;
    entry["b"] = b.samples[i].detail;
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace

void write_per_sample(const std::filesystem::path& path, const ScoreResult& result) {
  AtomicFile file(path);
  for (const ScoredSample& sample : result.samples) {
    OrderedJson line;
    line["id"] = sample.id;
    line["unit"] = sample.unit;
    line.update(sample.detail);
    file.write(line.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + '\n');
  }
  file.commit();
}

std::pair<ScoreResult, ScoreResult> read_per_sample(const std::filesystem::path& a,
                                                    const std::filesystem::path& b) {
  std::vector<ScoredSample> first = read_samples(a), unordered = read_samples(b);
  std::unordered_map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < unordered.size(); ++i) place.emplace(unordered[i].id, i);
  std::vector<ScoredSample> second;
  for (const ScoredSample& sample : first) {
    const auto found = place.find(sample.id);
    if (found == place.end())
      throw DataError(b.string() + ": lacks sample " + sample.id + " of " + a.string());
    second.push_back(std::move(unordered[found->second]));
    second.back().unit = sample.unit;
    place.erase(found);
  }
  if (!place.empty())
    throw DataError(a.string() + ": lacks sample " + place.begin()->first + " of " + b.string());
  std::vector<std::string> numbers = common_numbers(first);
  const std::vector<std::string> others = common_numbers(second);
  std::erase_if(numbers, [&](const auto& name) { return std::ranges::find(others, name) == others.end(); });
  if (numbers.empty()) throw DataError(a.string() + " and " + b.string() + " have no number in common");
  return {result_of(std::move(first), numbers), result_of(std::move(second), numbers)};
}

OrderedJson compare_results(const ScoreResult& a, const ScoreResult& b, const BootstrapOptions& options,
                            std::size_t shown) {
  const auto same_id = [](const ScoredSample& x, const ScoredSample& y) { return x.id == y.id; };
  if (!std::ranges::equal(a.samples, b.samples, same_id))
    throw DataError("the two results are not about the same samples");
  const std::vector<PairedDifference> differences = paired_bootstrap(a, b, options);
  OrderedJson json;
  json["samples"] = a.samples.size();
  json["bootstrap_samples"] = options.resamples;
  for (std::size_t m = 0; m < differences.size(); ++m) {
    const PairedDifference& d = differences[m];
    json["metrics"][a.metrics[m]] = {{"a", d.a},
                                     {"b", d.b},
                                     {"difference", d.b - d.a},
                                     {"confidence_95", {d.difference.low, d.difference.high}},
                                     {"p_value", d.p_value}};
  }
  json["differ_most"] = differ_most(a, b, shown);
  return json;
}

}  // namespace pixelsail
