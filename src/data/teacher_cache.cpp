#include "data/teacher_cache.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "io/json.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr std::string_view kFormat = "pixelsail-teacher-1";

template <class T>
T load(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));  // tensors need not be aligned in the file
  return value;
}

std::vector<float> to_floats(DType dtype, const std::vector<std::byte>& data, const std::string& where) {
  const std::size_t width = dtype_size(dtype);
  std::vector<float> values(data.size() / width);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::byte* at = data.data() + i * width;
    switch (dtype) {
      case DType::kF32:
        values[i] = load<float>(at);
        break;
      case DType::kF16:
        values[i] = half_to_float(load<std::uint16_t>(at));
        break;
      case DType::kBF16:
        values[i] = std::bit_cast<float>(std::uint32_t{load<std::uint16_t>(at)} << 16);
        break;
      default:
        throw DataError(where + ": type " + std::string(dtype_name(dtype)) + ", expected F16, BF16 or F32");
    }
    if (!std::isfinite(values[i])) throw DataError(where + ": holds a value that is not finite");
  }
  return values;
}

}  // namespace

TeacherCache::TeacherCache(std::filesystem::path folder) : folder_(std::move(folder)) {
  const std::filesystem::path path = folder_ / "index.json";
  const std::string where = path.string();
  const Json index = read_json(path);
  if (const std::string& format = json_string(index, "format", where); format != kFormat) {
    throw DataError(where + ": format \"" + format + "\", expected \"" + std::string(kFormat) + "\"");
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
  std::vector<std::byte> data(tensor.nbytes());
  file->read(image_key, data);
  return TeacherMap{channels_, static_cast<int>(tensor.shape[1]), static_cast<int>(tensor.shape[2]),
                    to_floats(tensor.dtype, data, where)};
}

}  // namespace pixelsail
