#pragma once

/// Loads a checkpoint to be asked.

#include "core/log.h"
#include "predict/ask_model.h"
#include "predict/checkpoint.h"

namespace pixelsail {

/// Answers with a Session (and with the checkpoint's adapter, where it has one); says which device that is. Throws
/// as Session does.
AnswerBatch open_session(const CheckpointConfig& checkpoint, const SessionConfig& config, Logger& log);

}  // namespace pixelsail
