#include "checkpoint/averaged_tensors.h"

#include <torch/torch.h>

#include <functional>
#include <map>
#include <string>

#include "model/weights.h"
#include "model/weights_load.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// What keeps a tensor of the first source from being averaged with that of another; empty: nothing.
std::string fault_of(const std::string& name, const TensorSource& first, const TensorSource& other) {
  if (!other.contains(name)) return "'" + name + "' is missing in " + source_name(other);
  if (other.info(name).shape != first.info(name).shape)
    return "'" + name + "' has another shape in " + source_name(other);
  return at::isFloatingType(to_scalar_type(other.info(name).dtype))
             ? ""
             : "'" + name + "' holds no floating-point numbers in " + source_name(other);
}

class AveragedTensors : public TensorSource {
 public:
  explicit AveragedTensors(std::vector<std::unique_ptr<TensorSource>> sources)
      : sources_(std::move(sources)) {
    std::string faults;
    const auto add = [&faults](const std::string& fault) {
      if (!fault.empty()) faults += (faults.empty() ? "" : "; ") + fault;
    };
    for (const std::unique_ptr<TensorSource>& source : sources_) {
      for (const std::string& name : first().names()) add(fault_of(name, first(), *source));
      for (const std::string& name : source->names()) {
        if (!first().contains(name)) add("'" + name + "' is missing in " + source_name(first()));
      }
    }
    if (!faults.empty()) throw DataError("checkpoints cannot be averaged: " + faults);
    for (const std::string& name : first().names())
      infos_[name] = {.dtype = DType::kF32, .shape = first().info(name).shape};
  }

  const std::vector<std::string>& names() const override { return first().names(); }
  bool contains(std::string_view name) const override { return first().contains(name); }
  const TensorInfo& info(std::string_view name) const override {
    const auto found = infos_.find(name);
    return found != infos_.end() ? found->second : first().info(name);  // which throws
  }
  void read_part(std::string_view name, std::uint64_t offset, std::span<std::byte> out) const override {
    const std::uint64_t begin = offset / sizeof(float);
    const auto count = static_cast<std::int64_t>(out.size() / sizeof(float));
    torch::Tensor sum = torch::zeros({count}, torch::kFloat64);
    for (const std::unique_ptr<TensorSource>& source : sources_) {
      const DType dtype = source->info(name).dtype;
      std::vector<std::byte> bytes(static_cast<std::size_t>(count) * dtype_size(dtype));
      source->read_part(name, begin * dtype_size(dtype), bytes);
      sum += torch::from_blob(bytes.data(), {count}, to_scalar_type(dtype)).to(torch::kFloat64);
    }
    torch::from_blob(out.data(), {count}, torch::kFloat32).copy_(sum / static_cast<double>(sources_.size()));
  }
  std::string place(std::string_view name) const override { return first().place(name); }
  const std::map<std::string, std::string>& metadata() const override { return first().metadata(); }

 private:
  const TensorSource& first() const { return *sources_.front(); }
  std::vector<std::unique_ptr<TensorSource>> sources_;
  std::map<std::string, TensorInfo, std::less<>> infos_;
};

}  // namespace

std::unique_ptr<TensorSource> average_tensors(std::vector<std::unique_ptr<TensorSource>> sources) {
  return std::make_unique<AveragedTensors>(std::move(sources));
}

}  // namespace pixelsail
