#pragma once

/// Operators on the meta device: sizes and strides without numbers.

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>

namespace pixelsail::strict {

/// Replaces the arguments on the stack, tensors of the meta device among them, by the operator's results. An operator that
/// torch knows no shapes of and that is not listed in shapes.cpp is a c10::Error with its name.
void run_shapes(const c10::OperatorHandle& op, torch::jit::Stack* stack);

}  // namespace pixelsail::strict
