#include "checkpoint/checksums.h"

#include <sys/types.h>

#include <sha2.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "core/fingerprint.h"
#include "io/byte_source.h"
#include "io/json.h"
#include "io/tensors/tensor_source.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace fs = std::filesystem;
namespace {

constexpr const char* kFile = "checksums.json";
constexpr std::int64_t kVersion = 1;
constexpr std::size_t kPiece = std::size_t{1} << 20;

std::string hexadecimal(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

std::string sha256_of(std::string_view text) {
  SHA2_CTX context;
  SHA256Init(&context);
  SHA256Update(&context, reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256Final(digest.data(), &context);
  return hexadecimal(digest);
}

/// Of the lists themselves, so that a changed checksums.json is told from a changed checkpoint.
std::string sha256_of_lists(const Json& files, const Json& tensors) {
  return sha256_of(Json{{"files", files}, {"tensors", tensors}}.dump());
}

std::string sha256_of(const detail::ByteSource& file) {
  SHA2_CTX context;
  SHA256Init(&context);
  std::vector<std::byte> piece(kPiece);
  for (std::uint64_t at = 0; at < file.size(); at += kPiece) {
    const auto part = std::span(piece).first(std::min<std::uint64_t>(kPiece, file.size() - at));
    file.read(at, part);
    SHA256Update(&context, reinterpret_cast<const std::uint8_t*>(part.data()), part.size());
  }
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256Final(digest.data(), &context);
  return hexadecimal(digest);
}

std::string digest_of(const TensorSource& tensors, const std::string& name) {
  Fingerprint digest;
  std::vector<std::byte> piece(kPiece);
  const std::uint64_t bytes = tensors.info(name).nbytes();
  for (std::uint64_t at = 0; at < bytes; at += kPiece) {
    const auto part = std::span(piece).first(std::min<std::uint64_t>(kPiece, bytes - at));
    tensors.read_part(name, at, part);
    digest.add(std::string_view(reinterpret_cast<const char*>(part.data()), part.size()));
  }
  return digest.text();
}

/// Names of the files, relative to the folder, in order.
std::vector<std::string> files_below(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().lexically_relative(folder).generic_string();
    if (entry.is_regular_file() && name != kFile) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

/// Which tensors of a file are no longer what they were.
std::vector<std::string> changed_tensors(const fs::path& file, const Json& digests) {
  const std::string where = file.string();
  std::vector<std::string> faults;
  try {
    const auto tensors = open_tensors(file);
    for (const auto& [name, digest] : digests.items()) {
      if (!tensors->contains(name)) {
        faults.push_back(where + ": tensor \"" + name + "\" is missing");
      } else if (digest != digest_of(*tensors, name)) {
        faults.push_back(where + ": tensor \"" + name + "\" was changed");
      }
    }
    if (faults.empty()) faults.push_back(where + ": was changed (its header, not the values of its tensors)");
  } catch (const Error& error) {
    faults.push_back(where + ": was changed and cannot be read any more: " + error.what());
  }
  return faults;
}

/// The fault of one file without looking into it; nothing when there is none.
std::optional<std::string> fault_of(const fs::path& file, const Json& expected, const std::string& where) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return file.string() + ": is missing";
  const auto bytes = detail::open_bytes(file);
  const std::int64_t size = json_int(expected, "bytes", where);
  if (static_cast<std::int64_t>(bytes->size()) != size)
    return file.string() + ": has " + std::to_string(bytes->size()) + " bytes, it had " +
           std::to_string(size);
  if (sha256_of(*bytes) != json_string(expected, "sha256", where)) return file.string() + ": was changed";
  return std::nullopt;
}

}  // namespace

void write_checksums(const fs::path& folder) {
  OrderedJson files = OrderedJson::object(), tensors = OrderedJson::object();
  for (const std::string& name : files_below(folder)) {
    const auto bytes = detail::open_bytes(folder / name);
    files[name] = {{"bytes", bytes->size()}, {"sha256", sha256_of(*bytes)}};
    if (!name.ends_with(".safetensors")) continue;
    const auto source = open_tensors(folder / name);
    OrderedJson digests = OrderedJson::object();
    for (const std::string& tensor : source->names()) digests[tensor] = digest_of(*source, tensor);
    tensors[name] = std::move(digests);
  }
  // Without the order, which a parser may drop.
  const std::string lists = sha256_of_lists(Json::parse(files.dump()), Json::parse(tensors.dump()));
  write_json_atomic(
      folder / kFile,
      {{"format_version", kVersion}, {"files", files}, {"tensors", tensors}, {"sha256_of_lists", lists}});
}

ChecksumReport verify_checksums(const fs::path& folder) {
  ChecksumReport report;
  const fs::path list = folder / kFile;
  std::error_code error;
  if (!fs::exists(list, error)) return report;
  report.verifiable = true;
  const std::string where = list.string();
  const Json sums = read_json(list);
  if (json_int(sums, "format_version", where) != kVersion)
    throw DataError(where + ": format_version is not " + std::to_string(kVersion));
  const Json& files = json_at(sums, "files", where);
  const Json& tensors = json_at(sums, "tensors", where);
  if (!files.is_object() || !tensors.is_object())
    throw DataError(where + ": files and tensors should be objects");
  if (json_string(sums, "sha256_of_lists", where) != sha256_of_lists(files, tensors))
    throw DataError(where + ": was changed itself; what the checkpoint was written as is not known any more");
  for (const auto& [name, expected] : files.items()) {
    ++report.files;
    const auto digests = tensors.find(name);
    const bool has_tensors = digests != tensors.end() && digests->is_object();
    if (has_tensors) report.tensors += digests->size();
    std::optional<std::string> fault = fault_of(folder / name, expected, where + ": \"" + name + "\"");
    if (!fault) continue;
    if (!has_tensors || !fs::is_regular_file(folder / name, error)) {
      report.faults.push_back(std::move(*fault));
      continue;
    }
    for (std::string& one : changed_tensors(folder / name, *digests)) report.faults.push_back(std::move(one));
  }
  return report;
}

void require_checksums(const fs::path& folder) {
  const ChecksumReport report = verify_checksums(folder);
  if (report.faults.empty()) return;
  const std::string more =
      report.faults.size() > 1 ? " (and " + std::to_string(report.faults.size() - 1) + " more faults)" : "";
  throw DataError(report.faults.front() + more);
}

}  // namespace pixelsail
