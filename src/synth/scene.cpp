#include "synth/scene.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "pixelsail/error.h"
#include "synth/geometry.h"
#include "synth/things/noun.h"

namespace pixelsail {
namespace {

constexpr double kPi = std::numbers::pi;

constexpr std::array<std::string_view, kShapeCount> kShapeNames = {
    "disc", "square", "triangle", "star", "cross", "ring", "diamond", "crescent", "arrow", "heart"};
constexpr std::array<std::string_view, kThingColorCount> kColorNames = {
    "red", "green", "blue", "yellow", "orange", "purple", "white", "black", "brown", "gray", "pink"};
constexpr std::array<std::string_view, kSizeCount> kSizeNames = {"small", "large"};
constexpr std::array<std::string_view, kPatternCount> kPatternNames = {"plain", "striped", "dotted",
                                                                       "checkered"};

constexpr std::array<Rgb, kColorCount> kColorValues = {{{205, 28, 32},
                                                        {30, 150, 50},
                                                        {35, 75, 220},
                                                        {248, 222, 40},
                                                        {248, 132, 14},
                                                        {132, 40, 172},
                                                        {244, 244, 244},
                                                        {24, 24, 26}}};

Rgb mix(const Rgb& a, const Rgb& b, double share_of_b) {
  Rgb out{};
  for (int c = 0; c < 3; ++c) out[c] = a[c] + (b[c] - a[c]) * share_of_b;
  return out;
}

Background sample_background(Rng& rng, double unit) {
  Background b;
  b.texture = static_cast<Texture>(rng.below(4));
  const double gray = rng.uniform(112, 146);
  for (double& value : b.first) value = gray + rng.uniform(-12, 12);
  const double step = rng.uniform(10, 20) * (rng.below(2) == 0 ? 1 : -1);
  for (int c = 0; c < 3; ++c) b.second[c] = b.first[c] + step + rng.uniform(-5, 5);
  b.angle = rng.uniform(0, kPi);
  b.period = rng.uniform(14, 40) * unit;
  b.seed = rng.next_u64();
  return b;
}

Pattern sample_pattern(Rng& rng) {
  const double p = rng.uniform();
  if (p < 0.40) return Pattern::kPlain;
  if (p < 0.64) return Pattern::kStriped;
  return p < 0.82 ? Pattern::kDotted : Pattern::kCheckered;
}

/// A darker tone for the bright colours, a lighter one for the others. That of white and black stays near
/// them: a middle gray would pass for background.
Rgb pattern_tone(const Object& object) {
  const Rgb dark{0, 0, 0}, bright{255, 255, 255};
  switch (object.color) {
    case Color::kWhite:
      return mix(object.base, dark, 0.28);
    case Color::kBlack:
      return mix(object.base, bright, 0.26);
    case Color::kYellow:
    case Color::kOrange:
      return mix(object.base, dark, 0.42);
    default:
      return mix(object.base, bright, 0.42);
  }
}

bool same_attributes(const Object& a, const Object& b) {
  return a.shape == b.shape && a.color == b.color && a.size == b.size && a.pattern == b.pattern;
}

/// Attributes of the next object; often one or two are those of an object that is already there, so that a
/// single word seldom tells objects apart. `focus` is the shape that this object must have, if any.
Object sample_attributes(const std::vector<Object>& others, const std::vector<Shape>& shapes,
                         std::optional<Shape> focus, double unit, Rng& rng) {
  Object object;
  for (int attempt = 0;; ++attempt) {
    object.shape = rng.pick(shapes);
    object.color = static_cast<Color>(rng.below(kColorCount));
    object.size = rng.uniform() < 0.5 ? ObjectSize::kSmall : ObjectSize::kLarge;
    object.pattern = sample_pattern(rng);
    if (!others.empty()) {
      if (rng.uniform() < 0.45) object.shape = rng.pick(others).shape;
      if (rng.uniform() < 0.40) object.color = rng.pick(others).color;
      if (rng.uniform() < 0.30) object.pattern = rng.pick(others).pattern;
    }
    if (focus) object.shape = *focus;
    const bool twin = std::any_of(others.begin(), others.end(),
                                  [&](const Object& o) { return same_attributes(o, object); });
    if (!twin || attempt > 0) break;  // a twin is drawn again once: it stays possible, but rare
  }
  const bool small = object.size == ObjectSize::kSmall;
  object.radius = (small ? rng.uniform(8.2, 10.8) : rng.uniform(15.5, 21)) * unit;
  object.rotation = rng.uniform(-1, 1) * 14 * kPi / 180;
  object.pattern_angle = object.pattern == Pattern::kStriped ? rng.uniform(0, kPi) : rng.uniform(-0.25, 0.25);
  const Rgb& value = kColorValues[static_cast<std::size_t>(object.color)];
  const double light = rng.uniform(-9, 9);
  for (int c = 0; c < 3; ++c) object.base[c] = std::clamp(value[c] + light + rng.uniform(-7, 7), 0.0, 255.0);
  object.tone = pattern_tone(object);
  return object;
}

/// Placement works on whole pixels: a byte a pixel with the index of the topmost object (255: none).
class Board {
 public:
  explicit Board(const Scene& scene) : width_(scene.width), height_(scene.height), unit_(scene.unit) {
    owner_.assign(static_cast<std::size_t>(width_) * height_, 255);
  }

  /// Puts `object` on top if every object stays visible enough and, unless `overlap`, nothing touches it.
  /// With `overlap` it must cover a noticeable part of some object of another colour.
  bool place(const Object& object, bool overlap, const std::vector<Object>& others) {
    std::vector<std::size_t> pixels;
    std::vector<std::int64_t> covered(others.size(), 0);
    const double grow = overlap ? 1.0 : 1.0 + 2.5 * unit_ / object.radius;
    const ObjectFrame frame(object, unit_);
    const double reach = object.radius * kMaxReach * grow;
    const int x0 = std::max(0, static_cast<int>(object.x - reach)),
              x1 = std::min(width_, static_cast<int>(object.x + reach) + 2);
    const int y0 = std::max(0, static_cast<int>(object.y - reach)),
              y1 = std::min(height_, static_cast<int>(object.y + reach) + 2);
    for (int y = y0; y < y1; ++y) {
      for (int x = x0; x < x1; ++x) {
        const LocalPoint p = frame.to_local(x + 0.5, y + 0.5);
        const std::size_t index = static_cast<std::size_t>(y) * width_ + x;
        const bool inside = covers(object.shape, p);
        if (!inside && (overlap || !covers(object.shape, {p.u / grow, p.v / grow}))) continue;
        if (inside) pixels.push_back(index);
        if (owner_[index] != 255) ++covered[owner_[index]];
      }
    }
    bool touches = false;
    for (std::size_t i = 0; i < others.size(); ++i) {
      const double distance = std::hypot(object.x - others[i].x, object.y - others[i].y);
      if (distance < 0.8 * (object.radius + others[i].radius)) return false;
      if (covered[i] == 0) continue;
      if (!overlap || others[i].color == object.color) return false;
      const double share = static_cast<double>(covered[i]) / static_cast<double>(full_[i]);
      if (static_cast<double>(visible_[i] - covered[i]) < kPlacedVisible * static_cast<double>(full_[i]))
        return false;
      touches = touches || share > 0.06;
    }
    if (overlap && !touches) return false;
    for (std::size_t i = 0; i < others.size(); ++i) visible_[i] -= covered[i];
    for (const std::size_t index : pixels) owner_[index] = static_cast<std::uint8_t>(others.size());
    full_.push_back(static_cast<std::int64_t>(pixels.size()));
    visible_.push_back(full_.back());
    return true;
  }

 private:
  /// A little above kMinVisible, which holds for the finer sampling of the final masks.
  static constexpr double kPlacedVisible = 0.67;
  int width_, height_;
  double unit_;
  std::vector<std::uint8_t> owner_;
  std::vector<std::int64_t> full_, visible_;
};

bool place_object(Scene& scene, Board& board, std::optional<Shape> focus, Rng& rng) {
  Object object = sample_attributes(scene.objects, scene.choice.shapes, focus, scene.unit, rng);
  const bool overlap = !scene.objects.empty() && rng.uniform() < 0.28;
  const double margin = object.radius * 1.22 + 1;
  for (int attempt = 0; attempt < 60; ++attempt) {
    object.x = rng.uniform(margin, scene.width - margin);
    object.y = rng.uniform(margin, scene.height - margin);
    if (overlap) {
      const Object& other = rng.pick(scene.objects);
      const double angle = rng.uniform(0, 2 * kPi),
                   distance = rng.uniform(0.82, 1.1) * (object.radius + other.radius);
      object.x = other.x + distance * std::cos(angle);
      object.y = other.y + distance * std::sin(angle);
      if (object.x < margin || object.y < margin || object.x > scene.width - margin ||
          object.y > scene.height - margin) {
        continue;
      }
    }
    if (board.place(object, overlap, scene.objects)) {
      scene.objects.push_back(object);
      return true;
    }
  }
  return false;
}

/// Calls visit(x, y, object) for every pixel most of whose subsamples show one object.
template <class Visit>
void for_each_object_pixel(const Scene& scene, const Visit& visit) {
  const int columns = scene.width * kSubsamples;
  const std::vector<std::int8_t> owner = owner_grid(scene);
  for (int y = 0; y < scene.height; ++y) {
    for (int x = 0; x < scene.width; ++x) {
      std::array<int, 16> count{};  // [0] is background
      for (int sy = 0; sy < kSubsamples; ++sy) {
        const std::int8_t* row =
            &owner[static_cast<std::size_t>(y * kSubsamples + sy) * columns + x * kSubsamples];
        for (int sx = 0; sx < kSubsamples; ++sx) ++count[static_cast<std::size_t>(row[sx] + 1)];
      }
      const auto best = std::max_element(count.begin(), count.end()) - count.begin();
      if (best > 0) visit(x, y, static_cast<std::size_t>(best - 1));
    }
  }
}

int sample_count(Rng& rng) {
  const double p = rng.uniform();
  if (p < 0.42) return 4;
  if (p < 0.72) return 5;
  return p < 0.90 ? 6 : 7;
}

}  // namespace

std::optional<Shape> shape_named(std::string_view word) {
  const auto at = std::find(kShapeNames.begin(), kShapeNames.end(), word);
  if (at == kShapeNames.end()) return std::nullopt;
  return static_cast<Shape>(at - kShapeNames.begin());
}

std::vector<std::string> shape_names(const std::vector<Shape>& shapes) {
  std::vector<std::string> names;
  for (const Shape shape : shapes) names.emplace_back(name_of(shape));
  return names;
}

std::vector<Shape> all_shapes() {
  std::vector<Shape> shapes;
  for (int i = 0; i < kShapeCount; ++i) shapes.push_back(static_cast<Shape>(i));
  return shapes;
}

std::vector<Shape> default_shapes() {
  return {Shape::kDisc,  Shape::kSquare, Shape::kTriangle, Shape::kStar,
          Shape::kCross, Shape::kRing,   Shape::kDiamond};
}

std::string_view name_of(Shape shape) {
  return kShapeNames[static_cast<std::size_t>(shape)];
}
std::string_view name_of(Color color) {
  return kColorNames[static_cast<std::size_t>(color)];
}
std::string_view name_of(ObjectSize size) {
  return kSizeNames[static_cast<std::size_t>(size)];
}
std::string_view name_of(Pattern pattern) {
  return kPatternNames[static_cast<std::size_t>(pattern)];
}

Visible Visible::none_of(int height, int width) {
  Visible visible;
  visible.mask = Mask(height, width);
  visible.left = width;
  visible.top = height;
  return visible;
}

void Visible::add_pixel(int x_pixel, int y_pixel) {
  mask.at(y_pixel, x_pixel) = 1;
  x += x_pixel + 0.5;
  y += y_pixel + 0.5;
  ++area;
  left = std::min(left, x_pixel);
  top = std::min(top, y_pixel);
  right = std::max(right, x_pixel + 1);
  bottom = std::max(bottom, y_pixel + 1);
}

void Visible::finish() {
  x /= static_cast<double>(std::max<std::int64_t>(area, 1));
  y /= static_cast<double>(std::max<std::int64_t>(area, 1));
}

void measure_visible(Scene& scene) {
  scene.visible.assign(scene.objects.size(), Visible::none_of(scene.height, scene.width));
  for_each_object_pixel(scene, [&](int x, int y, std::size_t i) { scene.visible[i].add_pixel(x, y); });
  for (std::size_t i = 0; i < scene.objects.size(); ++i) {
    Visible& v = scene.visible[i];
    v.finish();
    // The same object by itself, in a picture just large enough; moved by whole pixels.
    Object moved = scene.objects[i];
    const double reach = moved.radius * kMaxReach;
    moved.x -= std::floor(moved.x - reach);
    moved.y -= std::floor(moved.y - reach);
    const int side = static_cast<int>(2 * reach) + 3;
    const Scene alone{.width = side, .height = side, .unit = scene.unit, .objects = {moved}};
    for_each_object_pixel(alone, [&](int, int, std::size_t) { ++v.full_area; });
  }
}

bool Scene::all_named() const {
  return std::ranges::all_of(objects, [](const Object& o) { return o.thing == nullptr || o.thing->sayable; });
}

Scene sample_scene(int max_side, Rng& rng, const ShapeChoice& choice) {
  for (int attempt = 0; attempt < 1000; ++attempt) {
    Scene scene;
    scene.choice = choice;
    const int low = max_side * 3 / 4;
    scene.width = static_cast<int>(rng.between(low, max_side));
    scene.height = static_cast<int>(rng.between(low, max_side));
    scene.unit = max_side / 128.0;
    scene.background = sample_background(rng, scene.unit);
    const int count = sample_count(rng);
    // Any place in the order, so that the shape in focus is not always the one that others cover.
    const std::size_t focus_at = choice.focus ? rng.below(static_cast<std::uint64_t>(count)) : 0;
    Board board(scene);
    int failures = 0;
    while (static_cast<int>(scene.objects.size()) < count && failures < 12) {
      const bool focus = scene.objects.size() == focus_at;
      if (!place_object(scene, board, focus ? choice.focus : std::nullopt, rng)) ++failures;
    }
    if (static_cast<int>(scene.objects.size()) < count) continue;
    measure_visible(scene);
    const bool seen = std::all_of(scene.visible.begin(), scene.visible.end(), [](const Visible& v) {
      return static_cast<double>(v.area) >= kMinVisible * static_cast<double>(v.full_area);
    });
    if (seen) return scene;
  }
  throw RunError("no scene could be drawn at a longest side of " + std::to_string(max_side) + " pixels");
}

}  // namespace pixelsail
