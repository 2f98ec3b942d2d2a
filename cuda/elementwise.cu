#include "elementwise.h"
#include "start.h"

namespace pixelsail::cuda {
namespace {

template <class T>
__global__ void __launch_bounds__(kThreads) rope_store_kernel(const RopeStore arguments) {
  rope_store_rows<T>(DeviceGrid(), arguments);
}

template <class T>
__global__ void __launch_bounds__(kThreads) silu_product_kernel(const SiluProduct arguments) {
  silu_product_columns<T>(DeviceGrid(), arguments);
}

}  // namespace

const char* launch_rope_store(Element element, const RopeStore& a, void* stream) {
  const std::int64_t threads = threads_of(a);
  if (threads == 0) return nullptr;
  return with_element(element, [&](auto value) {
    rope_store_kernel<decltype(value)>
        <<<dimensions(blocks_for(threads)), kThreads, 0, stream_of(stream)>>>(a);
  });
}

const char* launch_silu_product(Element element, const SiluProduct& a, void* stream) {
  const std::int64_t threads = threads_of(a);
  if (threads == 0) return nullptr;
  return with_element(element, [&](auto value) {
    silu_product_kernel<decltype(value)>
        <<<dimensions(blocks_for(threads)), kThreads, 0, stream_of(stream)>>>(a);
  });
}

}  // namespace pixelsail::cuda
