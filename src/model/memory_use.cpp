#include "model/memory_use.h"

#include <c10/core/CachingDeviceAllocator.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace pixelsail {
namespace {

/// Null for a device whose allocator keeps no statistics.
c10::DeviceAllocator* allocator_of(torch::Device device) {
  return dynamic_cast<c10::DeviceAllocator*>(c10::GetAllocator(device.type()));
}

c10::DeviceIndex index_of(torch::Device device) {
  return device.has_index() ? device.index() : static_cast<c10::DeviceIndex>(0);
}

MemoryUse memory_of_process() {
  std::int64_t pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const std::int64_t now = resident * sysconf(_SC_PAGESIZE);
  // Linux counts pages by threads and adds them up now and then: the maximum may lag behind what is there.
  return {.now = now, .peak = std::max(now, static_cast<std::int64_t>(usage.ru_maxrss) * 1024)};
}

}  // namespace

MemoryUse memory_use(torch::Device device) {
  if (device.is_cpu()) return memory_of_process();
  c10::DeviceAllocator* allocator = allocator_of(device);
  if (allocator == nullptr || !allocator->initialized()) return {};
  const auto stats = allocator->getDeviceStats(index_of(device));
  const auto& bytes =
      stats.allocated_bytes[static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE)];
  return {.now = bytes.current, .peak = bytes.peak};
}

void reset_peak_memory(torch::Device device) {
  if (device.is_cpu()) return;
  c10::DeviceAllocator* allocator = allocator_of(device);
  if (allocator != nullptr && allocator->initialized()) allocator->resetPeakStats(index_of(device));
}

}  // namespace pixelsail
