#pragma once

/// torch's autocast for the life of an object.

#include <ATen/autocast_mode.h>
#include <torch/types.h>

namespace pixelsail {

/// bf16 autocast. torch's cache of casted weights is shared by all threads: whether a gradient is summed in
/// bfloat16 (one cast, used often) or in float32 would depend on which thread came first. It stays off.
class AutocastGuard {
 public:
  AutocastGuard(torch::Device device, bool enabled) : type_(device.type()), enabled_(enabled) {
    if (!enabled_) return;
    was_enabled_ = at::autocast::is_autocast_enabled(type_);
    old_dtype_ = at::autocast::get_autocast_dtype(type_);
    at::autocast::set_autocast_enabled(type_, true);
    at::autocast::set_autocast_dtype(type_, torch::kBFloat16);
    was_cached_ = at::autocast::is_autocast_cache_enabled();
    at::autocast::set_autocast_cache_enabled(false);
  }
  ~AutocastGuard() {
    if (!enabled_) return;
    at::autocast::set_autocast_cache_enabled(was_cached_);
    at::autocast::set_autocast_enabled(type_, was_enabled_);
    at::autocast::set_autocast_dtype(type_, old_dtype_);
  }
  AutocastGuard(const AutocastGuard&) = delete;
  AutocastGuard& operator=(const AutocastGuard&) = delete;

 private:
  at::DeviceType type_;
  bool enabled_, was_enabled_ = false, was_cached_ = true;
  at::ScalarType old_dtype_ = at::kFloat;
};

}  // namespace pixelsail
