#include "io/tensors/safetensors_sharded.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>
#include <span>

#include "io/atomic_file.h"
#include "io/json.h"
#include "io/tensors/safetensors_header.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace fs = std::filesystem;
namespace {

constexpr const char* kSingle = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";

using Shard = std::span<const LazyTensor>;

std::vector<Shard> divide(const std::vector<LazyTensor>& tensors, std::uint64_t shard_size) {
  std::vector<Shard> shards;
  std::size_t begin = 0;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const std::uint64_t size = tensors[i].info.nbytes();
    if (i > begin && (bytes > shard_size || size > shard_size - bytes)) {
      shards.push_back(Shard(tensors).subspan(begin, i - begin));
      begin = i;
      bytes = 0;
    }
    bytes += size;
  }
  shards.push_back(Shard(tensors).subspan(begin));
  return shards;
}

std::string shard_name(std::size_t i, std::size_t count) {
  if (count == 1) return kSingle;
  char name[64];
  std::snprintf(name, sizeof name, "model-%05zu-of-%05zu.safetensors", i + 1, count);
  return name;
}

/// model-NNNNN-of-NNNNN.safetensors, the numbers of any length.
bool is_shard_name(std::string_view name) {
  const auto take = [&name](std::string_view prefix) {
    if (!name.starts_with(prefix)) return false;
    name.remove_prefix(prefix.size());
    return true;
  };
  const auto take_number = [&name] {
    const auto digits = std::min(name.find_first_not_of("0123456789"), name.size());
    name.remove_prefix(digits);
    return digits > 0;
  };
  return take("model-") && take_number() && take("-of-") && take_number() && name == ".safetensors";
}

void remove_earlier(const fs::path& folder) {
  std::vector<fs::path> stale = {folder / kIndex};  // first: without it no shard is read
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name == kSingle || is_shard_name(name)) stale.push_back(entry->path());
  }
  if (error) throw RunError(folder.string() + ": cannot be listed: " + error.message());
  for (const fs::path& path : stale) {
    fs::remove(path, error);
    if (error) throw RunError(path.string() + ": cannot be removed: " + error.message());
  }
}

void write_shard(AtomicFile& file, const fs::path& path, Shard tensors,
                 const std::map<std::string, std::string>& metadata, std::vector<std::byte>& buffer) {
  std::vector<detail::HeaderEntry> entries;
  entries.reserve(tensors.size());
  for (const LazyTensor& tensor : tensors) {
    entries.push_back({tensor.name, tensor.info.dtype, tensor.info.shape});
  }
  file.write(detail::safetensors_start(path.string(), entries, metadata));
  for (const LazyTensor& tensor : tensors) {
    detail::for_each_piece(tensor, buffer, [&file](std::span<const std::byte> piece) { file.write(piece); });
  }
}

void check_tensors(const fs::path& folder, const std::vector<LazyTensor>& tensors) {
  std::set<std::string_view> names;
  for (const LazyTensor& tensor : tensors) {
    const std::string where = folder.string() + ": tensor \"" + tensor.name + "\": ";
    if (!names.insert(tensor.name).second) throw RunError(where + "name taken");
    std::uint64_t bytes = 0;
    if (!detail::tensor_bytes(tensor.info.dtype, tensor.info.shape, bytes)) {
      throw RunError(where + "no memory holds its shape");
    }
  }
}

void write_index(const fs::path& folder, const std::vector<Shard>& shards) {
  std::uint64_t total = 0;
  std::map<std::string, std::string> weight_map;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    for (const LazyTensor& tensor : shards[i]) {
      total += tensor.info.nbytes();
      weight_map.emplace(tensor.name, shard_name(i, shards.size()));
    }
  }
  // Objects of OrderedJson look a key up in linear time: the map is put in as a whole.
  OrderedJson::object_t map;
  for (auto& [tensor, shard] : weight_map) map.push_back({tensor, std::move(shard)});
  OrderedJson index = OrderedJson::object();
  index["metadata"] = {{"total_size", total}};
  index["weight_map"] = std::move(map);
  write_json_atomic(folder / kIndex, index);
}

}  // namespace

void write_sharded_safetensors(const fs::path& folder, const std::vector<LazyTensor>& tensors,
                               std::uint64_t shard_size, const std::map<std::string, std::string>& metadata) {
  if (shard_size == 0) throw ConfigError(folder.string() + ": a shard of 0 bytes holds nothing");
  check_tensors(folder, tensors);
  const std::vector<Shard> shards = divide(tensors, shard_size);
  std::vector<std::byte> buffer;
  std::vector<std::unique_ptr<AtomicFile>> files;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const fs::path path = folder / shard_name(i, shards.size());
    files.push_back(std::make_unique<AtomicFile>(path));
    write_shard(*files.back(), path, shards[i], metadata, buffer);
  }
  remove_earlier(folder);
  for (const auto& file : files) file->commit();
  if (shards.size() > 1) write_index(folder, shards);
}

}  // namespace pixelsail
