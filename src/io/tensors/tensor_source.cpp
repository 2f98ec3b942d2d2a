#include "io/tensors/tensor_source.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "io/atomic_file.h"
#include "io/tensors/safetensors_header.h"
#include "io/tensors/tensor_source_kinds.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace fs = std::filesystem;
namespace {

std::string lower_extension(const fs::path& path) {
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension;
}

std::unique_ptr<TensorSource> open_index(const fs::path& path) {
  const fs::path folder = path.parent_path();
  return detail::sharded_source(read_file(path), path.string(), [&folder](const std::string& shard) {
    const fs::path file = folder / shard;
    std::error_code error;
    if (!fs::exists(file, error)) {
      throw DataError("shard \"" + shard + "\" is missing: there is no file " + file.string());
    }
    return detail::open_tensor_file(file);
  });
}

/// What DeepSpeed makes of a checkpoint: a folder with a file for each process, and "latest", which names the
/// folder, beside it.
fs::path deepspeed_folder(const fs::path& folder) {
  std::error_code error;
  const fs::path latest = folder / "latest";
  if (!fs::is_regular_file(latest, error) || fs::file_size(latest, error) > 256) return folder;
  std::string name = read_file(latest);
  while (!name.empty() && (name.back() == '\n' || name.back() == '\r' || name.back() == ' ')) name.pop_back();
  const bool is_name = !name.empty() && name != ".." && name.find('/') == name.npos;
  return is_name && fs::is_directory(folder / name, error) ? folder / name : folder;
}

/// Files in a folder that may be what its user means.
std::string other_weights(const fs::path& folder) {
  constexpr std::size_t kMost = 5;
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string extension = lower_extension(entry.path());
    if (extension == ".pth" || extension == ".pt" || extension == ".bin" || extension == ".safetensors")
      names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  std::string list;
  for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i) list += (i > 0 ? ", " : "") + names[i];
  if (names.size() > kMost) list += ", ...";
  return list;
}

std::unique_ptr<TensorSource> open_deepspeed_or_refuse(const fs::path& given) {
  const fs::path folder = deepspeed_folder(given);
  std::error_code error;
  const fs::path states = folder / "mp_rank_00_model_states.pt";
  if (fs::exists(states, error)) {
    if (fs::exists(folder / "mp_rank_01_model_states.pt", error))
      throw DataError(folder.string() +
                      ": is a DeepSpeed checkpoint of a model that is split over several processes (model "
                      "parallelism), which is not read; merge it in Python and save model.state_dict()");
    return detail::open_tensor_file(states);
  }
  for (const char* name :
       {"zero_pp_rank_0_mp_rank_00_model_states.pt", "bf16_zero_pp_rank_0_mp_rank_00_model_states.pt"}) {
    if (fs::exists(folder / name, error))
      throw DataError(
          folder.string() +
          ": is a DeepSpeed ZeRO-3 checkpoint, whose weights are in pieces; put them together with the "
          "script that DeepSpeed writes beside it (python zero_to_fp32.py . pytorch_model.bin) and "
          "give the file that it makes");
  }
  const std::string others = other_weights(folder);
  throw DataError(given.string() +
                  ": holds no checkpoint: neither model.safetensors nor pytorch_model.bin, nor the "
                  "*.index.json of one in shards" +
                  (others.empty() ? "" : "; it has " + others + ": name the file"));
}

std::unique_ptr<TensorSource> open_folder(const fs::path& folder) {
  std::error_code error;
  for (const char* name : {"model.safetensors.index.json", "model.safetensors",
                           "pytorch_model.bin.index.json", "pytorch_model.bin"}) {
    const fs::path path = folder / name;
    if (!fs::exists(path, error)) continue;
    if (lower_extension(path) == ".json") return open_index(path);
    return detail::open_tensor_file(path);
  }
  return open_deepspeed_or_refuse(folder);
}

/// A header length of 8 bytes, then the header.
bool looks_like_safetensors(const detail::ByteSource& bytes) {
  std::array<std::byte, 9> start = {};
  if (bytes.size() < start.size()) return false;
  bytes.read(0, start);
  return start[8] == std::byte{'{'};
}

bool looks_like_zip(const detail::ByteSource& bytes) {
  std::array<std::byte, 4> start = {};
  if (bytes.size() < start.size()) return false;
  bytes.read(0, start);
  return start == std::array{std::byte{'P'}, std::byte{'K'}, std::byte{3}, std::byte{4}};
}

}  // namespace

TensorSource::~TensorSource() = default;

std::uint64_t TensorInfo::nbytes() const {
  std::uint64_t bytes = 0;
  if (!detail::tensor_bytes(dtype, shape, bytes)) throw RunError("a tensor has a shape that no memory holds");
  return bytes;
}

std::int64_t TensorInfo::numel() const {
  return static_cast<std::int64_t>(nbytes() / dtype_size(dtype));
}

void TensorSource::read(std::string_view name, std::span<std::byte> out) const {
  if (const std::uint64_t bytes = info(name).nbytes(); bytes != out.size()) {
    throw RunError(place(name) + ": tensor \"" + std::string(name) + "\" has " + std::to_string(bytes) +
                   " bytes, the place to read it into " + std::to_string(out.size()));
  }
  read_part(name, 0, out);
}

std::unique_ptr<TensorSource> open_tensors(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return open_folder(path);
  if (lower_extension(path) == ".json") return open_index(path);
  return detail::open_tensor_file(path);
}

namespace detail {

void throw_absent_tensor(std::string_view name, const std::string& file) {
  throw DataError(file + ": has no tensor \"" + std::string(name) + "\"");
}

void require_part(std::string_view name, const TensorInfo& info, std::uint64_t offset, std::uint64_t size) {
  const std::uint64_t bytes = info.nbytes();
  if (offset <= bytes && size <= bytes - offset) return;
  throw RunError("tensor \"" + std::string(name) + "\": bytes " + std::to_string(offset) + " to " +
                 std::to_string(offset + size) + " were asked for, it has " + std::to_string(bytes));
}

std::unique_ptr<TensorSource> open_tensor_file(const fs::path& path) {
  std::unique_ptr<ByteSource> bytes = open_bytes(path);
  const std::string extension = lower_extension(path);
  if (extension == ".safetensors") return safetensors_source(std::move(bytes));
  if (extension == ".pth" || extension == ".pt" || extension == ".bin") return torch_source(std::move(bytes));
  if (looks_like_zip(*bytes)) return torch_source(std::move(bytes));
  if (looks_like_safetensors(*bytes)) return safetensors_source(std::move(bytes));
  throw DataError(path.string() + ": is neither a safetensors file nor a torch archive");
}

}  // namespace detail
}  // namespace pixelsail
