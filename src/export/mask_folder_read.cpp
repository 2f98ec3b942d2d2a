// Pictures with PNG masks of the same name: masks/X.png (values that names.txt names), masks/X_NAME.png,
// masks/X_NAME_2.png, masks/X/NAME.png for the picture images/X.jpg (docs/howto_own_data.md).

#include <map>
#include <optional>
#include <utility>

#include "export/format.h"
#include "export/mask_names.h"
#include "export/picture_collector.h"
#include "export/picture_writer.h"
#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

/// Without "_2" at its end, which tells things of one name apart.
std::string without_number(const std::string& name) {
  const std::size_t last = name.find_last_not_of("0123456789");
  if (last == std::string::npos) return {};
  if (last + 1 == name.size() || name[last] != '_') return name;
  return name.substr(0, last);
}

/// Which picture a mask belongs to and what its file's name says of the thing; empty: nothing, or "mask".
struct MaskFile {
  fs::path picture;
  std::string name;
};

class MaskFolderReader {
 public:
  MaskFolderReader(const ReadSource& source, ConversionReport& report)
      : source_(source), report_(report), collector_(report) {
    masks_ = is_folder(source.input / "masks") ? source.input / "masks" : source.input;
    images_ = !source.images.empty()               ? source.images
              : is_folder(source.input / "images") ? source.input / "images"
                                                   : source.input;
    for (const fs::path& file : {source.input / "names.txt", masks_ / "names.txt"}) {
      if (!names_.empty() || !is_file(file)) continue;
      names_ = MaskNames(file);
    }
  }

  AnnotationSet read() {
    std::error_code ignored;
    const bool is_one_folder = fs::equivalent(images_, masks_, ignored);
    std::vector<fs::path> pictures = files_below(images_, picture_endings());
    // In one folder PNG files are masks and the others pictures.
    if (is_one_folder)
      std::erase_if(pictures, [](const fs::path& file) { return file.extension() == ".png"; });
    for (const fs::path& picture : pictures) {
      const std::string stem = without_ending(picture.generic_string());
      if (!by_stem_.emplace(stem, picture).second)
        report_.left_out({.file = picture.generic_string(), .record = {}}, "same_stem",
                         "another picture differs only in its ending");
    }
    const std::vector<fs::path> masks = files_below(masks_, {".png"});
    std::int64_t done = 0;
    for (const fs::path& mask : masks) {
      read_mask(mask);
      if (source_.progress) source_.progress(++done, static_cast<std::int64_t>(masks.size()));
    }
    return collector_.take(source_.input);
  }

 private:
  std::optional<MaskFile> owner_of(const fs::path& mask) const {
    const std::string stem = without_ending(mask.generic_string());
    if (const auto found = by_stem_.find(stem); found != by_stem_.end())
      return MaskFile{.picture = found->second, .name = {}};
    const std::size_t slash = stem.rfind('/');
    if (slash != std::string::npos) {
      const auto found = by_stem_.find(stem.substr(0, slash));
      if (found != by_stem_.end())
        return MaskFile{.picture = found->second, .name = without_number(stem.substr(slash + 1))};
    }
    const std::size_t first = slash == std::string::npos ? 0 : slash + 1;
    for (std::size_t at = stem.find_last_of("_-."); at != std::string::npos && at > first;
         at = stem.find_last_of("_-.", at - 1)) {
      const auto found = by_stem_.find(stem.substr(0, at));
      if (found == by_stem_.end()) continue;
      const std::string name = without_number(stem.substr(at + 1));
      return MaskFile{.picture = found->second, .name = name == "mask" ? std::string() : name};
    }
    return std::nullopt;
  }

  void read_mask(const fs::path& mask) {
    const RecordPlace place{.file = mask.generic_string(), .record = {}};
    const auto owner = owner_of(mask);
    if (!owner) {
      report_.left_out(place, "no_picture", "no picture has the name that the mask's name begins with");
      return;
    }
    const PictureFolder::Found file{.name = owner->picture.generic_string(),
                                    .file = fs::absolute(images_ / owner->picture)};
    const auto picture = collector_.picture(file, std::nullopt, "train", place);
    if (!picture) return;
    try {
      if (!owner->name.empty()) {
        collector_.add(*picture, {.name = owner->name, .shape = encode_mask(load_mask(masks_ / mask))},
                       "mask", place);
      } else if (names_.empty()) {
        report_.left_out(place, "no_name", "names.txt is missing, which says what the values of a mask are");
      } else {
        read_values(masks_ / mask, *picture, place);
      }
    } catch (const DataError& error) {
      report_.left_out(place, "malformed", why_of(error, masks_ / mask));
    }
  }

  void read_values(const fs::path& file, std::size_t picture, const RecordPlace& place) {
    if (names_.any()) {
      collector_.add(picture, {.name = *names_.any(), .shape = encode_mask(load_mask(file))}, "mask", place);
      return;
    }
    for (auto& [value, mask] : masks_by_value(load_rgba(file))) {
      const RecordPlace part{.file = place.file,
                             .record = "value " + std::to_string(value[0]) + "," + std::to_string(value[1]) +
                                       "," + std::to_string(value[2])};
      if (const auto name = names_.name_of(value)) {
        collector_.add(picture, {.name = *name, .shape = std::move(mask)}, "mask", part);
      } else {
        report_.left_out(part, "unknown_value");
      }
    }
  }

  const ReadSource& source_;
  ConversionReport& report_;
  PictureCollector collector_;
  fs::path masks_, images_;
  MaskNames names_;
  std::map<std::string, fs::path> by_stem_;
};

}  // namespace

AnnotationSet read_mask_folder(const ReadSource& source, ConversionReport& report) {
  return MaskFolderReader(source, report).read();
}

}  // namespace pixelsail
