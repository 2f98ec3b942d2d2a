#pragma once

/// Ultralytics' data.yaml (docs.ultralytics.com/datasets/segment): names of classes, and where the pictures of each
/// split are.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace pixelsail::detail {

struct YoloLayout {
  struct Split {
    std::string name;  ///< "train", "val", "test"
    std::filesystem::path folder;
  };
  std::filesystem::path root;
  std::map<std::int64_t, std::string> names;
  std::vector<Split> splits;
  bool has_keypoints = false;
};

/// Of `input`, which is the file or the folder that holds it. `images`: where the pictures are instead of below the
/// folder that the file names. Throws DataError naming file and key.
YoloLayout read_yolo_layout(const std::filesystem::path& input, const std::filesystem::path& images);

/// Where the labels of a picture are: "images" becomes "labels" where it comes last among the folders of its path, and
/// the ending ".txt".
std::filesystem::path yolo_label_file(const std::filesystem::path& picture);

}  // namespace pixelsail::detail
