#pragma once

/// Dense features of frozen teachers, computed beforehand and read from a folder:
///   index.json              {"format":"pixelsail-teacher-1","channels":C,"stride":s,"names":[...],
///                            "shards":{"<image key>":"shard-00000.safetensors", ...}}
///   shard-00000.safetensors one [C, h, w] tensor (F16, BF16 or F32) an image, named by the image key
/// "stride", "names" (what the channels mean) and "teacher" are for people and may be left out. teacher_folder.h writes it.

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "data/config.h"
#include "data/example.h"
#include "io/tensors/tensor_source.h"

namespace pixelsail {

/// "format" of index.json.
inline constexpr std::string_view kTeacherFormat = "pixelsail-teacher-1";

/// Thread-safe. Some hundred shards stay open; a map is read when it is asked for.
class TeacherCache {
 public:
  /// Reads index.json. Throws DataError naming the file for anything missing or malformed.
  explicit TeacherCache(std::filesystem::path folder);

  int channels() const { return channels_; }
  std::int64_t size() const { return static_cast<std::int64_t>(shard_of_.size()); }

  /// The map of an image as it is stored; nullopt when the index has no such image.
  /// Throws DataError naming shard and image for another number of channels, type or rank, or non-finite
  /// values.
  std::optional<TeacherMap> find(const std::string& image_key) const;

 private:
  std::shared_ptr<const TensorSource> shard(std::size_t number) const;

  std::filesystem::path folder_;
  int channels_ = 0;
  std::vector<std::string> shard_names_;
  std::unordered_map<std::string, std::size_t> shard_of_;
  mutable std::mutex mutex_;
  mutable std::vector<std::shared_ptr<const TensorSource>> shards_;
  /// Numbers of those that are open, the one opened first in front.
  mutable std::deque<std::size_t> opened_;
};

/// Folder with the features of `teacher`, which has a `dir`, for the pictures of `dataset`: below the data set's own root where
/// there is one, else below data.root. So pictures of one name in two roots have a map each.
std::filesystem::path features_folder(const TeacherConfig& teacher, const DatasetConfig& dataset,
                                      const DataConfig& data);

/// The same for all data sets of the mixture, each folder once, in their order.
std::vector<std::filesystem::path> features_folders(const TeacherConfig& teacher, const DataConfig& data);

}  // namespace pixelsail
