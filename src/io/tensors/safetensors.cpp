#include "io/tensors/safetensors.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "io/tensors/safetensors_header.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// A read-only mapping of a whole file.
class Mapping {
 public:
  Mapping() = default;
  explicit Mapping(const std::filesystem::path& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw fault(path, errno);
    struct stat info = {};
    const bool ok = fstat(fd, &info) == 0;
    int error = ok ? 0 : errno;
    const bool is_file = ok && S_ISREG(info.st_mode);
    if (is_file && info.st_size > 0) {
      size_ = static_cast<std::size_t>(info.st_size);
      data_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
      if (data_ == MAP_FAILED) error = errno;
    }
    close(fd);
    if (error != 0) throw fault(path, error);
    if (!is_file) throw DataError(path.string() + ": is not a regular file");
  }
  ~Mapping() {
    if (data_ != nullptr && data_ != MAP_FAILED) munmap(data_, size_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(data_), size_}; }

 private:
  static DataError fault(const std::filesystem::path& path, int error) {
    return DataError(path.string() + ": cannot read: " + std::generic_category().message(error));
  }
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace

struct SafetensorsFile::Impl {
  explicit Impl(const std::filesystem::path& path) : name(path.string()), mapping(path) {
    open(mapping.bytes());
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
  Mapping mapping;
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
