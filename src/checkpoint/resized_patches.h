#pragma once

/// A model with patches of another size: its patch embedding is resized, everything else stays.

#include <memory>
#include <string>

#include "io/tensors/tensor_source.h"

namespace pixelsail {

/// The tensors of `source` with the patch embedding `name`, [C, 3 * from * from], made one of patches of `to` pixels, [C, 3 * to * to], of
/// the same element type: a patch is embedded as the old weights embed it when it is resized to `from` pixels (bilinear, antialiased when
/// it shrinks), w' = R^T w. The model then sees what it saw before in a picture from / to times as large. (FlexiViT, Beyer et al. 2023,
/// resizes the other way and takes the pseudo-inverse.) Throws DataError when the tensor is missing or has another shape.
std::unique_ptr<TensorSource> resize_patch_embedding(std::unique_ptr<TensorSource> source,
                                                     const std::string& name, std::int64_t from,
                                                     std::int64_t to);

}  // namespace pixelsail
