#pragma once

/// Progress of long work on standard error: one redrawn bar with rate and ETA on a terminal, plain lines
/// every `line_every_s` seconds otherwise.

#include <chrono>
#include <cstdint>
#include <string>

namespace pixelsail {

class Progress {
 public:
  /// total < 1: unknown. `unit` is what is counted ("step", "sample").
  Progress(std::string label, std::int64_t total, std::string unit = "it", double line_every_s = 10.0);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Sets the count done; `note` stands behind the bar ("loss 0.41").
  void update(std::int64_t done, const std::string& note = {});
  /// Sets where counting starts when work is resumed, so that the rate counts only what this run did.
  void start_at(std::int64_t done);
  void finish();

 private:
  void draw(bool last);

  std::string label_, unit_, note_;
  std::int64_t total_, done_ = 0, first_ = 0;
  double line_every_s_;
  bool terminal_, finished_ = false;
  std::chrono::steady_clock::time_point begin_, drawn_{};
};

/// "1:02:03" or "4:05".
std::string format_duration(double seconds);

}  // namespace pixelsail
