#pragma once

/// Answers PredictItems and writes what came out of each: mask_0.png, mask_1.png, ... (one per [SEG]),
/// overlay.png, result.json.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "pixelsail/query.h"
#include "predict/ask_model.h"
#include "predict/items.h"

namespace pixelsail {

struct PredictOptions {
  std::filesystem::path out;
  /// Each item gets a folder of its name below `out`; otherwise there is one item and `out` is its folder.
  bool folder_per_item = false;
  std::int64_t batch_size = 8;
  std::int64_t max_new_tokens = 512;
  /// A broken item is reported to on_error and left out instead of ending the run.
  bool skip_errors = false;
};

struct PredictCallbacks {
  /// After the folder of an item is complete.
  std::function<void(const PredictItem&, const Answer&)> on_answer;
  std::function<void(const PredictItem&, const std::string& reason)> on_error;
};

/// Returns the number of items that were left out. A folder appears only when it is complete and replaces
/// that of an earlier prediction; one that holds anything else is a ConfigError, found before the model is
/// asked. Throws DataError naming the item, RunError when another prediction writes to the same folder.
std::int64_t predict_items(const std::vector<PredictItem>& items, const AnswerBatch& model,
                           const PredictOptions& options, const PredictCallbacks& callbacks);

}  // namespace pixelsail
