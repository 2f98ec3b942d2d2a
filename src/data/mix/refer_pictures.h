#pragma once

/// The RefCOCO family by the published rules: a picture with all that is said about it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "annotations/refer.h"
#include "data/mix/published_set.h"

namespace pixelsail::detail {

/// Something in a picture that sentences point to: an annotation, or a ref of gRefCOCO.
struct ReferEntry {
  std::size_t number = 0;             ///< among the entries of the data set
  std::vector<std::int64_t> ann_ids;  ///< empty: no target
  /// All that is said about it. Of several refs to one annotation the last one's sentences come first: those are the
  /// only ones that the published code uses.
  std::vector<std::string> sentences;
};

class ReferPictures : public PublishedSet {
 public:
  /// `benchmark`: refcoco, refcoco+, refcocog, grefcoco.
  ReferPictures(const DatasetConfig& config, const DataConfig& data, const std::string& benchmark);

  std::int64_t size() const override { return static_cast<std::int64_t>(pictures_.size()); }
  std::vector<std::pair<std::string, std::int64_t>> left_out() const override;

 protected:
  /// Entries of the picture that can be chosen, with their masks: all but those whose mask has no pixel. Sets the picture
  /// of the sample.
  struct Choice {
    const ReferEntry* entry = nullptr;
    std::optional<Mask> mask;  ///< none for a crowd: choosing it makes the sample unusable
  };
  std::vector<Choice> choices(std::int64_t index, Sample& sample) const;
  /// One of the entry's sentences, as it is asked for. Throws UnusableSample (empty_expression).
  std::string text(const ReferEntry& entry, Draws& draws, Sample& sample) const;
  /// The mask of a choice. Throws UnusableSample (crowd_run_lengths) for a crowd.
  static const Mask& mask_of(const Choice& choice);

 private:
  struct Picture {
    std::int64_t id = 0;
    std::vector<ReferEntry> entries;
  };

  std::string where(std::int64_t index) const override;
  void group();
  void add_sentences(Picture& picture, const std::vector<const ReferExpression*>& ref);
  std::optional<Mask> make_mask(const ReferEntry& entry, int height, int width, Sample& sample) const;

  bool general_;   ///< gRefCOCO: several targets or none, an entry a ref
  bool use_sent_;  ///< the cleaned form of a sentence, not what was typed
  ReferData data_;
  std::vector<Picture> pictures_;
};

}  // namespace pixelsail::detail
