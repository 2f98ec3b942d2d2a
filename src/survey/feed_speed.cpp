#include "survey/feed_speed.h"

#include <chrono>
#include <cstdio>
#include <string>

#include "data/loader.h"

namespace pixelsail {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double mean(std::int64_t sum, std::int64_t count) {
  return count == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(count);
}

}  // namespace

FeedSpeed feed_speed(const TrainingData& data, std::int64_t samples) {
  FeedSpeed speed{.workers = data.config.workers};
  const auto begin = Clock::now();
  Loader loader(data.config, data.builder, 1, data.seed);
  speed.load_s = seconds_since(begin);
  for (const auto& [name, count] : loader.sizes()) speed.records += count;
  // What waits already when the clock begins would count as made in no time; as much is in work when it ends.
  for (std::int64_t i = 0; i < data.config.prefetch; ++i) loader.next();
  const auto first = Clock::now();
  for (std::int64_t i = 0; i < samples; ++i) {
    const Batch batch = loader.next();
    speed.skipped += batch.skipped;
    for (const Example& example : batch.examples) {
      ++speed.samples;
      speed.tokens += static_cast<std::int64_t>(example.sequence.tokens.ids.size());
      speed.patches += static_cast<std::int64_t>(example.sequence.patches->grid_h) *
                       static_cast<std::int64_t>(example.sequence.patches->grid_w);
      speed.masks += static_cast<std::int64_t>(example.masks.size());
    }
  }
  speed.seconds = seconds_since(first);
  return speed;
}

OrderedJson feed_speed_json(const FeedSpeed& speed) {
  OrderedJson json;
  json["load_s"] = speed.load_s;
  json["records"] = speed.records;
  json["samples"] = speed.samples;
  json["seconds"] = speed.seconds;
  json["samples_per_s"] = speed.samples_per_s();
  json["skipped"] = speed.skipped;
  json["workers"] = speed.workers;
  json["tokens"] = mean(speed.tokens, speed.samples);
  json["patches"] = mean(speed.patches, speed.samples);
  json["masks"] = mean(speed.masks, speed.samples);
  return json;
}

std::string feed_speed_text(const FeedSpeed& speed) {
  char text[400];
  std::snprintf(text, sizeof(text),
                "%lld records loaded in %.1f s\n"
                "%.2f samples/s with %lld threads (%lld samples in %.1f s, %lld left out)\n"
                "a sample has %.0f tokens, %.0f patches and %.1f masks\n",
                static_cast<long long>(speed.records), speed.load_s, speed.samples_per_s(),
                static_cast<long long>(speed.workers), static_cast<long long>(speed.samples), speed.seconds,
                static_cast<long long>(speed.skipped), mean(speed.tokens, speed.samples),
                mean(speed.patches, speed.samples), mean(speed.masks, speed.samples));
  return text;
}

}  // namespace pixelsail
