#pragma once

/// Tiny data sets on disk in their published files.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "io/json.h"
#include "pixelsail/error.h"
#include "support/messages.h"
#include "support/temp_dir.h"

namespace pixelsail::test {

void write_text(const std::filesystem::path& path, const std::string& text);
/// A JSON tree as a pickle of protocol 2.
std::string to_pickle(const Json& value);
/// A PNG (whatever the file is called) whose pixels depend on `seed`.
void write_image(const std::filesystem::path& path, int height, int width, int seed = 1);
std::string image_name(int id);
/// x, y, ... of an axis-parallel rectangle.
Json rectangle(double x0, double y0, double x1, double y1);

Json coco_image(int id, int height = 20, int width = 30);
Json coco_annotation(int id, int image_id, const Json& segmentation);
Json ref(int ref_id, int image_id, const Json& ann_id, const std::string& split,
         const std::vector<std::string>& sents);

/// ROOT/<name>/{instances.json, refs file} and the images.
struct ReferFiles {
  Json images = Json::array(), annotations = Json::array(), refs = Json::array();
  void write(const std::filesystem::path& root, const std::string& name, const std::string& refs_file,
             bool with_images = true) const;
};
/// Three images of 20 x 30 with two annotations each (ids 10 * image + 0, 1), refs with several sentences in
/// "train".
ReferFiles small_refer();

}  // namespace pixelsail::test
