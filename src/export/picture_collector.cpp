#include "export/picture_collector.h"

#include <algorithm>
#include <utility>

#include "io/rle.h"
#include "io/utf8.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

std::string size_text(const ImageSize& size) {
  return std::to_string(size.width) + " x " + std::to_string(size.height);
}

}  // namespace

bool is_usable_name(std::string_view name) {
  return detail::find_invalid_utf8(name) == std::string_view::npos &&
         name.find_first_not_of(" \t\r\n") != std::string_view::npos &&
         std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

std::optional<std::size_t> PictureCollector::new_picture(const PictureFolder::Found& found,
                                                         const std::string& split, const RecordPlace& place) {
  AnnotatedPicture picture{.name = found.name, .file = found.file, .split = split, .things = {}};
  try {
    const ImageSize size = read_image_size(found.file);
    picture.height = size.height;
    picture.width = size.width;
  } catch (const DataError& error) {
    report_.left_out(place, "picture_unreadable", why_of(error, found.file));
    return std::nullopt;
  }
  // Folders of several splits may hold files of the same name.
  if (by_name_.contains(picture.name)) picture.name = split + "/" + picture.name;
  if (!is_usable_name(picture.name) || !is_usable_name(split)) {
    report_.left_out(place, "unusable_name", "a name that is no text in UTF-8");
    return std::nullopt;
  }
  if (!by_name_.emplace(picture.name, set_.pictures.size()).second) {
    report_.left_out(place, "same_name", "another picture is called " + picture.name);
    return std::nullopt;
  }
  set_.pictures.push_back(std::move(picture));
  report_.took_picture();
  return set_.pictures.size() - 1;
}

std::optional<std::size_t> PictureCollector::picture(const std::optional<PictureFolder::Found>& found,
                                                     const std::optional<ImageSize>& stated,
                                                     const std::string& split, const RecordPlace& place) {
  if (!found) {
    report_.left_out(place, "picture_missing");
    return std::nullopt;
  }
  const auto [known, is_new] = by_file_.try_emplace(found->file);
  if (is_new) {
    known->second = {.picture = new_picture(*found, split, place), .said = found->said};
  } else if (!known->second.picture) {
    report_.left_out(place, "picture_unusable");
  } else if (known->second.said != found->said) {
    report_.left_out(place, "ambiguous_picture", "two paths that end in the name of the same picture");
    return std::nullopt;
  }
  if (!known->second.picture) return std::nullopt;
  const AnnotatedPicture& picture = set_.pictures[*known->second.picture];
  const ImageSize size{.height = picture.height, .width = picture.width};
  if (stated && *stated != size) {
    report_.left_out(place, "size_differs",
                     "the file says " + size_text(*stated) + ", the picture is " + size_text(size));
    return std::nullopt;
  }
  return known->second.picture;
}

void PictureCollector::add(std::size_t picture, AnnotatedThing thing, std::string_view kind,
                           const RecordPlace& place) {
  AnnotatedPicture& on = set_.pictures[picture];
  if (!is_usable_name(thing.name)) {
    report_.left_out(place, "no_name");
    return;
  }
  try {
    if (rle_area(thing_mask(thing.shape, on.height, on.width)) == 0) {
      report_.left_out(place, "no_pixel", "it covers no pixel of the picture");
      return;
    }
  } catch (const Error& error) {
    report_.left_out(place, "malformed", error.what());
    return;
  }
  report_.took(kind);
  on.things.push_back(std::move(thing));
}

AnnotationSet PictureCollector::take(const std::filesystem::path& input) {
  if (!set_.pictures.empty()) return std::move(set_);
  std::string reasons;
  for (const auto& [kind, count] : report_.left_out())
    reasons += (reasons.empty() ? " (" : ", ") + kind + " " + std::to_string(count);
  if (!reasons.empty()) reasons += ")";
  std::string first;
  if (!report_.items().empty())
    first = "; the first: " + report_.items()[0].place.file + " " + report_.items()[0].place.record + " " +
            report_.items()[0].why;
  throw DataError(input.string() + ": no picture that can be used" + reasons + first);
}

}  // namespace pixelsail
