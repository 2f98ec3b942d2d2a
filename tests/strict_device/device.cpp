#include "device.h"

#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cstdlib>
#include <string>

#include "memory.h"
#include "model/device.h"

namespace pixelsail::strict {
namespace {

constexpr c10::DeviceType kType = c10::DeviceType::PrivateUse1;

/// One device with one stream, on which everything is done when a call returns.
struct Guard final : c10::impl::DeviceGuardImplInterface {
  c10::DeviceType type() const override { return kType; }
  c10::Device exchangeDevice(c10::Device /*next*/) const override { return getDevice(); }
  c10::Device getDevice() const override { return {kType, 0}; }
  void setDevice(c10::Device /*device*/) const override {}
  void uncheckedSetDevice(c10::Device /*device*/) const noexcept override {}
  c10::Stream getStream(c10::Device device) const override {
    return c10::Stream(c10::Stream::DEFAULT, device);
  }
  c10::Stream getDefaultStream(c10::Device device) const override { return getStream(device); }
  c10::Stream exchangeStream(c10::Stream stream) const override { return stream; }
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  void record(void** /*event*/, const c10::Stream& /*stream*/, const c10::DeviceIndex /*index*/,
              const c10::EventFlag /*flag*/) const override {}
  void block(void* /*event*/, const c10::Stream& /*stream*/) const override {}
  bool queryEvent(void* /*event*/) const override { return true; }
  bool queryStream(const c10::Stream& /*stream*/) const override { return true; }
  void synchronizeEvent(void* /*event*/) const override {}
  void synchronizeStream(const c10::Stream& /*stream*/) const override {}
  void synchronizeDevice(const c10::DeviceIndex /*index*/) const override {}
};

struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex /*index*/) const override { return true; }
  c10::DeviceIndex deviceCount() const override { return 1; }
  void setCurrentDevice(c10::DeviceIndex /*index*/) const override {}
  c10::DeviceIndex getCurrentDevice() const override { return 0; }
  c10::DeviceIndex exchangeDevice(c10::DeviceIndex /*index*/) const override { return 0; }
  c10::DeviceIndex maybeExchangeDevice(c10::DeviceIndex /*index*/) const override { return 0; }
};

/// The device that is asked for instead; empty: none.
std::string named_device() {
  const char* name = std::getenv("PIXELSAIL_TEST_DEVICE");  // NOLINT(concurrency-mt-unsafe)
  return name == nullptr ? "" : name;
}

/// Before main(), as a device's library would when it is loaded. Not beside a GPU: torch would take the strict device
/// for the machine's accelerator.
const bool kRegistered = [] {
  if (!named_device().empty()) return false;
  c10::register_privateuse1_backend("strict");
  c10::SetAllocator(kType, allocator());
  static Hooks& hooks = *new Hooks;
  at::RegisterPrivateUse1HooksInterface(&hooks);
  return true;
}();

C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard);

}  // namespace

bool is_strict() {
  return named_device().empty();
}

namespace {

/// A GPU is looked for before a test asks torch anything: torch keeps the answer "there is none".
class ChosenDevice : public testing::Environment {
 public:
  void SetUp() override { device(); }
};
[[maybe_unused]] const testing::Environment* const kChosen =
    testing::AddGlobalTestEnvironment(new ChosenDevice);

}  // namespace

torch::Device device() {
  if (is_strict()) {
    TORCH_CHECK(kRegistered, "strict device: used before it was registered");
    return {kType, 0};
  }
  static const torch::Device kNamed = resolve_device(named_device());
  return kNamed;
}

Counts counts() {
  return state().tally.counts();
}

MemoryCount memory() {
  return state().pages.count();
}

void begin_peak() {
  state().pages.begin_peak();
}

ShapesOnly::ShapesOnly() {
  state().shapes_only = true;
}

ShapesOnly::~ShapesOnly() {
  state().shapes_only = false;
}

}  // namespace pixelsail::strict
