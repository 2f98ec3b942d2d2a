#include "pixelsail/session.h"

#include <torch/torch.h>

#include "infer/answerer.h"
#include "model/device.h"

namespace pixelsail {

struct Session::Impl {
  torch::Device device;
  Answerer answerer;
};

Session::Session(const std::filesystem::path& checkpoint, const SessionOptions& options) {
  set_threads(options.threads);
  const torch::Device device = resolve_device(options.device);
  impl_ = std::make_unique<Impl>(device,
                                 Answerer{load_checkpoint(checkpoint, device, resolve_dtype(options.dtype))});
}

Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

Answer Session::answer(const Query& query) const {
  return answer(std::span(&query, 1)).front();
}

std::vector<Answer> Session::answer(std::span<const Query> queries) const {
  return impl_->answerer.answer(queries);
}

std::string Session::device() const {
  return impl_->device.str();
}

std::int64_t Session::parameter_count() const {
  return impl_->answerer.loaded.model->parameter_count();
}

}  // namespace pixelsail
