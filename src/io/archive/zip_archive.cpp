#include "io/archive/zip_archive.h"

#include <zip.h>

#include <algorithm>
#include <array>
#include <exception>

#include "io/printable.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

constexpr std::uint64_t kEndBytes = 22, kLocatorBytes = 20, kEnd64Bytes = 56, kEntryBytes = 46;

std::uint64_t number_at(std::string_view text, std::size_t position, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(text[position + i])} << (8 * i);
  }
  return value;
}

/// libzip makes room for as many entries as the end of the archive promises, at every place that looks like
/// one. Before it sees a file, the promises must be ones that the file can keep.
void check_promises(const ByteSource& bytes) {
  constexpr std::size_t kMaxEnds = 16;
  const auto check = [&bytes](std::uint64_t entries) {
    if (entries <= bytes.size() / kEntryBytes) return;
    throw DataError(bytes.name() + ": the zip directory promises " + std::to_string(entries) +
                    " entries, more than the file can hold");
  };
  // A comment of 64 KB may follow the end.
  const std::uint64_t tail_bytes = std::min<std::uint64_t>(bytes.size(), 0xFFFF + kEndBytes + kLocatorBytes);
  const std::string tail = bytes.read_text(bytes.size() - tail_bytes, tail_bytes);
  std::size_t ends = 0;
  for (auto end = tail.find("PK\5\6"); end != tail.npos; end = tail.find("PK\5\6", end + 4)) {
    if (++ends > kMaxEnds) throw DataError(bytes.name() + ": the zip directory has too many ends");
    const bool has_locator = end >= kLocatorBytes && tail.compare(end - kLocatorBytes, 4, "PK\6\7") == 0;
    if (has_locator) {
      const std::uint64_t end64 = number_at(tail, end - kLocatorBytes + 8, 8);
      if (end64 > bytes.size() || bytes.size() - end64 < kEnd64Bytes) continue;  // libzip will say so
      const std::string text = bytes.read_text(end64, kEnd64Bytes);
      check(number_at(text, 24, 8));
      check(number_at(text, 32, 8));
    } else if (tail.size() - end >= kEndBytes) {
      check(number_at(tail, end + 8, 2));
      check(number_at(tail, end + 10, 2));
    }
  }
}

}  // namespace

/// libzip's view of the file. Its callback notes where the last read began: that of the first byte of an
/// entry is where the entry lies, which libzip tells in no other way.
struct ZipArchive::Handle {
  explicit Handle(const ByteSource& file) : bytes(file) { zip_error_init(&error); }
  ~Handle() {
    if (archive != nullptr) zip_discard(archive);
    zip_error_fini(&error);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  /// Answers libzip's questions about the file; -1 when something is wrong. Lets no exception through.
  zip_int64_t answer(void* data, zip_uint64_t length, zip_source_cmd_t command) {
    switch (command) {
      case ZIP_SOURCE_OPEN:
        position = 0;
        return 0;
      case ZIP_SOURCE_CLOSE:
      case ZIP_SOURCE_FREE:
        return 0;
      case ZIP_SOURCE_READ:
        return read(data, length);
      case ZIP_SOURCE_SEEK: {
        const auto target = zip_source_seek_compute_offset(position, bytes.size(), data, length, &error);
        if (target < 0) return -1;
        position = static_cast<std::uint64_t>(target);
        return 0;
      }
      case ZIP_SOURCE_TELL:
        return static_cast<zip_int64_t>(position);
      case ZIP_SOURCE_STAT: {
        auto* stat = ZIP_SOURCE_GET_ARGS(zip_stat_t, data, length, &error);
        if (stat == nullptr) return -1;
        zip_stat_init(stat);
        stat->valid = ZIP_STAT_SIZE;
        stat->size = bytes.size();
        return sizeof(zip_stat_t);
      }
      case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&error, data, length);
      case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_SEEKABLE;
      default:
        zip_error_set(&error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
  }

  zip_int64_t read(void* data, std::uint64_t length) {
    if (position >= bytes.size()) return 0;
    const std::uint64_t size = std::min(length, bytes.size() - position);
    try {
      bytes.read(position, {static_cast<std::byte*>(data), size});
    } catch (const std::exception&) {
      zip_error_set(&error, ZIP_ER_READ, 0);
      return -1;
    }
    last_read = position;
    position += size;
    return static_cast<zip_int64_t>(size);
  }

  const ByteSource& bytes;
  std::uint64_t position = 0, last_read = 0;
  zip_error_t error = {};
  zip_t* archive = nullptr;
};

ZipArchive::ZipArchive(const ByteSource& bytes) : bytes_(bytes), handle_(std::make_unique<Handle>(bytes)) {
  check_promises(bytes);
  const auto callback = [](void* handle, void* data, zip_uint64_t length, zip_source_cmd_t command) {
    return static_cast<Handle*>(handle)->answer(data, length, command);
  };
  zip_error_t error = {};
  zip_error_init(&error);
  zip_source_t* source = zip_source_function_create(callback, handle_.get(), &error);
  if (source != nullptr) handle_->archive = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (handle_->archive == nullptr) {
    const std::string reason = zip_error_strerror(&error);
    zip_source_free(source);
    zip_error_fini(&error);
    throw DataError(bytes.name() + ": is no zip archive that can be read: " + reason);
  }
  zip_error_fini(&error);
  const auto count = static_cast<std::uint64_t>(zip_get_num_entries(handle_->archive, 0));
  for (std::uint64_t i = 0; i < count; ++i) {
    const char* name = zip_get_name(handle_->archive, i, ZIP_FL_ENC_RAW);
    if (name == nullptr) throw DataError(bytes.name() + ": a zip entry has no name");
    if (!indices_.emplace(name, i).second) {
      throw DataError(bytes.name() + ": entry \"" + printable(name) + "\" is there twice");
    }
    names_.emplace_back(name);
  }
}

ZipArchive::~ZipArchive() = default;

ByteRange ZipArchive::find(const std::string& name) const {
  const auto fail = [this, &name](const std::string& what) {
    return DataError(bytes_.name() + ": entry \"" + printable(name) + "\" " + what);
  };
  const auto found = indices_.find(name);
  if (found == indices_.end()) throw fail("is missing");
  zip_stat_t stat = {};
  zip_stat_init(&stat);
  constexpr zip_uint64_t kNeeded =
      ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  if (zip_stat_index(handle_->archive, found->second, 0, &stat) != 0 || (stat.valid & kNeeded) != kNeeded) {
    throw fail("has no valid description");
  }
  if (stat.encryption_method != ZIP_EM_NONE) throw fail("is encrypted");
  if (stat.comp_method != ZIP_CM_STORE) {
    throw fail(
        "is compressed; torch stores its entries as they are. Unpack the archive and pack it again with "
        "\"zip -0\", or load it in Python and save it with torch.save");
  }
  if (stat.size != stat.comp_size) {
    throw fail("is stored with " + std::to_string(stat.comp_size) + " bytes but has " +
               std::to_string(stat.size));
  }
  if (stat.size > bytes_.size()) {
    throw fail("promises " + std::to_string(stat.size) + " bytes, the file has " +
               std::to_string(bytes_.size()));
  }
  if (stat.size == 0) return {};
  std::array<char, 1> first = {};
  zip_file_t* file = zip_fopen_index(handle_->archive, found->second, 0);
  const bool is_read = file != nullptr && zip_fread(file, first.data(), 1) == 1;
  if (file != nullptr) zip_fclose(file);
  const std::uint64_t begin = handle_->last_read;
  if (!is_read || begin > bytes_.size() || stat.size > bytes_.size() - begin) {
    throw fail("reaches beyond the end of the file");
  }
  return {begin, stat.size};
}

std::string ZipArchive::read(const std::string& name, std::uint64_t max_bytes) const {
  const auto fail = [this, &name](const std::string& what) {
    return DataError(bytes_.name() + ": entry \"" + printable(name) + "\" " + what);
  };
  const auto found = indices_.find(name);
  if (found == indices_.end()) throw fail("is missing");
  zip_stat_t stat = {};
  zip_stat_init(&stat);
  if (zip_stat_index(handle_->archive, found->second, 0, &stat) != 0 || (stat.valid & ZIP_STAT_SIZE) == 0) {
    throw fail("has no valid description");
  }
  if (stat.size > max_bytes) {
    throw fail("has " + std::to_string(stat.size) + " bytes, at most " + std::to_string(max_bytes) +
               " are expected");
  }
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(
      zip_fopen_index(handle_->archive, found->second, 0), zip_fclose);
  if (file == nullptr) {
    throw fail(std::string("cannot be opened: ") + zip_error_strerror(zip_get_error(handle_->archive)));
  }
  std::string text(stat.size, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const zip_int64_t count = zip_fread(file.get(), text.data() + size, text.size() - size);
    if (count <= 0) throw fail("is damaged: " + std::string(zip_file_strerror(file.get())));
    size += static_cast<std::size_t>(count);
  }
  // The checksum is compared at the end of the entry.
  char behind = 0;
  if (zip_fread(file.get(), &behind, 1) != 0) throw fail("is damaged: the checksum or the size is wrong");
  return text;
}

}  // namespace pixelsail::detail
