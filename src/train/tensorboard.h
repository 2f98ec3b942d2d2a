#pragma once

/// TensorBoard event files with scalars: TFRecord framing (length and masked CRC-32C) around Event protobufs.

#include <cstdint>
#include <string>

namespace pixelsail {

class EventFile {
 public:
  EventFile();
  /// Wall times are left at zero: the file then depends on the run's numbers only.
  void add_scalar(const std::string& tag, std::int64_t step, double value);
  const std::string& bytes() const { return bytes_; }

 private:
  void add_record(const std::string& event);
  std::string bytes_;
};

/// CRC-32C (Castagnoli) of `bytes`.
std::uint32_t crc32c(const std::string& bytes);

}  // namespace pixelsail
