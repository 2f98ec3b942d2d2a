#pragma once

/// What a training or an evaluation writes and reads again when it goes on, and what stands beside its report.

#include <string>

#include "mutator.h"

namespace pixelsail::fuzz {

/// trainer/state.json with the position of the loader, of today and of before.
Material trainer_state_material();
void run_trainer_state(const std::string& input);

/// log.jsonl, cut back and drawn.
Material train_log_material();
void run_train_log(const std::string& input);

/// batches.jsonl of an evaluation that goes on.
Material answer_log_material();
void run_answer_log(const std::string& input);

/// data/paper_tables.json.
Material paper_material();
void run_paper(const std::string& input);

}  // namespace pixelsail::fuzz
