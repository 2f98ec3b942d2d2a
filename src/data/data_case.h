#pragma once

/// Recorded samples of the published training data, made again through the data sets:
///   ROOT/FOLDER/expected/NAME.jsonl   first line: the data set and its settings; then an item, a draw and the random
///                                     choices of it a line (tests/golden/datamix/README.md)
/// There is one way to make a sample; only its choices come from the record.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "data/example_builder.h"
#include "io/json.h"

namespace pixelsail {

/// A line that was made again: item, draw, outcome "ok" or "dropped", then `reason`, or conversation, input_ids, scored,
/// masks, prompts and prompt_of_patch (visual_prompt_indexes where a row of patches ends with a vector of its own).
struct DataCaseLine {
  OrderedJson made;
  /// The data set asked for other choices than the record holds: a correction left out an object.
  bool departed = false;
};

class DataCase {
 public:
  /// Reads the header and all annotations. Throws DataError for a file that is none, and as make_dataset() does.
  DataCase(const std::filesystem::path& file, std::shared_ptr<const Tokenizer> tokenizer);
  ~DataCase();

  const Json& header() const { return header_; }
  /// `line` is one of the file behind the header.
  DataCaseLine make(const Json& line, const std::string& where) const;
  /// Calls `each` with every line of the file and what it was made.
  void run(const std::function<void(const Json& line, const DataCaseLine& made)>& each) const;

 private:
  std::filesystem::path file_;
  Json header_;
  std::unique_ptr<Dataset> dataset_;
  ExampleBuilder builder_;
};

/// Writes a line for each of the file. Returns how many there are, and how many of them departed.
std::pair<std::int64_t, std::int64_t> run_data_case(const std::filesystem::path& file,
                                                    const std::filesystem::path& tokenizer,
                                                    const std::filesystem::path& out);

}  // namespace pixelsail
