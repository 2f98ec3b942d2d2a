#pragma once

/// Samples that cannot be used, by the name of the reason: what a training counts and reports.

#include <string>
#include <utility>

#include "pixelsail/error.h"

namespace pixelsail {

class UnusableSample : public DataError {
 public:
  /// `reason` is one of the names in docs/datasets.md: "image_missing", "no_objects", ...
  UnusableSample(std::string reason, const std::string& message)
      : DataError(reason + ": " + message), reason_(std::move(reason)) {}
  const std::string& reason() const { return reason_; }

 private:
  friend UnusableSample with_context(const UnusableSample& error, const std::string& context);
  struct Whole {};
  UnusableSample(Whole, std::string reason, const std::string& message)
      : DataError(message), reason_(std::move(reason)) {}
  std::string reason_;
};

/// The same reason with `context` in front of the message.
inline UnusableSample with_context(const UnusableSample& error, const std::string& context) {
  return {UnusableSample::Whole(), error.reason(), context + ": " + error.what()};
}

/// Name for what is wrong with a record in any other way: "malformed_record".
inline constexpr const char* kMalformedRecord = "malformed_record";

}  // namespace pixelsail
