#pragma once

/// Grounded conversation generation: captions whose phrases come with masks (GranD-f, val and test).
///   ROOT/gcg/<split>_gcg_coco_mask_gt.json     COCO instances: images with height and width, annotations
///   ROOT/gcg/<split>_gcg_coco_caption_gt.json  COCO captions; annotations have "labels" too (the phrases)
/// ROOT may be the folder itself. This is the one place that knows the layout: the loader, the data check and the
/// synthetic data set read and write it through what stands here.

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "io/json.h"
#include "pixelsail/mask.h"

namespace pixelsail {

/// One annotated mask.
struct GcgObject {
  Rle mask;
  std::int64_t category = 0;
  bool crowd = false;
  /// Its id is 0, which COCO's evaluation uses for "no match" (metrics/average_precision.h).
  bool zero_id = false;
};

struct GcgImage {
  std::string id;
  int height = 0, width = 0;
  /// As the mask file says, else "<id>.jpg".
  std::string file_name;
  /// In file order.
  std::vector<GcgObject> objects;
  /// Empty for images that only the mask file has.
  std::vector<std::string> captions;
  /// Phrases of the first caption.
  std::vector<std::string> labels;
};

struct GcgData {
  /// In the order of the caption file; then those that only the mask file has.
  std::vector<GcgImage> images;
  /// How many of them have captions.
  std::size_t captioned = 0;
  /// All images by ascending id: as numbers when all ids are integers, else as text.
  std::vector<std::size_t> by_id;
};

/// Polygons of an annotation are joined. Throws DataError naming file and place for anything missing or
/// broken, ids that occur twice, annotations of unknown images, and images with a caption but not in the mask
/// file.
GcgData load_gcg(const std::filesystem::path& root, const std::string& split);

/// ROOT/gcg/val_test/FILE_NAME, ROOT/val_test/.. or ROOT/gcg/..; throws DataError when there is none or the
/// name leads out of the folder.
std::filesystem::path gcg_image_path(const std::filesystem::path& root, const std::string& file_name);

// --- entries as they stand in the files

/// `image` is called with each image and its place, then `annotation` with each annotation, whatever stands first
/// in the file.
struct GcgVisitor {
  std::function<void(const Json& image, const std::string& where)> image;
  std::function<void(const Json& annotation, const std::string& where)> annotation;
};
/// Both return the file. Throw DataError for one that is missing or of another form.
std::filesystem::path visit_gcg_masks(const std::filesystem::path& root, const std::string& split,
                                      const GcgVisitor& visitor);
std::filesystem::path visit_gcg_captions(const std::filesystem::path& root, const std::string& split,
                                         const GcgVisitor& visitor);

/// Of an image of the mask file: where no name is given the published pictures are called by their id.
std::string gcg_file_name(const Json& image, const std::string& id, const std::string& where);

// --- writing

struct GcgPicture {
  std::int64_t id = 0;
  std::string file_name;
  int height = 0, width = 0;
  std::string caption;
  struct Phrase {
    std::string label;
    Rle mask;
    std::int64_t area = 0;
    std::array<int, 4> box{};  ///< x, y, width, height
  };
  std::vector<Phrase> phrases;  ///< in the order of the caption
};
/// Writes both files of a split into `folder`; masks are numbered from 1.
void write_gcg_files(const std::filesystem::path& folder, const std::string& split,
                     const std::vector<GcgPicture>& pictures);

}  // namespace pixelsail
