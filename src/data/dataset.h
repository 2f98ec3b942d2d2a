#pragma once

/// Data sets and what they hold. A data set is one file in data/datasets and one row of its table rows.cpp
/// (docs/howto_dataset.md); a program outside src adds a row of its own by Extension<DatasetRow>.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/registry.h"
#include "core/rng.h"
#include "data/config.h"
#include "pixelsail/image.h"
#include "pixelsail/mask.h"

namespace pixelsail {

/// One question and its answer, as a data set holds it.
struct SampleTurn {
  std::string question;
  std::string answer;
  /// One mask per [SEG] of this turn at the original image size; absent: a turn without masks.
  std::optional<std::vector<Mask>> masks;
};

/// One image with one or several turns, not yet decoded or tokenized.
struct Sample {
  std::string id;               ///< for messages: "refcoco train image 12"
  std::filesystem::path image;  ///< empty: a text-only sample
  /// The decoded image where the data set had to look at it anyway; else null and `image` is decoded later.
  std::shared_ptr<const Image> decoded;
  std::string image_key;  ///< key of the image in teacher feature files (its file name)
  std::vector<SampleTurn> turns;
  std::vector<Mask> prompts;  ///< k-th is <Promptk>, at the original image size
};

class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual const std::string& name() const = 0;
  /// Number of samples of one epoch.
  virtual std::int64_t size() const = 0;
  /// Thread-safe; every random choice (which sentences, which template) comes from `rng`.
  /// Throws DataError naming file and entry.
  virtual Sample get(std::int64_t index, Rng& rng) const = 0;
};

/// A kind of data sets.
struct DatasetRow {
  std::string_view name;  ///< what `kind:` of a configuration says
  std::string_view help;  ///< what it is, in a few words
  /// Reads and checks all annotations. `data` has what all data sets of a mixture share. Throws ConfigError
  /// for settings without meaning here, DataError naming file and entry.
  std::unique_ptr<Dataset> (*make)(const DatasetConfig& config, const DataConfig& data);
};

/// The rows of the library, without those that a program adds.
std::span<const DatasetRow> dataset_rows();

/// Builds one data set; `limit` leaves its first samples. Unknown kinds throw ConfigError listing the known
/// ones.
std::unique_ptr<Dataset> make_dataset(const DatasetConfig& config, const DataConfig& data);

namespace detail {

/// config.root, or data.root where that is empty.
std::filesystem::path dataset_root(const DatasetConfig& config, const DataConfig& data);

/// `count` different numbers of [0, n) in random order (all of them when n <= count).
std::vector<std::size_t> draw(std::size_t n, std::size_t count, Rng& rng);

}  // namespace detail
}  // namespace pixelsail
