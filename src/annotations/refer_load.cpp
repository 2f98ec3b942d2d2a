#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <unordered_set>

#include "annotations/picture_size.h"
#include "annotations/refer.h"
#include "annotations/refer_refs.h"
#include "io/json_elements.h"
#include "io/json_number.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

struct Benchmark {
  std::string_view name;
  std::array<std::string_view, 2> split_by;  ///< the usual one first
};
constexpr Benchmark kBenchmarks[] = {
    {"refcoco", {"unc", "google"}},
    {"refcoco+", {"unc", ""}},
    {"refcocog", {"umd", "google"}},
    {"grefcoco", {"unc", ""}},
};
constexpr std::string_view kSplits[] = {"train", "val", "testA", "testB", "test"};

std::string listed(std::span<const std::string_view> names) {
  std::string text;
  for (const auto name : names) {
    if (!name.empty()) text += (text.empty() ? "" : ", ") + std::string(name);
  }
  return text;
}

const Benchmark& find_benchmark(const std::string& name) {
  std::vector<std::string_view> known;
  for (const Benchmark& b : kBenchmarks) {
    if (b.name == name) return b;
    known.push_back(b.name);
  }
  throw ConfigError("unknown benchmark \"" + name + "\" (known: " + listed(known) + ")");
}

std::filesystem::path refs_path(const std::filesystem::path& folder, const Benchmark& benchmark,
                                const std::string& split_by) {
  if (benchmark.name != "grefcoco") return folder / ("refs(" + split_by + ").p");
  const auto json = folder / ("grefs(" + split_by + ").json");
  const auto pickle = folder / ("grefs(" + split_by + ").p");
  return !std::filesystem::exists(json) && std::filesystem::exists(pickle) ? pickle : json;
}

ReferImage parse_image(const Json& image, std::int64_t id, const std::string& where) {
  ReferImage result{.id = id, .file_name = json_string(image, "file_name", where)};
  if (result.file_name.empty()) throw DataError(where + ": empty file_name");
  const PictureSize size = stated_size(image, where);
  result.height = size.height;
  result.width = size.width;
  return result;
}

bool is_crowd(const Json& annotation, const std::string& where) {
  const auto found = annotation.find("iscrowd");
  if (found == annotation.end() || found->is_null()) return false;
  return found->is_boolean() ? found->get<bool>() : json_int(annotation, "iscrowd", where) != 0;
}

}  // namespace

ReferData ReferData::load(const std::filesystem::path& root, const std::string& benchmark,
                          const std::string& split, const std::string& split_by, ReferScope scope) {
  const Benchmark& rules = find_benchmark(benchmark);
  const std::string by = split_by.empty() ? std::string(rules.split_by.front()) : split_by;
  if (std::ranges::find(rules.split_by, by) == rules.split_by.end()) {
    throw ConfigError(benchmark + ": unknown split_by \"" + by + "\" (known: " + listed(rules.split_by) +
                      ")");
  }
  if (std::ranges::find(kSplits, split) == std::end(kSplits)) {
    throw ConfigError(benchmark + ": unknown split \"" + split + "\" (known: " + listed(kSplits) + ")");
  }
  const bool general = benchmark == "grefcoco";
  ReferData data;
  data.benchmark_ = benchmark;
  data.root_ = root;
  const auto file = refs_path(root / benchmark, rules, by);
  if (!std::filesystem::is_regular_file(file)) throw DataError(file.string() + ": no such file");
  detail::ReferRefs refs = detail::read_refs(file, {.split = split,
                                                    .exact = general,
                                                    .several_targets = general,
                                                    .tolerant = scope == ReferScope::kUsableTargets});
  data.expressions_ = std::move(refs.expressions);
  data.refs_without_sentences_ = refs.refs_without_sentences;
  data.faulty_ = refs.faulty;
  data.read_instances(scope);
  if (scope == ReferScope::kUsableTargets) {
    data.drop_broken_references();
    if (data.expressions_.empty()) throw DataError(file.string() + ": no expression can be used");
  } else {
    data.check_references(file);
  }
  return data;
}

void ReferData::read_instances(ReferScope scope) {
  std::unordered_set<std::int64_t> wanted_images, targets, all_images, all_annotations;
  for (const ReferExpression& e : expressions_) {
    wanted_images.insert(e.image_id);
    targets.insert(e.ann_ids.begin(), e.ann_ids.end());
  }
  const std::string file = annotation_file().string();

  // What a broken entry is needed for is missed later, when references are checked.
  const auto tolerantly = [scope](auto read) {
    return [scope, read](Json&& entry, std::size_t index) {
      try {
        read(entry, index);
      } catch (const DataError&) {
        if (scope != ReferScope::kUsableTargets) throw;
      }
    };
  };

  JsonSection images;
  images.keep = {"id", "file_name", "height", "width"};
  images.element = tolerantly([&](const Json& image, std::size_t index) {
    const std::string where = file + ": images[" + std::to_string(index) + "]";
    const std::int64_t id = json_int(image, "id", where);
    if (!all_images.insert(id).second)
      throw DataError(where + ": id " + std::to_string(id) + " occurs twice");
    if (wanted_images.contains(id)) images_.emplace(id, parse_image(image, id, where));
  });

  JsonSection annotations;
  annotations.keep = {"id", "image_id", "category_id", "iscrowd", "segmentation"};
  annotations.element = tolerantly([&](const Json& annotation, std::size_t index) {
    const std::string where = file + ": annotations[" + std::to_string(index) + "]";
    const std::int64_t id = json_int(annotation, "id", where);
    if (!all_annotations.insert(id).second)
      throw DataError(where + ": id " + std::to_string(id) + " occurs twice");
    Annotation result;
    result.image_id = json_int(annotation, "image_id", where);
    // A crowd region is no object to select, but an expression may point at one.
    const bool target = targets.contains(id);
    const bool object = scope == ReferScope::kImages && wanted_images.contains(result.image_id);
    if (!target && !object) return;
    const bool crowd = is_crowd(annotation, where);
    if (!target && crowd) return;
    // No benchmark needs the category; other tools write names, nulls or nothing.
    if (annotation.contains("category_id"))
      result.category = whole_json_number(annotation["category_id"]).value_or(0);
    const Json& segmentation = json_at(annotation, "segmentation", where);
    if (!segmentation.is_array() && !segmentation.is_object()) {
      throw DataError(where + ": segmentation is neither a list of polygons nor an RLE object");
    }
    result.segmentation = segmentation;  // copied, not moved: the copy has no spare capacity
    if (!crowd) annotations_of_image_[result.image_id].push_back(id);
    annotations_.emplace(id, std::move(result));
  });
  read_json_elements(annotation_file(), {{"images", images}, {"annotations", annotations}});
}

void ReferData::check_reference(const ReferExpression& e, const std::string& where) const {
  const std::string file = annotation_file().string();
  if (!images_.contains(e.image_id))
    throw DataError(where + "image " + std::to_string(e.image_id) + " is not in " + file);
  for (const std::int64_t id : e.ann_ids) {
    const auto found = annotations_.find(id);
    if (found == annotations_.end())
      throw DataError(where + "annotation " + std::to_string(id) + " is not in " + file);
    if (found->second.image_id != e.image_id) {
      throw DataError(where + "annotation " + std::to_string(id) + " belongs to image " +
                      std::to_string(found->second.image_id) + ", not to " + std::to_string(e.image_id));
    }
  }
}

void ReferData::check_references(const std::filesystem::path& refs_file) const {
  for (const ReferExpression& e : expressions_)
    check_reference(e, refs_file.string() + ": ref_id " + std::to_string(e.ref_id) + ": ");
}

void ReferData::drop_broken_references() {
  std::unordered_set<std::int64_t> broken;
  for (const ReferExpression& e : expressions_) {
    try {
      check_reference(e, {});
    } catch (const DataError&) {
      broken.insert(e.ref_id);
    }
  }
  std::erase_if(expressions_, [&](const ReferExpression& e) { return broken.contains(e.ref_id); });
  faulty_ += static_cast<std::int64_t>(broken.size());
}

}  // namespace pixelsail
