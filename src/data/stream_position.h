#pragma once

/// How far a training stream has been read, as a checkpoint holds it. It counts micro-batches of the whole
/// stream and knows neither rank nor world size: what one number of processes saved, another continues.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace pixelsail {

/// What makes a stream the same stream.
struct StreamIdentity {
  struct DatasetPart {
    std::string name;
    std::int64_t samples = 0;
    double weight = 0;
  };
  std::uint64_t seed = 0;
  std::int64_t batch_size = 0;        ///< samples of a micro-batch
  std::int64_t tokens_per_batch = 0;  ///< above 0: batches are of so many tokens, and samples are counted
  std::vector<DatasetPart> datasets;
};

/// {"version": 2, "micro_batches", "batch_size", "seed", "datasets": [{"name", "samples", "weight"}]}, or with
/// "samples" and "tokens_per_batch" in place of "micro_batches" and "batch_size".
nlohmann::json position_to_json(std::int64_t position, const StreamIdentity& stream);

/// Micro-batches (samples) read. Throws DataError when `json` is no such object or of another stream. An object of the
/// form before ("batches", "items", "skipped", "rank", "world_size") is read when it can be continued exactly:
/// one process that had not skipped a sample. Else DataError says what to do.
std::int64_t position_from_json(const nlohmann::json& json, const StreamIdentity& stream);

}  // namespace pixelsail
