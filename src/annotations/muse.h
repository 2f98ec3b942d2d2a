#pragma once

/// MUSE: requests that need reasoning and ask for several objects.
///   ROOT/muse/muse_<split>.json (or ROOT/muse_<split>.json), split val, test_less or test_many:
///   [{"height","width","questions":["..."],"answers":[[{"segmentation":polygons or RLE},..],..],..}]
/// This is the one place that knows the layout: the loader, the data check and the synthetic data set read and
/// write it through what stands here.

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "io/json.h"
#include "io/rle.h"
#include "pixelsail/mask.h"

namespace pixelsail {

struct MuseSample {
  /// "<n>:<k>": the k-th question of the n-th entry, from 0.
  std::string id;
  std::string question;
  /// See muse_image_path(); empty when the entry names none.
  std::string image;
  int height = 0, width = 0;
  /// One mask for each object of the answer, in its order; may be empty. kLisaSum: pixels of exactly one
  /// part.
  std::vector<Rle> targets;
  /// Targets that differ from the union of their parts.
  std::int64_t merge_differs = 0;
};

/// Throws DataError naming file and place for anything missing or broken, and for a file without a sample.
std::vector<MuseSample> load_muse(const std::filesystem::path& root, const std::string& split,
                                  PolygonMerge merge);

/// ROOT/images/IMAGE, or in train2014/, train2017/ or val2017/ below; throws DataError when there is none or
/// the name leads out of the folder.
std::filesystem::path muse_image_path(const std::filesystem::path& root, const std::string& image);

// --- entries as they stand in the file

/// Called with entry n and its place, "FILE: [n]".
using MuseVisitor = std::function<void(const Json& entry, std::size_t n, const std::string& where)>;
/// Visits the entries in file order. Throws DataError for a file that is missing or no list of objects.
void visit_muse(const std::filesystem::path& root, const std::string& split, const MuseVisitor& visit);

/// Of an entry: as many questions as lists of objects that answer them; the items are not looked at.
struct MuseLists {
  const Json& questions;
  const Json& answers;
};
MuseLists muse_lists(const Json& entry, const std::string& where);

/// "file_name", or folder and name at the end of "coco_url"; empty for neither.
std::string muse_image_name(const Json& entry, const std::string& where);

// --- writing

struct MuseObject {
  OrderedJson segmentation;
  std::array<int, 4> box{};  ///< x, y, width, height
  int category = 0;
  std::string name;
};
struct MuseQuestion {
  std::string question;
  std::vector<std::size_t> objects;  ///< places in MusePicture::objects
  std::string text_answer;           ///< with "{seg}" behind the name of each object
};
struct MusePicture {
  std::string file_name;
  int height = 0, width = 0;
  std::int64_t image_id = 0;
  std::vector<MuseObject> objects;
  std::vector<MuseQuestion> questions;
};
/// The file of a split from its pictures.
OrderedJson muse_json(const std::vector<MusePicture>& pictures);

}  // namespace pixelsail
