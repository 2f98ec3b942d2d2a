// Stands in for the reader and the writer of torch archives in builds without libzip.

#include "io/tensors/tensor_source_kinds.h"
#include "io/tensors/torch_archive_write.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {

std::unique_ptr<TensorSource> torch_source(std::unique_ptr<ByteSource> bytes) {
  throw RunError(bytes->name() + ": this build of PixelSail reads no torch archives (it is without libzip)");
}

}  // namespace pixelsail::detail

namespace pixelsail {

void write_torch_archive(const std::filesystem::path& path, const std::vector<LazyTensor>&,
                         const std::map<std::string, std::string>&, const std::vector<TensorAlias>&) {
  throw RunError(path.string() + ": this build of PixelSail writes no torch archives (it is without libzip)");
}

}  // namespace pixelsail
