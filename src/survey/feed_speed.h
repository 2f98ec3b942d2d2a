#pragma once

/// How fast the data of a training are read: what its threads can hand to a model that takes no time.

#include <cstdint>

#include "io/json.h"
#include "survey/training_data.h"

namespace pixelsail {

struct FeedSpeed {
  double load_s = 0;         ///< until all annotations are read
  std::int64_t records = 0;  ///< of all data sets
  std::int64_t samples = 0;  ///< that were handed out and timed
  double seconds = 0;        ///< that took
  std::int64_t skipped = 0, tokens = 0, patches = 0, masks = 0;
  std::int64_t workers = 0;

  double samples_per_s() const { return seconds > 0 ? static_cast<double>(samples) / seconds : 0; }
};

/// Takes `samples` from the stream of the training, one by one, after as many as are made ahead, which are not timed. Throws
/// as Loader does.
FeedSpeed feed_speed(const TrainingData& data, std::int64_t samples);

/// {"load_s", "records", "samples", "seconds", "samples_per_s", "skipped", "workers", and means of a sample: "tokens",
/// "patches", "masks"}
OrderedJson feed_speed_json(const FeedSpeed& speed);
std::string feed_speed_text(const FeedSpeed& speed);

}  // namespace pixelsail
