#include "io/archive/zip_write.h"

#include <zip.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>

#include "io/atomic_file.h"
#include "io/tensors/lazy_tensor.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

/// What libzip calls back must not throw: the first exception is kept for later.
class Guarded {
 public:
  Guarded() { zip_error_init(&error_); }
  ~Guarded() { zip_error_fini(&error_); }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  template <class Action>
  zip_int64_t guard(int code, const Action& action) {
    try {
      return action();
    } catch (...) {
      if (!thrown) thrown = std::current_exception();
      return refuse(code);
    }
  }
  zip_int64_t refuse(int code) {
    zip_error_set(&error_, code, 0);
    return -1;
  }

  std::exception_ptr thrown;

 protected:
  zip_error_t error_ = {};
};

template <class Self>
zip_int64_t call(void* self, void* data, zip_uint64_t length, zip_source_cmd_t command) {
  return static_cast<Self*>(self)->answer(data, length, command);
}

zip_int64_t put_size(void* data, zip_uint64_t length, std::uint64_t size, zip_error_t* error) {
  auto* stat = ZIP_SOURCE_GET_ARGS(zip_stat_t, data, length, error);
  if (stat == nullptr) return -1;
  zip_stat_init(stat);
  stat->valid = ZIP_STAT_SIZE;
  stat->size = size;
  return sizeof(zip_stat_t);
}

/// The archive, as libzip writes it. It goes back once an entry, to put its checksum in front.
class Target : public Guarded {
 public:
  explicit Target(AtomicFile& file) : file_(file) {}

  zip_int64_t answer(void* data, zip_uint64_t length, zip_source_cmd_t command) {
    switch (command) {
      case ZIP_SOURCE_WRITE:
        return guard(ZIP_ER_WRITE, [&] {
          file_.write(std::span(static_cast<const std::byte*>(data), length));
          position_ += length;
          size_ = std::max(size_, position_);
          return static_cast<zip_int64_t>(length);
        });
      case ZIP_SOURCE_SEEK_WRITE:
        return guard(ZIP_ER_SEEK, [&]() -> zip_int64_t {
          const auto target = zip_source_seek_compute_offset(position_, size_, data, length, &error_);
          if (target < 0) return -1;
          position_ = static_cast<std::uint64_t>(target);
          file_.seek(position_);
          return 0;
        });
      case ZIP_SOURCE_TELL_WRITE:
        return static_cast<zip_int64_t>(position_);
      case ZIP_SOURCE_STAT:
        return put_size(data, length, 0, &error_);
      case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&error_, data, length);
      case ZIP_SOURCE_OPEN:
      case ZIP_SOURCE_READ:
      case ZIP_SOURCE_CLOSE:
      case ZIP_SOURCE_SEEK:
      case ZIP_SOURCE_TELL:
      case ZIP_SOURCE_FREE:
      case ZIP_SOURCE_BEGIN_WRITE:
      case ZIP_SOURCE_COMMIT_WRITE:
      case ZIP_SOURCE_ROLLBACK_WRITE:
      case ZIP_SOURCE_REMOVE:
        return 0;
      case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_WRITABLE;
      default:
        return refuse(ZIP_ER_OPNOTSUPP);
    }
  }

 private:
  AtomicFile& file_;
  std::uint64_t position_ = 0, size_ = 0;
};

/// One entry on its way in. libzip asks for a few kilobytes at once, `fill` is asked for more.
class Source : public Guarded {
 public:
  Source(const ZipEntry& entry, std::vector<std::byte>& buffer) : entry_(entry), buffer_(buffer) {}

  zip_int64_t answer(void* data, zip_uint64_t length, zip_source_cmd_t command) {
    switch (command) {
      case ZIP_SOURCE_OPEN:
        position_ = piece_begin_ = piece_end_ = 0;
        return 0;
      case ZIP_SOURCE_READ:
        return guard(ZIP_ER_READ, [&] { return read({static_cast<std::byte*>(data), length}); });
      case ZIP_SOURCE_STAT:
        return put_size(data, length, entry_.size, &error_);
      case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&error_, data, length);
      case ZIP_SOURCE_CLOSE:
      case ZIP_SOURCE_FREE:
        return 0;
      case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE,
                                              ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, -1);
      default:
        return refuse(ZIP_ER_OPNOTSUPP);
    }
  }

 private:
  zip_int64_t read(std::span<std::byte> out) {
    if (position_ == piece_end_ && position_ < entry_.size) {
      const std::uint64_t size = std::min(entry_.size - position_, kMaxPiece);
      if (buffer_.size() < size) buffer_.resize(size);
      entry_.fill(position_, std::span(buffer_).first(size));
      piece_begin_ = position_;
      piece_end_ = position_ + size;
    }
    const std::size_t count = std::min<std::uint64_t>(out.size(), piece_end_ - position_);
    std::ranges::copy(std::span(buffer_).subspan(position_ - piece_begin_, count), out.begin());
    position_ += count;
    return static_cast<zip_int64_t>(count);
  }

  const ZipEntry& entry_;
  /// Shared by all entries: they are read one after the other.
  std::vector<std::byte>& buffer_;
  std::uint64_t position_ = 0, piece_begin_ = 0, piece_end_ = 0;
};

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};

}  // namespace

void write_zip(const std::filesystem::path& path, const std::vector<ZipEntry>& entries) {
  const auto fail = [&path](const char* reason) {
    return RunError(path.string() + ": cannot be written as a zip archive: " + reason);
  };
  AtomicFile file(path);
  std::vector<std::byte> buffer;
  Target target(file);
  std::vector<std::unique_ptr<Source>> sources;
  zip_source_t* source = zip_source_function_create(call<Target>, &target, nullptr);
  if (source == nullptr) throw fail("no memory");
  std::unique_ptr<zip_t, Discard> archive(zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, nullptr));
  if (archive == nullptr) {
    zip_source_free(source);
    throw fail("it cannot be opened");
  }
  for (const ZipEntry& entry : entries) {
    sources.push_back(std::make_unique<Source>(entry, buffer));
    source = zip_source_function(archive.get(), call<Source>, sources.back().get());
    const zip_int64_t index =
        source == nullptr ? -1 : zip_file_add(archive.get(), entry.name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      throw fail(zip_strerror(archive.get()));
    }
    // 1 January 1980, the first day that the format knows.
    constexpr zip_uint16_t kDate = 1 << 5 | 1;
    const auto number = static_cast<zip_uint64_t>(index);
    if (zip_set_file_compression(archive.get(), number, ZIP_CM_STORE, 0) != 0 ||
        zip_file_set_dostime(archive.get(), number, 0, kDate, 0) != 0) {
      throw fail(zip_strerror(archive.get()));
    }
  }
  if (zip_close(archive.get()) != 0) {
    if (target.thrown) std::rethrow_exception(target.thrown);
    for (const auto& entry : sources) {
      if (entry->thrown) std::rethrow_exception(entry->thrown);
    }
    throw fail(zip_strerror(archive.get()));
  }
  static_cast<void>(archive.release());  // zip_close has freed it
  file.commit();
}

}  // namespace pixelsail::detail
