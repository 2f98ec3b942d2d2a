#include "core/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <sstream>

namespace pixelsail {

std::string format_duration(double seconds) {
  const auto total = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
  std::ostringstream out;
  out << std::setfill('0');
  if (total >= 3600) {
    out << total / 3600 << ':' << std::setw(2);
  }
  out << total / 60 % 60 << ':' << std::setw(2) << total % 60;
  return out.str();
}

Progress::Progress(std::string label, std::int64_t total, std::string unit, double line_every_s)
    : label_(std::move(label)),
      unit_(std::move(unit)),
      total_(total),
      line_every_s_(line_every_s),
      terminal_(isatty(STDERR_FILENO) == 1),
      begin_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  finish();
}

void Progress::start_at(std::int64_t done) {
  first_ = done_ = done;
  begin_ = std::chrono::steady_clock::now();
}

void Progress::update(std::int64_t done, const std::string& note) {
  done_ = done;
  note_ = note;
  const auto now = std::chrono::steady_clock::now();
  const double interval = terminal_ ? 0.1 : line_every_s_;
  if (std::chrono::duration<double>(now - drawn_).count() < interval) return;
  drawn_ = now;
  draw(false);
}

void Progress::finish() {
  if (finished_) return;
  finished_ = true;
  if (done_ > first_ || terminal_) draw(true);
}

void Progress::draw(bool last) {
  const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  const double rate = elapsed > 0 ? static_cast<double>(done_ - first_) / elapsed : 0;
  std::ostringstream out;
  if (terminal_) out << "\r\033[K";
  out << label_ << ' ';
  if (total_ > 0) {
    const double share = std::clamp(static_cast<double>(done_) / static_cast<double>(total_), 0.0, 1.0);
    if (terminal_) {
      constexpr int kWidth = 24;
      const int filled = static_cast<int>(share * kWidth);
      out << '[' << std::string(filled, '#') << std::string(kWidth - filled, '.') << "] ";
    }
    out << static_cast<int>(share * 100) << "% " << done_ << '/' << total_;
  } else {
    out << done_;
  }
  out << ' ' << unit_ << std::setprecision(3) << " " << rate << '/' << "s";
  if (last) {
    out << " took " << format_duration(elapsed);
  } else if (total_ > 0 && rate > 0) {
    out << " ETA " << format_duration(static_cast<double>(total_ - done_) / rate);
  }
  if (!note_.empty()) out << "  " << note_;
  if (last || !terminal_) out << '\n';
  std::cerr << out.str() << std::flush;
}

}  // namespace pixelsail
