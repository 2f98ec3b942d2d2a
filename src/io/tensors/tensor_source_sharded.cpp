// A checkpoint in several files, with an index that says which file holds which tensor:
// {"metadata": {"total_size": 123}, "weight_map": {"a.weight": "model-00001-of-00002.safetensors", ...}}

#include <algorithm>
#include <filesystem>
#include <utility>

#include "io/json.h"
#include "io/tensors/tensor_source_kinds.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

/// A shard lies beside its index or below it. Symbolic links are followed: download caches are made of them.
void require_inside(const std::string& shard, const std::string& where) {
  if (std::ranges::any_of(shard, [](unsigned char c) { return c < 0x20; })) {
    throw DataError(where + ": its shard's name has control characters");
  }
  const std::filesystem::path path(shard);
  const bool leaves = path.is_absolute() ||
                      std::ranges::any_of(path, [](const auto& part) { return part == ".." || part == "."; });
  if (leaves || !path.has_filename()) {
    throw DataError(where + ": shard \"" + shard + "\" is no file name inside the folder of the index");
  }
}

/// Tensor name -> shard. Throws DataError when the text has another form.
std::map<std::string, std::string> parse_index(std::string_view text, const std::string& name) {
  const Json index = parse_json_unique(text, name);
  const Json& weight_map = json_at(index, "weight_map", name);
  if (!weight_map.is_object()) {
    throw DataError(name + ": \"weight_map\" should be an object, not " + weight_map.type_name());
  }
  if (const auto metadata = index.find("metadata"); metadata != index.end() && !metadata->is_null()) {
    if (!metadata->is_object()) {
      throw DataError(name + ": \"metadata\" should be an object, not " + metadata->type_name());
    }
    if (metadata->contains("total_size")) json_number(*metadata, "total_size", name + ": metadata");
  }
  const std::string where = name + ": weight_map";
  std::map<std::string, std::string> shards;
  for (const auto& [tensor, shard] : weight_map.items()) {
    if (!shard.is_string()) {
      throw DataError(where + ": \"" + tensor + "\" should be text, not " + shard.type_name());
    }
    require_inside(shard.get_ref<const std::string&>(), where + ": \"" + tensor + "\"");
    shards.emplace(tensor, shard.get_ref<const std::string&>());
  }
  if (shards.empty()) throw DataError(where + " lists no tensor");
  return shards;
}

class ShardedSource final : public TensorSource {
 public:
  ShardedSource(std::string_view index, std::string name, const OpenShard& open_shard)
      : name_(std::move(name)) {
    const std::map<std::string, std::string> shard_of = parse_index(index, name_);
    for (const auto& [tensor, shard] : shard_of) {
      if (shards_.contains(shard)) continue;
      try {
        shards_.emplace(shard, open_shard(shard));
      } catch (const Error& error) {
        throw_with_context(error, name_ + ": weight_map: \"" + tensor + "\"");
      }
    }
    for (const auto& [shard, source] : shards_) add_shard(shard, *source, shard_of);
    for (const auto& [tensor, shard] : shard_of) {
      if (tensors_.find(tensor) == nullptr) {
        throw DataError(name_ + ": weight_map: \"" + tensor + "\": shard \"" + shard +
                        "\" has no such tensor");
      }
    }
  }

  const std::vector<std::string>& names() const override { return tensors_.names(); }
  bool contains(std::string_view name) const override { return tensors_.find(name) != nullptr; }
  const TensorInfo& info(std::string_view name) const override { return tensors_.at(name, name_).info; }
  void read_part(std::string_view name, std::uint64_t offset, std::span<std::byte> out) const override {
    tensors_.at(name, name_).where->read_part(name, offset, out);
  }
  std::string place(std::string_view name) const override {
    return tensors_.at(name, name_).where->place(name);
  }
  const std::map<std::string, std::string>& metadata() const override { return metadata_; }

 private:
  void add_shard(const std::string& shard, const TensorSource& source,
                 const std::map<std::string, std::string>& shard_of) {
    for (const std::string& tensor : source.names()) {
      const auto listed = shard_of.find(tensor);
      if (listed == shard_of.end()) {
        throw DataError(name_ + ": weight_map does not name tensor \"" + tensor + "\" of shard \"" + shard +
                        "\"");
      }
      if (listed->second != shard) {
        throw DataError(name_ + ": tensor \"" + tensor + "\" is in two shards, \"" + listed->second +
                        "\" (by weight_map) and \"" + shard + "\"");
      }
      tensors_.add(tensor, {source.info(tensor), &source});
    }
    metadata_.insert(source.metadata().begin(), source.metadata().end());
  }

  std::string name_;
  std::map<std::string, std::unique_ptr<TensorSource>> shards_;
  TensorTable<const TensorSource*> tensors_;
  std::map<std::string, std::string> metadata_;
};

}  // namespace

std::unique_ptr<TensorSource> sharded_source(std::string_view index, const std::string& name,
                                             const OpenShard& open_shard) {
  return std::make_unique<ShardedSource>(index, name, open_shard);
}

}  // namespace pixelsail::detail
