#include "data/teacher_cache.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "io/json.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Whether no value has the largest exponent, which infinities and NaN have. Without a way out of the loop: it
/// is computed many values at a time.
template <class Word>
bool all_finite(std::span<const std::byte> data, Word exponent) {
  Word found = 0;
  for (std::size_t i = 0; i < data.size() / sizeof(Word); ++i) {
    Word word = 0;
    std::memcpy(&word, data.data() + i * sizeof(Word), sizeof(Word));
    found |= static_cast<Word>((word & exponent) == exponent);
  }
  return found == 0;
}

void check_values(DType dtype, std::span<const std::byte> data, const std::string& where) {
  bool finite = false;
  switch (dtype) {
    case DType::kF32:
      finite = all_finite<std::uint32_t>(data, 0x7F800000);
      break;
    case DType::kF16:
      finite = all_finite<std::uint16_t>(data, 0x7C00);
      break;
    case DType::kBF16:
      finite = all_finite<std::uint16_t>(data, 0x7F80);
      break;
    default:
      throw DataError(where + ": type " + std::string(dtype_name(dtype)) + ", expected F16, BF16 or F32");
  }
  if (!finite) throw DataError(where + ": holds a value that is not finite");
}

}  // namespace

TeacherCache::TeacherCache(std::filesystem::path folder) : folder_(std::move(folder)) {
  const std::filesystem::path path = folder_ / "index.json";
  const std::string where = path.string();
  const Json index = read_json(path);
  if (const std::string& format = json_string(index, "format", where); format != kTeacherFormat) {
    throw DataError(where + ": format \"" + format + "\", expected \"" + std::string(kTeacherFormat) + "\"");
  }
  const std::int64_t channels = json_int(index, "channels", where);
  if (channels < 1 || channels > 65536) throw DataError(where + ": impossible number of channels");
  channels_ = static_cast<int>(channels);
  if (index.contains("names")) {
    const Json& names = index["names"];
    if (!names.is_array() || (!names.empty() && names.size() != static_cast<std::size_t>(channels))) {
      throw DataError(where + ": names is no list with one name a channel");
    }
  }
  const Json& shards = json_at(index, "shards", where);
  if (!shards.is_object()) throw DataError(where + ": shards is no object");
  std::unordered_map<std::string, std::size_t> numbers;
  for (const auto& [key, value] : shards.items()) {
    const std::string& name = json_string(shards, key.c_str(), where + ": shards");
    if (name.empty() || std::filesystem::path(name).filename() != name) {
      throw DataError(where + ": shards: \"" + name + "\" is no plain file name");
    }
    const auto [found, is_new] = numbers.try_emplace(name, shard_names_.size());
    if (is_new) shard_names_.push_back(name);
    shard_of_.emplace(key, found->second);
  }
  shards_.resize(shard_names_.size());
}

std::shared_ptr<const TensorSource> TeacherCache::shard(std::size_t number) const {
  // Far below the number of files that a process may have open.
  constexpr std::size_t kMostOpen = 256;
  const std::lock_guard lock(mutex_);
  auto& file = shards_[number];
  if (file) return file;
  file = open_tensors(folder_ / shard_names_[number]);
  opened_.push_back(number);
  if (opened_.size() > kMostOpen) {
    // Whoever is reading it keeps it until then.
    shards_[opened_.front()] = nullptr;
    opened_.pop_front();
  }
  return file;
}

std::optional<TeacherMap> TeacherCache::find(const std::string& image_key) const {
  const auto found = shard_of_.find(image_key);
  if (found == shard_of_.end()) return std::nullopt;
  const std::shared_ptr<const TensorSource> file = shard(found->second);
  const std::string where = (folder_ / shard_names_[found->second]).string() + ": " + image_key;
  const TensorInfo& tensor = file->info(image_key);
  if (tensor.shape.size() != 3 || tensor.shape[0] != channels_ || tensor.shape[1] < 1 ||
      tensor.shape[2] < 1) {
    std::string shape;
    for (const std::int64_t side : tensor.shape) shape += (shape.empty() ? "" : ", ") + std::to_string(side);
    throw DataError(where + ": shape [" + shape + "], expected [" + std::to_string(channels_) +
                    ", height, width]");
  }
  auto data = std::make_shared<std::vector<std::byte>>(tensor.nbytes());
  file->read(image_key, *data);
  check_values(tensor.dtype, *data, where);
  return TeacherMap{channels_, static_cast<int>(tensor.shape[1]), static_cast<int>(tensor.shape[2]),
                    tensor.dtype, std::move(data)};
}

std::filesystem::path features_folder(const TeacherConfig& teacher, const DatasetConfig& dataset,
                                      const DataConfig& data) {
  if (!dataset.root.empty()) {
    const std::filesystem::path own = std::filesystem::path(dataset.root) / teacher.dir;
    std::error_code unknown;
    if (std::filesystem::exists(own / "index.json", unknown)) return own;
  }
  return std::filesystem::path(data.root) / teacher.dir;
}

std::vector<std::filesystem::path> features_folders(const TeacherConfig& teacher, const DataConfig& data) {
  std::vector<std::filesystem::path> folders;
  for (const DatasetConfig& dataset : data.datasets) {
    std::filesystem::path folder = features_folder(teacher, dataset, data);
    if (std::ranges::find(folders, folder) == folders.end()) folders.push_back(std::move(folder));
  }
  return folders;
}

}  // namespace pixelsail
