#pragma once

/// What the two distillation terms share: a linear layer reads the teacher's map off the student.
///
/// Legend: h x w the student's grid, c channels of the teacher's map.

#include <torch/types.h>

#include <vector>

#include "model/layers.h"

namespace pixelsail {

/// The layer that reads the map; trained with the model, not part of a checkpoint.
Linear distill_layer(std::int64_t in, std::int64_t channels, torch::Device device);

/// Mean squared error against a teacher map resized bilinearly (half-pixel centres, no antialiasing) to the
/// student's grid. student [h, w, c], teacher [c, any, any].
torch::Tensor distill_error(const torch::Tensor& student_hwc, const torch::Tensor& teacher_chw);

/// weight * sum(errors) / (images + 1e-4); undefined without errors. `images` are those of the whole
/// micro-batch.
torch::Tensor distill_loss(const std::vector<torch::Tensor>& errors, double weight, std::int64_t images);

}  // namespace pixelsail
