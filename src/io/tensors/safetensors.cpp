#include "io/tensors/safetensors.h"

#include <utility>

#include "io/byte_source.h"
#include "io/tensors/safetensors_header.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Not a mapping: who shortens a mapped file ends the process that reads it.
std::vector<std::byte> whole_file(const std::filesystem::path& path) {
  const auto file = detail::open_bytes(path);
  std::vector<std::byte> bytes(file->size());
  file->read(0, bytes);
  return bytes;
}

}  // namespace

struct SafetensorsFile::Impl {
  explicit Impl(const std::filesystem::path& path) : name(path.string()), content(whole_file(path)) {
    open(content);
  }
  Impl(std::span<const std::byte> bytes, std::string file_name) : name(std::move(file_name)) { open(bytes); }

  void open(std::span<const std::byte> bytes) {
    constexpr std::size_t kPrefix = detail::kSafetensorsPrefix;
    if (bytes.size() < kPrefix) throw DataError(name + ": too short for a safetensors file");
    const std::uint64_t length =
        detail::safetensors_header_length(bytes.first<kPrefix>(), bytes.size(), name);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + kPrefix, length);
    const auto data = bytes.subspan(kPrefix + length);
    detail::SafetensorsHeader header = detail::parse_safetensors_header(text, data.size(), name);
    metadata = std::move(header.metadata);
    names.reserve(header.entries.size());
    for (detail::HeaderEntry& entry : header.entries) {
      const auto view = data.subspan(entry.begin, entry.end - entry.begin);
      tensors.emplace(entry.name, TensorView{entry.dtype, std::move(entry.shape), view});
      names.push_back(std::move(entry.name));
    }
  }

  std::string name;
  std::vector<std::byte> content;
  std::vector<std::string> names;
  std::map<std::string, TensorView, std::less<>> tensors;
  std::map<std::string, std::string> metadata;
};

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : impl_(std::make_unique<Impl>(path)) {}
SafetensorsFile::SafetensorsFile(std::span<const std::byte> bytes, const std::string& name)
    : impl_(std::make_unique<Impl>(bytes, name)) {}
SafetensorsFile::~SafetensorsFile() = default;
SafetensorsFile::SafetensorsFile(SafetensorsFile&&) noexcept = default;
SafetensorsFile& SafetensorsFile::operator=(SafetensorsFile&&) noexcept = default;

const std::vector<std::string>& SafetensorsFile::names() const {
  return impl_->names;
}
bool SafetensorsFile::contains(std::string_view name) const {
  return impl_->tensors.contains(name);
}
const std::map<std::string, std::string>& SafetensorsFile::metadata() const {
  return impl_->metadata;
}

const TensorView& SafetensorsFile::at(std::string_view name) const {
  const auto found = impl_->tensors.find(name);
  if (found == impl_->tensors.end())
    throw DataError(impl_->name + ": has no tensor \"" + std::string(name) + "\"");
  return found->second;
}

}  // namespace pixelsail
