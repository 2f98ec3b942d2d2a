#include "pixelsail/session.h"

#include <torch/torch.h>

#include "checkpoint/adapter_files.h"
#include "infer/predictor.h"
#include "model/answer_dtype.h"
#include "model/device.h"

namespace pixelsail {

struct Session::Impl {
  DeviceChoice device;
  Predictor predictor;
  std::string base;  ///< hash of the checkpoint; set once an adapter needs it
  std::filesystem::path checkpoint;
  std::string dtype;
};

Session::Session(const std::filesystem::path& checkpoint, const SessionOptions& options) {
  set_threads(options.threads);
  const DeviceChoice choice = choose_device(options.device);
  const std::string dtype = answer_dtype(options.dtype, options.device);
  const WeightOptions weights = resolve_weights(dtype, choice.device);
  impl_ = std::make_unique<Impl>(
      choice, Predictor{load_checkpoint(checkpoint, weights), mask_rule_of(options.mask_rule)}, "",
      checkpoint, dtype);
  for (const auto& [name, folder] : options.adapters) add_adapter(name, folder);
}

Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

void Session::add_adapter(const std::string& name, const std::filesystem::path& folder) {
  if (name.empty()) throw ConfigError("an adapter needs a name");
  if (impl_->base.empty()) impl_->base = base_hash(impl_->checkpoint);
  Adapter adapter = load_adapter(folder, *impl_->predictor.loaded.model, impl_->base);
  impl_->predictor.adapters.insert_or_assign(name, std::make_shared<const Adapter>(std::move(adapter)));
}

Answer Session::answer(const Query& query) const {
  return answer(std::span(&query, 1)).front();
}

std::vector<Answer> Session::answer(std::span<const Query> queries) const {
  return impl_->predictor.answer(queries);
}

std::string Session::device() const {
  return impl_->device.device.str();
}

std::string Session::device_description() const {
  return impl_->device.description;
}

std::string Session::dtype() const {
  return impl_->dtype;
}

std::int64_t Session::parameter_count() const {
  return impl_->predictor.loaded.model->parameter_count();
}

}  // namespace pixelsail
