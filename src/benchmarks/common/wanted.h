#pragma once

/// Which part of a benchmark a request scores.

#include <string>
#include <vector>

#include "benchmarks/score_request.h"

namespace pixelsail {

/// Its split, "val" unless it says otherwise.
inline std::string split_of(const ScoreRequest& request) {
  return request.split.empty() ? "val" : request.split;
}

/// Samples have a member `id`. They must outlive the result.
template <class Sample>
std::vector<const Sample*> wanted(const std::vector<Sample>& samples, const ScoreRequest& request) {
  std::vector<const Sample*> chosen;
  for (const Sample& sample : samples)
    if (request.wants(sample.id)) chosen.push_back(&sample);
  return chosen;
}

template <class Sample>
std::vector<std::string> ids_of(const std::vector<const Sample*>& samples) {
  std::vector<std::string> ids;
  ids.reserve(samples.size());
  for (const Sample* sample : samples) ids.push_back(sample->id);
  return ids;
}

}  // namespace pixelsail
