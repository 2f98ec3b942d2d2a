#pragma once

/// The kinds of TensorSource, on bytes from anywhere.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/byte_source.h"
#include "io/tensors/tensor_source.h"

namespace pixelsail::detail {

/// Names, infos and where the elements are, as all kinds keep them. `Where` says what a kind needs to read a
/// tensor.
template <class Where>
class TensorTable {
 public:
  struct Entry {
    TensorInfo info;
    Where where;
  };
  /// False when the name is taken.
  bool add(const std::string& name, Entry entry) {
    if (!entries_.try_emplace(name, std::move(entry)).second) return false;
    names_.push_back(name);
    return true;
  }
  const std::vector<std::string>& names() const { return names_; }
  /// nullptr when there is none.
  const Entry* find(std::string_view name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second;
  }
  /// Throws DataError with `file` in front when there is none.
  const Entry& at(std::string_view name, const std::string& file) const {
    if (const Entry* entry = find(name)) return *entry;
    throw_absent(name, file);
  }

 private:
  [[noreturn]] static void throw_absent(std::string_view name, const std::string& file);
  std::vector<std::string> names_;
  std::map<std::string, Entry, std::less<>> entries_;
};

[[noreturn]] void throw_absent_tensor(std::string_view name, const std::string& file);

template <class Where>
void TensorTable<Where>::throw_absent(std::string_view name, const std::string& file) {
  throw_absent_tensor(name, file);
}

/// Throws RunError unless bytes [offset, offset + size) lie inside the tensor.
void require_part(std::string_view name, const TensorInfo& info, std::uint64_t offset, std::uint64_t size);

std::unique_ptr<TensorSource> safetensors_source(std::unique_ptr<ByteSource> bytes);

/// A torch archive (zip). Throws RunError in a build without libzip.
std::unique_ptr<TensorSource> torch_source(std::unique_ptr<ByteSource> bytes);

/// Where the storage with this key lies in the file; throws DataError when there is none.
using FindStorage = std::function<ByteRange(const std::string& key)>;

/// The tensors that `pickle`, what torch.save wrote, describes: those of its "state_dict", else of its
/// "model", else of the whole. `bytes` hold the storages, `pickle_name` is used in messages.
std::unique_ptr<TensorSource> torch_pickle_source(std::unique_ptr<ByteSource> bytes, std::string_view pickle,
                                                  const std::string& pickle_name,
                                                  const FindStorage& find_storage);

/// A single file of either kind; the extension decides, then the content.
std::unique_ptr<TensorSource> open_tensor_file(const std::filesystem::path& path);

/// Opens one shard by its name in the index; throws DataError saying that it is missing.
using OpenShard = std::function<std::unique_ptr<TensorSource>(const std::string& shard)>;

/// `index` is the text of a *.index.json, `name` its file for messages. Throws DataError when a shard's name
/// leaves the folder, or index and shards do not list the same tensors.
std::unique_ptr<TensorSource> sharded_source(std::string_view index, const std::string& name,
                                             const OpenShard& open_shard);

}  // namespace pixelsail::detail
