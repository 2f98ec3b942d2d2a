#include "pixelsail/session.h"

#include <torch/torch.h>

#include "checkpoint/adapter_files.h"
#include "infer/predictor.h"
#include "model/device.h"

namespace pixelsail {

struct Session::Impl {
  DeviceChoice device;
  Predictor predictor;
  std::string base;  ///< hash of the checkpoint; set once an adapter needs it
  std::filesystem::path checkpoint;
  std::map<std::string, Adapter> adapters;

  /// Answers with one adapter attached, none for an empty name.
  std::vector<Answer> answer(const std::string& adapter, std::span<const Query> queries) {
    PixelSailImpl& model = *predictor.loaded.model;
    if (adapter.empty()) {
      Adapter::detach(model);
    } else {
      adapters.at(adapter).attach(model);
    }
    return predictor.answer(queries);
  }
};

Session::Session(const std::filesystem::path& checkpoint, const SessionOptions& options) {
  set_threads(options.threads);
  const DeviceChoice choice = choose_device(options.device);
  const WeightOptions weights = resolve_weights(options.dtype, choice.device);
  impl_ = std::make_unique<Impl>(
      choice, Predictor{load_checkpoint(checkpoint, weights), mask_rule_of(options.mask_rule)}, "",
      checkpoint);
  for (const auto& [name, folder] : options.adapters) add_adapter(name, folder);
}

Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

void Session::add_adapter(const std::string& name, const std::filesystem::path& folder) {
  if (name.empty()) throw ConfigError("an adapter needs a name");
  if (impl_->base.empty()) impl_->base = base_hash(impl_->checkpoint);
  impl_->adapters.insert_or_assign(name, load_adapter(folder, *impl_->predictor.loaded.model, impl_->base));
}

Answer Session::answer(const Query& query) const {
  return answer(std::span(&query, 1)).front();
}

std::vector<Answer> Session::answer(std::span<const Query> queries) const {
  // Queries of one adapter are answered together.
  std::map<std::string, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const std::string& adapter = queries[i].adapter;
    if (!adapter.empty() && !impl_->adapters.contains(adapter))
      throw ConfigError("the session has no adapter '" + adapter + "'");
    places[adapter].push_back(i);
  }
  if (places.size() == 1) return impl_->answer(places.begin()->first, queries);
  std::vector<Answer> answers(queries.size());
  for (const auto& [adapter, indices] : places) {
    std::vector<Query> some;
    for (const std::size_t i : indices) some.push_back(queries[i]);
    std::vector<Answer> found = impl_->answer(adapter, some);
    for (std::size_t k = 0; k < indices.size(); ++k) answers[indices[k]] = std::move(found[k]);
  }
  return answers;
}

std::string Session::device() const {
  return impl_->device.device.str();
}

std::string Session::device_description() const {
  return impl_->device.description;
}

std::int64_t Session::parameter_count() const {
  return impl_->predictor.loaded.model->parameter_count();
}

}  // namespace pixelsail
