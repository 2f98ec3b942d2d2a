#pragma once

/// What the strict device was asked to do.

#include <cstdint>
#include <mutex>

namespace pixelsail::strict {

struct Counts {
  std::int64_t launches = 0;  ///< kernels, copies from device to device included
  std::int64_t to_device = 0, to_host = 0, within_device = 0;  ///< copies
  std::int64_t items = 0;                                      ///< single values that the host read (item())
  std::int64_t waits = 0;  ///< kernels whose result has a size that depends on values: the host waits for it

  friend Counts operator-(Counts a, const Counts& b) {
    a.launches -= b.launches;
    a.to_device -= b.to_device;
    a.to_host -= b.to_host;
    a.within_device -= b.within_device;
    a.items -= b.items;
    a.waits -= b.waits;
    return a;
  }
};

/// Counts that several threads add to: backward() runs in a thread of the device.
class Tally {
 public:
  void add(std::int64_t Counts::*what) {
    const std::lock_guard lock(mutex_);
    ++(counts_.*what);
  }
  Counts counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
  }

 private:
  mutable std::mutex mutex_;
  Counts counts_;
};

}  // namespace pixelsail::strict
