#include "synth/things/sample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "pixelsail/error.h"
#include "synth/things/canvas.h"
#include "synth/things/style.h"

namespace pixelsail {
namespace {

constexpr int kMostOfANoun = 3;
constexpr float kOpaque = 0.5F;

/// An exemplar that the scene is to show.
struct Pick {
  const ThingNoun* noun = nullptr;
  const ThingCutout* cutout = nullptr;
};

const ThingNoun* draw_noun(const std::vector<Pick>& picks, const std::vector<const ThingNoun*>& nouns,
                           Rng& rng) {
  const double p = picks.empty() ? 1 : rng.uniform();
  if (p < 0.15) return rng.pick(picks).noun;
  const ThingNoun* noun = rng.pick(nouns);
  if (p > 0.40) return noun;
  const ThingCategory* category = rng.pick(picks).noun->category;
  for (int i = 0; i < 60 && noun->category != category; ++i) noun = rng.pick(nouns);
  return noun;
}

/// Exemplars that may stand beside each other; fewer than `count` when the library has not enough of them.
std::vector<Pick> draw_exemplars(std::size_t count, const ThingChoice& choice, Rng& rng) {
  const auto& nouns = choice.nameless        ? choice.things->nameless()
                      : choice.among.empty() ? choice.things->nouns_of(choice.cutouts)
                                             : choice.among;
  std::vector<Pick> picks;
  for (int attempt = 0; attempt < 200 && picks.size() < count; ++attempt) {
    const bool stranger = choice.strangers > 0 && rng.uniform() < choice.strangers;
    const ThingNoun* noun = stranger ? rng.pick(choice.things->nameless()) : draw_noun(picks, nouns, rng);
    int same = 0;
    bool fits = true;
    for (const Pick& other : picks) {
      same += other.noun == noun ? 1 : 0;
      fits = fits && !choice.things->alike(*other.noun, *noun);
    }
    if (!fits || same >= kMostOfANoun) continue;
    picks.push_back({noun, &rng.pick(choice.things->cutouts(*noun, choice.cutouts))});
  }
  return picks;
}

std::size_t draw_count(Rng& rng) {
  const double p = rng.uniform();
  return p < 0.35 ? 3 : p < 0.72 ? 4 : p < 0.92 ? 5 : 6;
}

Wave draw_wave(Rng& rng) {
  return {.height = rng.uniform(0, 0.04),
          .cycles = rng.uniform(0.4, 1.3),
          .phase = rng.uniform(0, 2 * std::numbers::pi)};
}

/// With proportions and colours of its own, as far as it stays what it is called: there are few pictures of each noun to learn
/// from, and without this they are learned by heart.
void vary(PatchLook& look, Rng& rng) {
  // The share of things whose colour has nothing to do with the picture's; words for it are taken from what is pasted.
  constexpr double kPainted = 0.25;
  look.stretch = std::exp(rng.uniform(-0.2, 0.2));
  look.shear = rng.uniform(-0.2, 0.2);
  look.contrast = rng.uniform(0.7, 1.2);
  look.saturation = rng.uniform(0.6, 1.4);
  look.hue = (rng.uniform() < kPainted ? rng.uniform(-180.0, 180.0) : rng.uniform(-15.0, 15.0)) *
             std::numbers::pi / 180;
  look.across = draw_wave(rng);
  look.along = draw_wave(rng);
  const double light = rng.uniform(0.85, 1.2);
  for (double& factor : look.light) factor *= light;
  if (rng.uniform() < 0.25) look.softness += rng.uniform(0.0, 2.0);
}

PatchLook draw_look(double side, bool varied, Rng& rng) {
  PatchLook look{.side = side};
  const double turn = rng.uniform() < 0.75 ? 12 : 40;  // most things stand nearly upright
  look.rotation = rng.uniform(-turn, turn) * std::numbers::pi / 180;
  look.mirrored = rng.below(2) == 0;
  const double light = rng.uniform(0.88, 1.12);
  for (double& factor : look.light) factor = light * rng.uniform(0.97, 1.03);
  look.softness = rng.uniform(0.35, 0.9);
  if (varied) vary(look, rng);
  return look;
}

Shadow draw_shadow(double side, Rng& rng) {
  if (rng.uniform() < 0.35) return {};
  const int away = static_cast<int>(std::lround(side * rng.uniform(0.02, 0.06)));
  return {.strength = rng.uniform(0.15, 0.45),
          .dx = rng.below(2) == 0 ? away : -away,
          .dy = away,
          .blur = static_cast<int>(std::lround(side * rng.uniform(0.015, 0.04))) + 1};
}

/// Where patches lie so far: the number of the topmost one for each pixel, and how much of each is left to see.
class Table {
 public:
  Table(int height, int width) : height_(height), width_(width) {
    owner_.assign(static_cast<std::size_t>(height) * width, -1);
  }

  /// Puts the patch on top if it lies inside well enough and covers no other one too much, one of its own noun hardly
  /// at all; with `apart` none at all.
  bool place(const Patch& patch, int left, int top, const ThingNoun* noun, bool apart) {
    constexpr double kInside = 0.93, kLeft = 0.67, kLeftOfTwin = 0.95;
    std::vector<std::size_t> pixels;
    std::vector<std::int64_t> covered(full_.size(), 0);
    std::int64_t all = 0;
    for (int y = 0; y < patch.height; ++y) {
      for (int x = 0; x < patch.width; ++x) {
        if (patch.pixel(y, x)[3] < kOpaque) continue;
        ++all;
        const int row = top + y, column = left + x;
        if (row < 0 || column < 0 || row >= height_ || column >= width_) continue;
        pixels.push_back(static_cast<std::size_t>(row) * width_ + column);
        if (owner_[pixels.back()] >= 0) ++covered[static_cast<std::size_t>(owner_[pixels.back()])];
      }
    }
    if (static_cast<double>(pixels.size()) < kInside * static_cast<double>(all)) return false;
    for (std::size_t i = 0; i < full_.size(); ++i) {
      if (apart && covered[i] > 0) return false;
      const double least = (nouns_[i] == noun ? kLeftOfTwin : kLeft) * static_cast<double>(full_[i]);
      if (covered[i] > 0 && static_cast<double>(visible_[i] - covered[i]) < least) return false;
    }
    for (std::size_t i = 0; i < full_.size(); ++i) visible_[i] -= covered[i];
    for (const std::size_t pixel : pixels) owner_[pixel] = static_cast<std::int8_t>(full_.size());
    full_.push_back(static_cast<std::int64_t>(pixels.size()));
    visible_.push_back(full_.back());
    nouns_.push_back(noun);
    return true;
  }

 private:
  int height_, width_;
  std::vector<std::int8_t> owner_;
  std::vector<std::int64_t> full_, visible_;
  std::vector<const ThingNoun*> nouns_;
};

struct Placed {
  Patch patch;
  int left = 0, top = 0;
  double side = 0;
};

/// Shrinks the thing when no place is found for it.
bool place_thing(const Pick& pick, double side, double least, const ThingChoice& choice, const Scene& scene,
                 Table& table, std::vector<Placed>& placed, Rng& rng) {
  const bool apart = rng.uniform() < 0.55;  // not every thing is to hide another
  const bool other = choice.restyled > 0 && rng.uniform() < choice.restyled;
  const RgbaImage redrawn = other ? restyled(pick.cutout->pixels, rng) : RgbaImage();
  const RgbaImage& pixels = other ? redrawn : pick.cutout->pixels;
  for (; side >= least; side *= 0.85) {
    Placed thing{.patch = make_patch(pixels, draw_look(side, choice.varied, rng)), .side = side};
    if (thing.patch.height == 0) return false;
    for (int attempt = 0; attempt < 25; ++attempt) {
      thing.left = static_cast<int>(
          rng.between(-thing.patch.width / 12, std::max(0, scene.width - thing.patch.width * 11 / 12)));
      thing.top = static_cast<int>(
          rng.between(-thing.patch.height / 12, std::max(0, scene.height - thing.patch.height * 11 / 12)));
      if (!table.place(thing.patch, thing.left, thing.top, pick.noun, apart && attempt < 18)) continue;
      placed.push_back(std::move(thing));
      return true;
    }
  }
  return false;
}

void measure(Scene& scene, const std::vector<std::int8_t>& owners, const std::vector<Placed>& placed) {
  scene.visible.assign(placed.size(), Visible::none_of(scene.height, scene.width));
  for (std::size_t i = 0; i < placed.size(); ++i) {
    Visible& v = scene.visible[i];
    const Patch& patch = placed[i].patch;
    v.full_side = std::max(patch.height, patch.width);
    for (std::size_t a = 3; a < patch.rgba.size(); a += 4) v.full_area += patch.rgba[a] >= kOpaque ? 1 : 0;
  }
  for (int y = 0; y < scene.height; ++y) {
    for (int x = 0; x < scene.width; ++x) {
      const int owner = owners[static_cast<std::size_t>(y) * scene.width + x];
      if (owner >= 0) scene.visible[static_cast<std::size_t>(owner)].add_pixel(x, y);
    }
  }
  for (Visible& v : scene.visible) v.finish();
}

/// "large" and "small" are said when there is a gap between the one and the other that anyone sees.
void name_sizes(Scene& scene) {
  constexpr double kAreaGap = 1.9, kSideGap = 1.2;
  std::vector<std::size_t> order(scene.objects.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return scene.visible[a].full_area < scene.visible[b].full_area;
  });
  std::size_t cut = 0;
  double widest = kAreaGap;
  for (std::size_t k = 1; k < order.size(); ++k) {
    double small_side = 0, large_side = 1e9;
    for (std::size_t i = 0; i < order.size(); ++i) {
      const double side = scene.visible[order[i]].full_side;
      if (i < k) small_side = std::max(small_side, side);
      if (i >= k) large_side = std::min(large_side, side);
    }
    const double gap = static_cast<double>(scene.visible[order[k]].full_area) /
                       static_cast<double>(std::max<std::int64_t>(1, scene.visible[order[k - 1]].full_area));
    if (gap <= widest || large_side < kSideGap * small_side) continue;
    widest = gap;
    cut = k;
  }
  if (cut == 0) return;
  for (std::size_t i = 0; i < order.size(); ++i) {
    Object& object = scene.objects[order[i]];
    object.size = i < cut ? ObjectSize::kSmall : ObjectSize::kLarge;
    object.said |= kSizeBit;
  }
}

Object named(const Pick& pick, const ColorWords& colors) {
  Object object{
      .thing = pick.noun, .said = pick.noun->sayable ? kShapeBit : 0U, .doubtful_colors = colors.doubtful};
  if (pick.noun->category != nullptr) object.said |= kCategoryBit;
  if (colors.color) {
    object.color = *colors.color;
    object.said |= kColorBit;
  }
  return object;
}

bool try_scene(Scene& scene, const ThingChoice& choice, Rng& rng) {
  const std::vector<Pick> picks = draw_exemplars(draw_count(rng), choice, rng);
  if (picks.size() < 3) return false;
  const int shorter = std::min(scene.height, scene.width);
  const double crowd = picks.size() <= 4 ? 1.0 : 0.8;
  std::vector<Placed> placed;
  Table table(scene.height, scene.width);
  for (std::size_t i = 0; i < picks.size(); ++i) {
    // The first is the main one; those behind it in the list come to lie on top.
    const double share = i == 0 ? rng.uniform(0.45, 0.9) : rng.uniform(0.25, i == 1 ? 0.7 : 0.55);
    if (!place_thing(picks[i], share * crowd * shorter, 0.2 * shorter, choice, scene, table, placed, rng)) {
      return false;
    }
    scene.objects.push_back(named(
        picks[i], choice.varied ? color_words(straight(placed.back().patch)) : picks[i].cutout->colors));
  }
  Canvas canvas(rng.pick(choice.things->backgrounds(choice.backgrounds)), scene.height, scene.width, rng);
  for (const Placed& thing : placed)
    canvas.paste(thing.patch, thing.left, thing.top, draw_shadow(thing.side, rng));
  measure(scene, canvas.owners(), placed);
  const double least = 50 * scene.unit * scene.unit;
  for (const Visible& v : scene.visible) {
    if (static_cast<double>(v.area) < kMinVisible * static_cast<double>(v.full_area) ||
        static_cast<double>(v.area) < least)
      return false;
  }
  name_sizes(scene);
  // "The animal" could be one that nobody has named.
  if (!scene.all_named()) {
    for (Object& object : scene.objects) object.said &= ~kCategoryBit;
  }
  scene.picture = canvas.picture(rng);
  return true;
}

}  // namespace

Scene sample_things(int max_side, const ThingChoice& choice, Rng& rng) {
  for (int attempt = 0; attempt < 1000; ++attempt) {
    Scene scene;
    scene.things = choice.things;
    const int low = max_side * 3 / 4;
    scene.width = static_cast<int>(rng.between(low, max_side));
    scene.height = static_cast<int>(rng.between(low, max_side));
    scene.unit = max_side / 128.0;
    if (try_scene(scene, choice, rng)) return scene;
  }
  throw RunError("no scene of things could be drawn at a longest side of " + std::to_string(max_side) +
                 " pixels: the pictures have too few nouns that may stand beside each other");
}

}  // namespace pixelsail
