// Stands in for the reader of torch archives in builds without libzip.

#include "io/tensor_source_kinds.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {

std::unique_ptr<TensorSource> torch_source(std::unique_ptr<ByteSource> bytes) {
  throw RunError(bytes->name() + ": this build of PixelSail reads no torch archives (it is without libzip)");
}

}  // namespace pixelsail::detail
