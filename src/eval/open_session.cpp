#include <memory>

#include "eval/evaluator.h"

namespace pixelsail {

AnswerBatch open_session(const std::filesystem::path& checkpoint, const EvalConfig& config) {
  const SessionOptions options{
      .device = config.device, .dtype = config.dtype, .threads = static_cast<int>(config.threads)};
  const auto session = std::make_shared<const Session>(checkpoint, options);
  return [session](std::span<const Query> queries) { return session->answer(queries); };
}

}  // namespace pixelsail
