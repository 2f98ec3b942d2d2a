#pragma once

/// What an operator may be called with.

#include <ATen/core/function_schema.h>
#include <ATen/core/ivalue.h>

namespace pixelsail::strict {

/// Throws c10::Error for what CUDA's kernels refuse, or do much slower in silence:
///   - a CPU tensor beside tensors of the device, but for one without axes that is no part of a list
///   - lists of a fused optimizer or a _foreach_ operator whose tensors of one place differ in type, shape or
///     strides, or whose memory has gaps or overlaps
void check_arguments(const c10::FunctionSchema& schema, c10::ArrayRef<c10::IValue> arguments);

/// Whether the host waits for this operator, because the size of its result or the result itself is only
/// known when it is done.
bool makes_host_wait(const c10::FunctionSchema& schema, c10::ArrayRef<c10::IValue> arguments);

}  // namespace pixelsail::strict
