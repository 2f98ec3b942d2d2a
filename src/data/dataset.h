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
#include <utility>
#include <vector>

#include "core/registry.h"
#include "core/rng.h"
#include "data/config.h"
#include "data/conversation.h"
#include "data/draws.h"
#include "pixelsail/image.h"
#include "pixelsail/mask.h"

namespace pixelsail {

/// One image with one or several turns, not yet decoded or tokenized.
struct Sample {
  std::string id;               ///< for messages: "refcoco train image 12"
  std::filesystem::path image;  ///< empty: a text-only sample
  /// The decoded image where the data set had to look at it anyway; else null and `image` is decoded later.
  std::shared_ptr<const Image> decoded;
  std::string image_key;  ///< key of the image in teacher feature files (its file name)
  std::vector<SampleTurn> turns;
  std::vector<Mask> prompts;  ///< k-th is <Promptk>, at the original image size

  // Of samples by the published rules (docs/datasets.md). They differ in what is taken, too: an empty question is one,
  // texts may name any of the prompts, a mask may have another size than the picture if all masks of the sample have
  // it, and of a sequence that is too long turns are left out from the end.
  bool published = false;
  /// What `turns` were made from, for who wants to see it.
  std::vector<Utterance> conversation;
  /// Numbers of the prompts, which are then in the order in which they are painted, later over earlier. Empty: as said
  /// above, and the order is that of their areas.
  std::vector<int> prompt_numbers;
  /// False where families that show the picture inside the first question do not show it, because that question has
  /// no mark for it.
  bool picture_in_question = true;
  /// What was mended or odd and is counted: "overlap_added", "region_without_pixels", ...
  std::vector<std::string> notes;
};

class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual const std::string& name() const = 0;
  /// Number of samples of one epoch.
  virtual std::int64_t size() const = 0;
  /// Thread-safe; every random choice (which sentences, which template) comes from `draws`.
  /// Throws DataError naming file and entry; UnusableSample (data/unusable.h) where the reason has a name.
  virtual Sample make(std::int64_t index, Draws& draws) const = 0;
  /// The same with choices from a random stream.
  Sample get(std::int64_t index, Rng& rng) const;
  /// Records that were left out when the files were read: name of the reason and how many.
  virtual std::vector<std::pair<std::string, std::int64_t>> left_out() const { return {}; }
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

/// Whether the data set is read by the published rules: `rules` of the configuration, else `usual` of the kind.
/// Throws ConfigError for rules that the kind does not have: `only` names the one it has.
bool by_published_rules(const DatasetConfig& config, std::string_view usual, std::string_view only = {});

}  // namespace detail
}  // namespace pixelsail
