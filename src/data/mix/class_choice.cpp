#include "data/mix/class_choice.h"

#include <algorithm>

#include "data/unusable.h"

namespace pixelsail::detail {

std::vector<PanopticSegment> whole_objects(std::vector<PanopticSegment> segments) {
  std::erase_if(segments, &PanopticSegment::is_crowd);
  if (segments.empty()) throw UnusableSample("no_objects", "no segment, or crowds only");
  return segments;
}

std::vector<ChosenClass> choose_classes(const std::vector<PanopticSegment>& segments, std::size_t most,
                                        const IdMap& map, Draws& draws) {
  std::vector<ChosenClass> classes;
  for (const PanopticSegment& segment : segments) {
    auto found = std::ranges::find(classes, segment.category, &ChosenClass::first);
    if (found == classes.end()) found = classes.insert(classes.end(), {segment.category, {}});
    found->second.push_back(segment.id);
  }
  if (classes.size() > most) {
    std::vector<std::int64_t> ids;
    for (const ChosenClass& one : classes) ids.push_back(one.first->id);
    ids = draws.arranged("class_order", std::move(ids));
    ids.resize(most);
    std::erase_if(classes,
                  [&](const ChosenClass& one) { return std::ranges::find(ids, one.first->id) == ids.end(); });
  }
  for (const auto& [category, ids] : classes)
    for (const std::int64_t id : ids)
      if (map.pixels(id) == 0)
        throw UnusableSample("segment_without_pixels", category->name + " segment " + std::to_string(id) +
                                                           " has no pixel in the id map");
  return classes;
}

}  // namespace pixelsail::detail
