#pragma once

/// What a run is given by whoever starts it, and hands down to its parts.

#include <atomic>
#include <cstdint>
#include <string>

#include "core/log.h"

namespace pixelsail {

class ProcessGroup;

struct RunContext {
  Logger* log = nullptr;  ///< null: silent
  /// Set from a signal handler or another thread: the run saves what it has and ends. Null: never.
  const std::atomic<bool>* stop = nullptr;
  /// The ranks that run together (distributed/process_group.h); null: this process alone.
  ProcessGroup* group = nullptr;
  std::string device;      ///< as chosen, for people
  std::uint64_t seed = 0;  ///< of every random choice in the run

  void info(const std::string& message) const {
    if (log != nullptr) log->info(message);
  }
  void warning(const std::string& message) const {
    if (log != nullptr) log->warning(message);
  }
  bool stop_requested() const { return stop != nullptr && stop->load(); }
};

}  // namespace pixelsail
