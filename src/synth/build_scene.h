#pragma once

/// One scene from its name to its record, picture file and teacher map.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pixelsail/image.h"
#include "synth/coco_writer.h"
#include "synth/teacher_maps.h"
#include "synth/things/sample.h"

namespace pixelsail {

struct SceneRequest {
  std::uint64_t seed = 0;
  std::string split;
  std::int64_t index = 0;  ///< within the split
  std::int64_t image_id = 0;
  int max_side = 128;
  int refs = 2;  ///< objects referred to in each set, at most
  ShapeChoice choice;
  ThingChoice things;  ///< the world of things, when it has a library
  std::filesystem::path image_folder;
  bool with_teacher = false;
  bool bridges = false;  ///< masks with holes are polygons (synth/outline.h), not run lengths
};

struct BuiltScene {
  SceneRecord record;
  std::optional<HalfMap> teacher;
};

/// The scene of a request, without files. A pure function of seed, split, index, max_side, choice and things.
Scene scene_of(const SceneRequest& request);

/// The picture of a scene and the name of its file, whose ending says how it is stored.
struct ScenePicture {
  std::string file_name;
  Image image;
};
ScenePicture picture_of(const SceneRequest& request, const Scene& scene);
/// The bytes of an image file: JPEG for names that end in .jpg, else PNG.
std::vector<std::byte> encode_picture(const Image& image, const std::filesystem::path& name);
/// Writes the same without flushing.
void write_picture(const Image& image, const std::filesystem::path& path);

/// Draws, writes the picture, finds expressions. Everything depends on the request alone. first_ann_id is
/// left 0.
BuiltScene build_scene(const SceneRequest& request);

}  // namespace pixelsail
