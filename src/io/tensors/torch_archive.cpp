// The archive that torch.save writes: a zip file with one folder that holds data.pkl, data/KEY (a storage
// each) and byteorder.

#include <algorithm>
#include <string_view>
#include <utility>

#include "io/archive/zip_archive.h"
#include "io/printable.h"
#include "io/tensors/tensor_source_kinds.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

constexpr const char* kRemedy = "; load it in Python and save it anew with torch.save";

/// The first bytes of files that torch wrote before it had archives.
void refuse_legacy(const ByteSource& bytes) {
  constexpr std::string_view kMagic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 14);
  if (bytes.size() >= kMagic.size() && bytes.read_text(0, kMagic.size()) == kMagic) {
    throw DataError(bytes.name() + ": is in the format of torch before 1.6" + kRemedy);
  }
}

/// The folder inside the archive, with its slash.
std::string find_folder(const ZipArchive& zip, const std::string& file) {
  std::string folder;
  for (const std::string& name : zip.names()) {
    const auto slash = name.find('/');
    if (slash == name.npos || slash == 0 || name.substr(slash + 1) != "data.pkl") continue;
    if (!folder.empty()) throw DataError(file + ": has two entries data.pkl");
    folder = name.substr(0, slash + 1);
  }
  if (folder.empty()) throw DataError(file + ": is no torch archive: a zip file without FOLDER/data.pkl");
  return folder;
}

void refuse_program(const ZipArchive& zip, const std::string& folder, const std::string& file) {
  const bool has_code = std::ranges::any_of(zip.names(), [&folder](const std::string& name) {
    return name == folder + "constants.pkl" || name.starts_with(folder + "code/");
  });
  if (!has_code) return;
  throw DataError(file +
                  ": is a TorchScript program; load it in Python with torch.jit.load and save its "
                  "state_dict() with torch.save");
}

}  // namespace

std::unique_ptr<TensorSource> torch_source(std::unique_ptr<ByteSource> bytes) {
  refuse_legacy(*bytes);
  const ByteSource& source = *bytes;
  const ZipArchive zip(source);
  const std::string& file = source.name();
  const std::string folder = find_folder(zip, file);
  const auto read_entry = [&zip, &source](const std::string& entry) {
    const ByteRange range = zip.find(entry);
    return source.read_text(range.begin, range.size);
  };
  refuse_program(zip, folder, file);
  if (zip.contains(folder + "byteorder")) {
    const std::string order = read_entry(folder + "byteorder");
    if (order != "little") {
      throw DataError(file + ": entry \"" + printable(folder) + "byteorder\" says \"" + printable(order) +
                      "\", only \"little\" is read" + kRemedy + " on a little-endian machine");
    }
  }
  const std::string pickle = read_entry(folder + "data.pkl");
  return torch_pickle_source(
      std::move(bytes), pickle, file + ": " + printable(folder) + "data.pkl",
      [&zip, &folder](const std::string& key) { return zip.find(folder + "data/" + key); });
}

}  // namespace pixelsail::detail
