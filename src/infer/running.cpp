#include "infer/running.h"

#include <algorithm>

namespace pixelsail {

SequenceInput next_piece(const Running& sequence, const EngineContext& context) {
  SequenceInput piece{.ids = {sequence.next_id},
                      .row_position = {sequence.row_position},
                      .column_position = {sequence.column_position}};
  if (std::ranges::find(context.pooled_ids, sequence.next_id) != context.pooled_ids.end())
    refer_to_image(piece, sequence.input);
  return piece;
}

void took_prompt(Running& sequence, const torch::Tensor& rest_RC, const EngineContext& context) {
  const SequenceInput& input = sequence.input;
  if (sequence.prefix != nullptr) {
    sequence.last_1C = sequence.prefix->last_1C;
    if (context.keep_states) sequence.new_states.push_back(sequence.prefix->states_PC);
    if (sequence.options.prompt_segs) sequence.new_segs = sequence.prefix->segs_1C;
  }
  if (rest_RC.defined()) {
    const std::int64_t length = rest_RC.size(0);
    // Copies: a view would hold the states of all of the prompt.
    const auto kept = [&](std::int64_t i) {
      const torch::Tensor view = rest_RC.slice(0, i, i + 1);
      return context.keep_states ? view : view.clone();
    };
    sequence.last_1C = kept(length - 1);
    if (context.keep_states) sequence.new_states.push_back(rest_RC);
    for (std::int64_t i = 0; i < length && sequence.options.prompt_segs; ++i) {
      if (input.ids[static_cast<std::size_t>(input.image_end + i)] == context.seg_id)
        sequence.new_segs.push_back(kept(i));
    }
  }
  // Text behind an image goes on from the larger of both axes.
  const std::int64_t position = std::max(*std::ranges::max_element(input.row_position),
                                         *std::ranges::max_element(input.column_position));
  sequence.row_position = sequence.column_position = position + 1;
  sequence.phase = Running::Phase::kRead;
}

void took_token(Running& sequence, const torch::Tensor& state_1C, const EngineContext& context) {
  ++sequence.row_position;
  ++sequence.column_position;
  sequence.last_1C = state_1C;
  if (context.keep_states) sequence.new_states.push_back(state_1C);
  if (sequence.next_id == context.seg_id) sequence.new_segs.push_back(state_1C);
  sequence.phase = Running::Phase::kRead;
}

}  // namespace pixelsail
