#include "io/tensors/safetensors_header.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

using nlohmann::json;

/// Receives the parser's events. No tree is built, so duplicate keys are seen and nesting has nowhere to go.
/// The member functions have the names and types that the parser asks for; false stops it.
class HeaderEvents : public nlohmann::json_sax<json> {
 public:
  explicit HeaderEvents(SafetensorsHeader& header) : header_(header) {}
  const std::string& fault() const { return fault_; }

  bool null() override {
    // The format's own reader takes it for no metadata.
    return (place_ == Place::kTop && key_ == "__metadata__") || wrong("null");
  }
  bool boolean(bool) override { return wrong("a boolean"); }
  bool number_float(double, const std::string&) override { return wrong("a number that is not whole"); }
  bool binary(json::binary_t&) override { return wrong("binary data"); }
  bool number_integer(std::int64_t) override { return wrong("a negative number"); }

  bool number_unsigned(std::uint64_t value) override {
    if (place_ == Place::kShape) {
      if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return fail("side too large");
      entry().shape.push_back(static_cast<std::int64_t>(value));
      return true;
    }
    if (place_ != Place::kOffsets) return wrong("a number");
    if (offsets_ == 2) return fail("data_offsets should be two numbers");
    (offsets_++ == 0 ? entry().begin : entry().end) = value;
    return true;
  }

  bool string(std::string& value) override {
    if (place_ == Place::kMetadata) {
      header_.metadata[key_] = value;
      return true;
    }
    if (place_ != Place::kEntry || key_ != "dtype") return wrong("text");
    for (const DTypeRow& row : kDTypes) {
      if (!value.empty() && row.stored == value) {
        entry().dtype = row.dtype;
        return true;
      }
    }
    return fail("element type \"" + value + "\" is not supported");
  }

  bool start_object(std::size_t) override {
    if (place_ == Place::kStart) {
      place_ = Place::kTop;
    } else if (place_ == Place::kTop && key_ == "__metadata__") {
      place_ = Place::kMetadata;
    } else if (place_ == Place::kTop) {
      place_ = Place::kEntry;
      header_.entries.emplace_back().name = key_;
      has_dtype_ = has_shape_ = has_offsets_ = false;
    } else {
      return wrong("an object");
    }
    return true;
  }

  bool key(std::string& value) override {
    key_ = value;
    if (place_ == Place::kTop) {
      return names_.insert(value).second || fail("tensor \"" + value + "\" is listed twice");
    }
    if (place_ == Place::kMetadata)
      return !header_.metadata.contains(value) || fail("\"" + value + "\" is there twice");
    bool& seen = value == "dtype" ? has_dtype_ : value == "shape" ? has_shape_ : has_offsets_;
    if (value != "dtype" && value != "shape" && value != "data_offsets")
      return fail("unknown key \"" + value + "\"");
    if (seen) return fail("\"" + value + "\" is there twice");
    return seen = true;
  }

  bool end_object() override {
    if (place_ == Place::kEntry && !(has_dtype_ && has_shape_ && has_offsets_)) {
      return fail("dtype, shape or data_offsets is missing");
    }
    place_ = place_ == Place::kTop ? Place::kDone : Place::kTop;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ == Place::kEntry && key_ == "shape") {
      place_ = Place::kShape;
    } else if (place_ == Place::kEntry && key_ == "data_offsets") {
      place_ = Place::kOffsets;
      offsets_ = 0;
    } else {
      return wrong("a list");
    }
    return true;
  }

  bool end_array() override {
    if (place_ == Place::kOffsets && offsets_ != 2) return fail("data_offsets should be two numbers");
    place_ = Place::kEntry;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const json::exception&) override {
    fault_ = "no valid JSON at byte " + std::to_string(position == 0 ? 0 : position - 1);
    return false;
  }

 private:
  enum class Place { kStart, kTop, kMetadata, kEntry, kShape, kOffsets, kDone };

  HeaderEntry& entry() { return header_.entries.back(); }

  bool wrong(const char* found) {
    return fail("unexpected " + std::string(found) + (key_.empty() ? "" : " at \"" + key_ + "\""));
  }

  bool fail(const std::string& what) {
    const bool in_tensor = place_ == Place::kEntry || place_ == Place::kShape || place_ == Place::kOffsets;
    fault_ = in_tensor ? "tensor \"" + entry().name + "\": " + what
                       : (place_ == Place::kMetadata ? "__metadata__: " : "") + what;
    return false;
  }

  SafetensorsHeader& header_;
  Place place_ = Place::kStart;
  std::string key_, fault_;
  std::set<std::string> names_;
  int offsets_ = 0;
  bool has_dtype_ = false, has_shape_ = false, has_offsets_ = false;
};

}  // namespace

bool tensor_bytes(DType dtype, const std::vector<std::int64_t>& shape, std::uint64_t& bytes) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  bool is_empty = false;
  bytes = dtype_size(dtype);
  for (const std::int64_t side : shape) {
    if (side < 0) return false;
    if (side == 0) {
      is_empty = true;
    } else if (bytes > kMax / static_cast<std::uint64_t>(side)) {
      return false;
    } else {
      bytes *= static_cast<std::uint64_t>(side);
    }
  }
  if (is_empty) bytes = 0;
  return true;
}

std::uint64_t safetensors_header_length(std::span<const std::byte, kSafetensorsPrefix> prefix,
                                        std::uint64_t file_bytes, const std::string& name) {
  // The limit of the format's own reader.
  constexpr std::uint64_t kMaxHeader = 100'000'000;
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    length |= std::to_integer<std::uint64_t>(prefix[i]) << (8 * i);
  }
  if (file_bytes < prefix.size() || length > file_bytes - prefix.size() || length > kMaxHeader) {
    throw DataError(name + ": promises a header of " + std::to_string(length) + " bytes, the file has " +
                    std::to_string(file_bytes));
  }
  return length;
}

SafetensorsHeader parse_safetensors_header(std::string_view text, std::uint64_t data_bytes,
                                           const std::string& name) {
  SafetensorsHeader header;
  const auto fault = [&name](const std::string& what) { return DataError(name + ": " + what); };
  if (!text.starts_with('{')) throw fault("the header is no JSON object");
  HeaderEvents events(header);
  if (!json::sax_parse(text.begin(), text.end(), &events)) throw fault("header: " + events.fault());

  std::stable_sort(header.entries.begin(), header.entries.end(),
                   [](const HeaderEntry& a, const HeaderEntry& b) {
                     return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
                   });
  std::uint64_t position = 0;
  for (const HeaderEntry& entry : header.entries) {
    const auto tensor_fault = [&](const std::string& what) {
      return fault("tensor \"" + entry.name + "\": bytes " + std::to_string(entry.begin) + " to " +
                   std::to_string(entry.end) + " " + what);
    };
    if (entry.begin > entry.end) throw tensor_fault("end before they begin");
    if (entry.end > data_bytes) {
      throw tensor_fault("lie beyond the end of the data (" + std::to_string(data_bytes) + " bytes)");
    }
    std::uint64_t bytes = 0;
    if (!tensor_bytes(entry.dtype, entry.shape, bytes)) throw tensor_fault("cannot hold its shape");
    if (bytes != entry.end - entry.begin) {
      throw tensor_fault("do not fit its shape, which needs " + std::to_string(bytes));
    }
    if (entry.begin < position) throw tensor_fault("overlap the tensor before");
    if (entry.begin > position) throw tensor_fault("leave a hole after byte " + std::to_string(position));
    position = entry.end;
  }
  if (position != data_bytes) {
    throw fault("the tensors end at byte " + std::to_string(position) + " of " + std::to_string(data_bytes) +
                " bytes of data");
  }
  return header;
}

}  // namespace pixelsail::detail
