#pragma once

/// Checkpoints in the format of torch.save, in the layout of mmengine.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "io/tensors/lazy_tensor.h"

namespace pixelsail {

/// A second name for the storage of another tensor, as tied weights have.
struct TensorAlias {
  std::string name, of;
};

/// Writes {"meta": {text: text}, "state_dict": OrderedDict of tensors} as torch.save does; torch.load reads
/// it with weights_only=True. The state_dict holds `tensors` in their order, then `aliases`. Atomic; the
/// bytes depend on the arguments only, and no tensor is held whole. Throws RunError for a name that is taken
/// or not UTF-8, an alias of nothing, or a disk that is full.
void write_torch_archive(const std::filesystem::path& path, const std::vector<LazyTensor>& tensors,
                         const std::map<std::string, std::string>& meta = {},
                         const std::vector<TensorAlias>& aliases = {});

}  // namespace pixelsail
