#pragma once

/// What a run says of its end.

#include <string>

#include "pixelsail/train.h"
#include "train/score_watch.h"

namespace pixelsail {

/// "ended after step 80 of 120: ..., and where the best model lies. `already_done`: no step was made this time.
std::string end_sentence(const TrainingEnd& end, const WatchedScore& watched, const std::string& output_dir,
                         bool already_done);

}  // namespace pixelsail
