#pragma once

/// A model as a function, so that a loaded checkpoint, a model in training and a test double are all asked the same
/// way.

#include <span>
#include <vector>

#include "pixelsail/query.h"

namespace pixelsail {

/// Answers to as many queries, in their order. Session::answer is one.
using AnswerBatch = PredictFunction;

/// Asks `model` and checks that it gave one answer a query; RunError otherwise.
std::vector<Answer> ask_model(const AnswerBatch& model, std::span<const Query> queries);

}  // namespace pixelsail
