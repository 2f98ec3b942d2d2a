#pragma once

/// The pictures that scenes of things are put together from: cut-outs by the noun that names them, and
/// photographs to put them on. Read from folders of two kinds:
///   with things.tsv    columns file, use (thing, background; others are left alone), name, plural, category, alike
///                      (nouns and categories, ';' between, that it could be taken for), part (train, unseen)
///   without            every X.png and X.webp in it and below is a cut-out; its name is the first line of X.txt
///                      ("A zebra.") or, where there is none, X without digits ("zebra_2"); what has no name of one to
///                      three words, or is opaque all over, is left out
/// Further folders hold pictures of anything: each is a thing of its own, for training, that expressions do not name. Of those
/// with a table the cut-outs of train count whose nouns are left out.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "image/codec.h"
#include "pixelsail/image.h"
#include "synth/things/color_words.h"
#include "synth/things/noun.h"

namespace pixelsail {

namespace detail {
struct ThingListing;
}

/// Which exemplars a scene is made of: those for training, or those that no training scene shows.
enum class ThingPart { kTrain, kUnseen };

struct ThingCutout {
  std::string file;
  RgbaImage pixels;
  ColorWords colors;
};

class ThingLibrary {
 public:
  /// Throws DataError naming the file for a folder or table that is missing or malformed, a picture that cannot be
  /// read or shows nothing, and when there is no noun, no background or, with `nameless`, nothing in them; ConfigError
  /// for one of `only` that is no noun.
  /// `only`: nouns to keep; empty: all. `nameless`: folders with pictures of anything.
  ThingLibrary(const std::vector<std::filesystem::path>& folders, const std::vector<std::string>& only,
               const std::vector<std::filesystem::path>& nameless = {});
  ThingLibrary(const ThingLibrary&) = delete;  // scenes point into it
  ThingLibrary& operator=(const ThingLibrary&) = delete;

  /// Those with a name first.
  const std::vector<ThingNoun>& nouns() const { return nouns_; }
  std::size_t named() const { return nouns_.size() - nameless_.size(); }
  const std::vector<ThingCategory>& categories() const { return categories_; }
  /// Those that have a name and a cut-out in the part.
  const std::vector<const ThingNoun*>& nouns_of(ThingPart part) const { return present_[index(part)]; }
  /// Those that have none.
  const std::vector<const ThingNoun*>& nameless() const { return nameless_; }
  const std::vector<ThingCutout>& cutouts(const ThingNoun& noun, ThingPart part) const {
    return cutouts_[index(part)][static_cast<std::size_t>(noun.id)];
  }
  const std::vector<Image>& backgrounds(ThingPart part) const { return backgrounds_[index(part)]; }
  /// Whether one could be taken for the other, so that a scene must not show both.
  bool alike(const ThingNoun& a, const ThingNoun& b) const {
    return alike_[static_cast<std::size_t>(a.id) * nouns_.size() + static_cast<std::size_t>(b.id)];
  }
  /// Pictures of folders without a table that have no name of one to three words or are no cut-outs.
  std::size_t left_out() const { return left_out_; }

 private:
  void name_nouns(const detail::ThingListing& listing);
  static std::size_t index(ThingPart part) { return part == ThingPart::kTrain ? 0 : 1; }
  std::vector<ThingCategory> categories_;
  std::vector<ThingNoun> nouns_;
  std::vector<const ThingNoun*> present_[2], nameless_;
  std::vector<std::vector<ThingCutout>> cutouts_[2];  ///< by part and noun
  std::vector<Image> backgrounds_[2];
  std::vector<bool> alike_;
  std::size_t left_out_ = 0;
};

/// What tells the pictures of folders from others: their tables, names and bytes, not where they lie. `only` says which of a
/// table in `nameless` count, as in ThingLibrary.
std::string things_fingerprint(const std::vector<std::filesystem::path>& folders,
                               const std::vector<std::filesystem::path>& nameless = {},
                               const std::vector<std::string>& only = {});

}  // namespace pixelsail
