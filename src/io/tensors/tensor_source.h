#pragma once

/// Checkpoints as sets of named tensors, whatever files hold them: safetensors and torch archives, in one
/// file or in shards.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/tensors/safetensors.h"

namespace pixelsail {

struct TensorInfo {
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;
  /// Of the elements, contiguous. Throws RunError when a side is negative or the size overflows; the infos
  /// of a TensorSource are checked already.
  std::uint64_t nbytes() const;
  /// Number of elements; throws as nbytes().
  std::int64_t numel() const;
  bool operator==(const TensorInfo&) const = default;
};

/// Read-only set of named tensors in one or more files. Opening checks headers, sizes and names; elements are
/// read when asked for. All member functions may be called by several threads at once.
class TensorSource {
 public:
  TensorSource() = default;
  virtual ~TensorSource();
  TensorSource(const TensorSource&) = delete;
  TensorSource& operator=(const TensorSource&) = delete;

  /// In file order: file by file, and within a file as it lists them (safetensors: as the data lie).
  virtual const std::vector<std::string>& names() const = 0;
  virtual bool contains(std::string_view name) const = 0;
  /// Throws DataError naming file and tensor when absent; so do all below.
  virtual const TensorInfo& info(std::string_view name) const = 0;
  /// Copies a tensor's elements, contiguous row-major, little-endian, into `out`, which must have exactly its
  /// bytes (RunError otherwise). Throws DataError when the file cannot be read.
  void read(std::string_view name, std::span<std::byte> out) const;
  /// Bytes [offset, offset + out.size()) of the same, so that several threads can share one big tensor.
  virtual void read_part(std::string_view name, std::uint64_t offset, std::span<std::byte> out) const = 0;
  /// The file that holds it, for messages.
  virtual std::string place(std::string_view name) const = 0;
  /// Texts beside the tensors: safetensors' __metadata__, the texts of a torch archive's "meta". Of shards
  /// that disagree the first counts.
  virtual const std::map<std::string, std::string>& metadata() const = 0;
};

/// Opens `path`:
///   a folder           model.safetensors.index.json, model.safetensors, pytorch_model.bin.index.json or
///                      pytorch_model.bin, the first that is there; else DeepSpeed's files
///   *.safetensors      one safetensors file
///   *.json             the index of a sharded checkpoint; its shards lie beside it
///   *.pth, *.pt, *.bin a torch archive
///   anything else      one of these, by its first bytes
/// Throws DataError naming file and tensor for whatever is missing, malformed or inconsistent.
std::unique_ptr<TensorSource> open_tensors(const std::filesystem::path& path);

}  // namespace pixelsail
