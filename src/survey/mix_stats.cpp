#include "survey/mix_stats.h"

#include <algorithm>
#include <cstdio>

#include "data/example_source.h"
#include "data/unusable.h"

namespace pixelsail {
namespace {

struct Lengths {
  std::vector<std::int64_t> tokens, masks;
};

void make_one(const ExampleSource& source, const Mixture::Item& item, std::int64_t place, std::uint64_t seed,
              Lengths& lengths, MixStats::Part& part) {
  try {
    Rng rng(seed, "sample/" + std::to_string(place));
    const Example example = source.make(item, rng);
    lengths.tokens.push_back(static_cast<std::int64_t>(example.sequence.tokens.ids.size()));
    lengths.masks.push_back(static_cast<std::int64_t>(example.masks.size()));
  } catch (const UnusableSample& error) {
    ++part.unusable[error.reason()];
  } catch (const DataError&) {
    ++part.unusable["unnamed"];
  }
}

double share(std::int64_t part, std::int64_t all) {
  return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
}

}  // namespace

MixStats mix_stats(const TrainingData& data, std::int64_t places, std::int64_t made) {
  const ExampleSource source(data.config, data.builder);
  Mixture mixture = make_mixture(data.config, source, data.seed);
  MixStats stats{.places = places, .made = std::min(made, places), .parts = {}};
  double weights = 0;
  for (const DatasetConfig& dataset : data.config.datasets) weights += dataset.weight;
  for (std::size_t d = 0; d < source.datasets().size(); ++d) {
    stats.parts.push_back({.name = source.datasets()[d]->name(),
                           .samples = source.datasets()[d]->size(),
                           .planned = data.config.datasets[d].weight / weights});
  }
  std::vector<Lengths> lengths(stats.parts.size());
  for (std::int64_t place = 0; place < places; ++place) {
    const Mixture::Item item = mixture.at(place);
    MixStats::Part& part = stats.parts[item.dataset];
    ++part.drawn;
    if (place < stats.made) make_one(source, item, place, data.seed, lengths[item.dataset], part);
  }
  for (std::size_t d = 0; d < stats.parts.size(); ++d) {
    stats.parts[d].tokens = spread_of(std::move(lengths[d].tokens));
    stats.parts[d].masks = spread_of(std::move(lengths[d].masks));
  }
  return stats;
}

std::string mix_stats_text(const MixStats& stats) {
  std::string text = "shares of the first " + std::to_string(stats.places) +
                     " samples, lengths of the first " + std::to_string(stats.made) + "\n";
  for (const MixStats::Part& part : stats.parts) {
    char line[160];
    std::snprintf(line, sizeof(line), "%lld samples, planned %.4f %%, drawn %.4f %%",
                  static_cast<long long>(part.samples), 100 * part.planned,
                  100 * share(part.drawn, stats.places));
    text += part.name + ": " + line + "\n";
    if (part.tokens.count > 0) {
      text += "  tokens " + spread_text(part.tokens) + "\n";
      text += "  masks  " + spread_text(part.masks) + "\n";
    }
    for (const auto& [reason, count] : part.unusable)
      text += "  cannot be used: " + std::to_string(count) + " x " + reason + "\n";
  }
  return text;
}

OrderedJson mix_stats_json(const MixStats& stats) {
  OrderedJson json;
  json["places"] = stats.places;
  json["made"] = stats.made;
  json["datasets"] = OrderedJson::array();
  for (const MixStats::Part& part : stats.parts) {
    OrderedJson one;
    one["name"] = part.name;
    one["samples"] = part.samples;
    one["planned_share"] = part.planned;
    one["drawn"] = part.drawn;
    one["drawn_share"] = share(part.drawn, stats.places);
    one["tokens"] = spread_json(part.tokens);
    one["masks"] = spread_json(part.masks);
    one["unusable"] = part.unusable;
    json["datasets"].push_back(std::move(one));
  }
  return json;
}

}  // namespace pixelsail
