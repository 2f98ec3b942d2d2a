#pragma once

/// The scenes of the synthetic data set: a few objects on a background, described by attributes that a person can
/// name. In the world of shapes they are simple shapes on a texture; in the world of things (synth/things) cut-outs of
/// real things on a photograph. Lengths are pixels, y points down.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/rng.h"
#include "pixelsail/image.h"
#include "pixelsail/mask.h"
#include "synth/color.h"

namespace pixelsail {

class ThingLibrary;
struct ThingNoun;

enum class Shape : std::uint8_t {
  kDisc,
  kSquare,
  kTriangle,
  kStar,
  kCross,
  kRing,
  kDiamond,
  kCrescent,
  kArrow,
  kHeart
};
enum class ObjectSize : std::uint8_t { kSmall, kLarge };
enum class Pattern : std::uint8_t { kPlain, kStriped, kDotted, kCheckered };

inline constexpr int kShapeCount = 10;
inline constexpr int kSizeCount = 2;
inline constexpr int kPatternCount = 4;

/// The word for an attribute ("disc", "red", "small", "striped").
std::string_view name_of(Shape shape);
std::string_view name_of(ObjectSize size);
std::string_view name_of(Pattern pattern);

/// The shape that a word means; nothing for a word that is none.
std::optional<Shape> shape_named(std::string_view word);

std::vector<std::string> shape_names(const std::vector<Shape>& shapes);

std::vector<Shape> all_shapes();
/// The seven shapes of the default data set. The others are for teaching a trained model a word that it does not
/// know.
std::vector<Shape> default_shapes();

/// Which shapes a scene is drawn from and which one it is about.
struct ShapeChoice {
  std::vector<Shape> shapes = default_shapes();
  /// One of `shapes`: at least one object has it, and every expression names it.
  std::optional<Shape> focus;
};

using Rgb = std::array<double, 3>;

/// What may be said of an object, one bit each; its noun is that of its shape or thing.
inline constexpr unsigned kShapeBit = 1, kColorBit = 2, kSizeBit = 4, kPatternBit = 8, kAllBits = 15;
/// Said instead of the noun ("the animal").
inline constexpr unsigned kCategoryBit = 16, kEveryBit = 31;

struct Object {
  Shape shape = Shape::kDisc;
  Color color = Color::kRed;
  ObjectSize size = ObjectSize::kSmall;
  Pattern pattern = Pattern::kPlain;

  double x = 0, y = 0;       ///< centre
  double radius = 0;         ///< nominal radius; shapes reach up to kMaxReach of it
  double rotation = 0;       ///< radians, mild
  double pattern_angle = 0;  ///< radians
  Rgb base{}, tone{};        ///< 0..255; tone is the second colour of a pattern

  const ThingNoun* thing =
      nullptr;  ///< in the world of things; shape, pattern and the lengths above mean nothing then
  unsigned said = kAllBits;      ///< which of its attributes have a word that everybody would use
  unsigned doubtful_colors = 0;  ///< a bit (1 << Color) for each word that somebody might use
};

/// What is seen of an object: centre of mass, bounding box (right and bottom exclusive), area before
/// occlusion.
struct Visible {
  Mask mask;
  double x = 0, y = 0;
  int left = 0, top = 0, right = 0, bottom = 0;
  std::int64_t area = 0, full_area = 0;
  double full_side = 0;  ///< world of things: the longer side of the box before occlusion

  /// Of an object none of whose pixels has been seen yet.
  static Visible none_of(int height, int width);
  void add_pixel(int x_pixel, int y_pixel);
  /// Behind the last pixel: x and y, sums until then, become the middle.
  void finish();
};

enum class Texture : std::uint8_t { kGradient, kNoise, kStripes, kTiles };

struct Background {
  Texture texture = Texture::kGradient;
  Rgb first{}, second{};
  double angle = 0, period = 0;
  std::uint64_t seed = 0;
};

struct Scene {
  int width = 0, height = 0;
  double unit = 1;  ///< scale of lengths: 1 at a longest side of 128
  Background background;
  std::vector<Object> objects;   ///< later ones lie on top
  std::vector<Visible> visible;  ///< parallel to objects
  ShapeChoice choice;

  std::shared_ptr<const ThingLibrary>
      things;     ///< in the world of things: what `thing` of the objects points into
  Image picture;  ///< drawn with the scene in the world of things

  /// Not so where pictures of anything are shown.
  bool all_named() const;

  const Object& object(int index) const { return objects.at(static_cast<std::size_t>(index)); }
};

/// Draws a scene of 4 to 7 objects with sides between 3/4 max_side and max_side. Objects share attributes
/// with others, lie wholly inside the image, and keep at least kMinVisible of their area uncovered. One of
/// them has the shape in focus, if there is one.
Scene sample_scene(int max_side, Rng& rng, const ShapeChoice& choice = {});

inline constexpr double kMinVisible = 0.62;

/// Pixels of each object that nothing covers, by majority of subsamples. Fills Scene::visible.
void measure_visible(Scene& scene);

}  // namespace pixelsail
