#include <algorithm>
#include <cmath>

#include "io/json.h"
#include "synth/build_scene.h"
#include "synth/hints.h"
#include "synth/outline.h"
#include "synth/write_benchmark.h"

namespace pixelsail {
namespace {

constexpr double kTolerance = 0.8;       ///< pixels that an outline may be off, as people draw
constexpr std::int64_t kHoleShare = 20;  ///< holes above one part in so many cannot be drawn as polygons

/// Adds the outline of an object. Points are pixels, so that the right and lower edges lie one before the
/// first pixel outside.
void add_shapes(OrderedJson& shapes, const Visible& visible, const char* label) {
  for (const std::vector<double>& traced : trace_outlines(visible.mask).polygons) {
    const std::vector<double> outline = simplify(traced, kTolerance);
    double right = 0, bottom = 0;
    for (std::size_t i = 0; i + 1 < outline.size(); i += 2) {
      right = std::max(right, outline[i]);
      bottom = std::max(bottom, outline[i + 1]);
    }
    OrderedJson points = OrderedJson::array();
    for (std::size_t i = 0; i + 1 < outline.size(); i += 2) {
      const double x = std::max(0.0, outline[i] - (outline[i] > visible.x ? 1.0 : 0.0)),
                   y = std::max(0.0, outline[i + 1] - (outline[i + 1] > visible.y ? 1.0 : 0.0));
      points.push_back({x, y});
    }
    shapes.push_back({{"label", label}, {"labels", {label}}, {"shape_type", "polygon"}, {"points", points}});
  }
}

bool drawable(const Visible& visible) {
  return trace_outlines(visible.mask).hole_area * kHoleShare <= visible.area;
}

bool boxes_meet(const Visible& a, const Visible& b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

const Visible& seen(const Scene& scene, int object) {
  return scene.visible.at(static_cast<std::size_t>(object));
}

/// Another object close to a target whose border nobody can tell exactly; -1: none.
int doubtful_neighbour(const Scene& scene, const std::vector<int>& targets) {
  for (int i = 0; i < static_cast<int>(scene.objects.size()); ++i) {
    if (std::ranges::binary_search(targets, i) || !drawable(seen(scene, i))) continue;
    const bool close = std::ranges::any_of(
        targets, [&](int target) { return boxes_meet(seen(scene, i), seen(scene, target)); });
    if (close) return i;
  }
  return -1;
}

}  // namespace

void write_reasonseg(const BenchmarkScenes& scenes, const std::filesystem::path& folder, Rng& rng) {
  std::filesystem::create_directories(folder);
  for (const BenchmarkScene& entry : scenes) {
    const Scene& scene = entry.scene;
    std::vector<Hint> hints = hints_for(scene);
    std::erase_if(hints, [&](const Hint& hint) {
      return !std::ranges::all_of(hint.targets, [&](int target) { return drawable(seen(scene, target)); });
    });
    if (hints.empty()) continue;
    const Hint& hint = rng.pick(hints);
    const bool is_sentence = rng.below(2) == 0;
    OrderedJson shapes = OrderedJson::array();
    for (const int target : hint.targets) add_shapes(shapes, seen(scene, target), "target");
    const int neighbour = doubtful_neighbour(scene, hint.targets);
    if (neighbour >= 0 && rng.below(2) == 0) add_shapes(shapes, seen(scene, neighbour), "ignore");
    const std::string name = std::to_string(entry.image_id) + "_0";
    const OrderedJson annotation{
        {"text", OrderedJson::array({is_sentence ? hint_sentence(hint, rng) : hint_phrase(hint)})},
        {"is_sentence", is_sentence},
        {"shapes", std::move(shapes)}};
    write_json_atomic(folder / (name + ".json"), annotation);
    write_picture(entry.picture, folder / (name + ".jpg"));
  }
}

}  // namespace pixelsail
