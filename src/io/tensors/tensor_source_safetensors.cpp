// One safetensors file as a TensorSource. Unlike SafetensorsFile it does not map the file: the elements are
// copied once, from the file to where they are wanted.

#include <array>
#include <utility>

#include "io/tensors/safetensors_header.h"
#include "io/tensors/tensor_source_kinds.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

class SafetensorsSource final : public TensorSource {
 public:
  explicit SafetensorsSource(std::unique_ptr<ByteSource> bytes) : bytes_(std::move(bytes)) {
    std::array<std::byte, kSafetensorsPrefix> prefix = {};
    if (bytes_->size() < prefix.size())
      throw DataError(bytes_->name() + ": too short for a safetensors file");
    bytes_->read(0, prefix);
    const std::uint64_t length = safetensors_header_length(prefix, bytes_->size(), bytes_->name());
    const std::uint64_t data = prefix.size() + length;
    SafetensorsHeader header = parse_safetensors_header(bytes_->read_text(prefix.size(), length),
                                                        bytes_->size() - data, bytes_->name());
    metadata_ = std::move(header.metadata);
    for (HeaderEntry& entry : header.entries) {
      tensors_.add(entry.name, {{entry.dtype, std::move(entry.shape)}, data + entry.begin});
    }
  }

  const std::vector<std::string>& names() const override { return tensors_.names(); }
  bool contains(std::string_view name) const override { return tensors_.find(name) != nullptr; }
  const TensorInfo& info(std::string_view name) const override {
    return tensors_.at(name, bytes_->name()).info;
  }
  void read_part(std::string_view name, std::uint64_t offset, std::span<std::byte> out) const override {
    const auto& tensor = tensors_.at(name, bytes_->name());
    require_part(name, tensor.info, offset, out.size());
    bytes_->read(tensor.where + offset, out);
  }
  std::string place(std::string_view name) const override {
    tensors_.at(name, bytes_->name());
    return bytes_->name();
  }
  const std::map<std::string, std::string>& metadata() const override { return metadata_; }

 private:
  std::unique_ptr<ByteSource> bytes_;
  /// Where a tensor's elements begin in the file.
  TensorTable<std::uint64_t> tensors_;
  std::map<std::string, std::string> metadata_;
};

}  // namespace

std::unique_ptr<TensorSource> safetensors_source(std::unique_ptr<ByteSource> bytes) {
  return std::make_unique<SafetensorsSource>(std::move(bytes));
}

}  // namespace pixelsail::detail
