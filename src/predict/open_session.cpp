#include <memory>

#include "pixelsail/session.h"
#include "predict/open_session.h"

namespace pixelsail {

AnswerBatch open_session(const CheckpointConfig& checkpoint, const SessionConfig& config, Logger& log) {
  const std::string name = "adapter";
  SessionOptions options{
      .device = config.device, .dtype = config.dtype, .threads = static_cast<int>(config.threads)};
  options.mask_rule = config.mask_rule;
  if (!checkpoint.adapter.empty()) options.adapters[name] = checkpoint.adapter;
  const auto session = std::make_shared<const Session>(checkpoint.dir, options);
  log.info("device: " + session->device_description());
  if (config.dtype == "auto") log.info("dtype auto: answers in " + session->dtype());
  if (checkpoint.adapter.empty())
    return [session](std::span<const Query> queries) { return session->answer(queries); };
  return [session, name](std::span<const Query> queries) {
    std::vector<Query> adapted(queries.begin(), queries.end());
    for (Query& query : adapted) query.adapter = name;
    return session->answer(adapted);
  };
}

}  // namespace pixelsail
