// Pictures and PNG masks: images/X.jpg and masks/X/NAME_1.png.

#include <map>
#include <set>

#include "export/format.h"
#include "export/picture_writer.h"
#include "image/codec.h"
#include "io/atomic_file.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

/// Whether a name can be a part of a file's name.
bool is_file_name(const std::string& name) {
  return name.find('/') == std::string::npos && name[0] != '.' && name.size() < 200;
}

}  // namespace

void write_mask_folder(const AnnotationSet& set, const WriteTarget& target, ConversionReport& report) {
  std::set<std::string> stems;
  std::int64_t done = 0;
  for (const AnnotatedPicture& picture : set.pictures) {
    const RecordPlace place{.file = picture.name, .record = {}};
    const std::string stem = without_ending(picture.name);
    if (!stems.insert(stem).second) {
      report.left_out(place, "same_stem", "another picture differs only in its ending");
      continue;
    }
    if (picture.split != "train") report.noted("split_not_kept");
    copy_picture(picture, target.out / "images" / picture.name);
    std::map<std::string, int> numbers;
    for (const AnnotatedThing& thing : picture.things) {
      if (thing.is_crowd || !is_file_name(thing.name)) {
        report.left_out(place, thing.is_crowd ? "crowd" : "name_not_writable", thing.name);
        continue;
      }
      const std::vector<std::byte> png =
          encode_png(decode_mask(thing_mask(thing.shape, picture.height, picture.width)));
      const std::string name = thing.name + "_" + std::to_string(++numbers[thing.name]) + ".png";
      write_file_atomic(target.out / "masks" / stem / name,
                        {reinterpret_cast<const char*>(png.data()), png.size()});
    }
    if (target.progress) target.progress(++done, static_cast<std::int64_t>(set.pictures.size()));
  }
}

}  // namespace pixelsail
