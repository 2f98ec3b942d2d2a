#pragma once

/// Short identities of files and texts: enough to notice that something is not what it was, no protection
/// against forgery.

#include <cstdint>
#include <string>
#include <string_view>

namespace pixelsail {

/// FNV-1a, 64 bits, over bytes that come in pieces.
class Fingerprint {
 public:
  void add(std::string_view bytes);
  /// The number, its length fixed, so that neighbouring values cannot run into each other.
  void add(std::int64_t value);
  /// 16 hexadecimal digits.
  std::string text() const;

 private:
  std::uint64_t state_ = 14695981039346656037ULL;
};

}  // namespace pixelsail
