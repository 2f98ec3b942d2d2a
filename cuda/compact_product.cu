#include "compact_product.h"
#include "start.h"

namespace pixelsail::cuda {
namespace {

template <class T, class Weight, int kRows>
__global__ void __launch_bounds__(kThreads) compact_product_kernel(const CompactProduct arguments) {
  const DeviceGrid grid;
  compact_product<T, Weight, kRows, kOutputsOf<kRows>>(grid, arguments);
}

template <class T, class Weight>
__global__ void __launch_bounds__(kThreads) dequantize_kernel(const Dequantize arguments) {
  dequantize<T, Weight>(DeviceGrid(), arguments);
}

}  // namespace

const char* launch_compact_product(Element element, const CompactProduct& a, void* stream) {
  if (a.rows == 0 || a.weight.outputs == 0) return nullptr;
  return with_element(element, [&](auto value) {
    with_weight(a.weight, [&](auto weight) {
      with_row_count(a, [&](auto rows) {
        constexpr int kRows = decltype(rows)::value;
        compact_product_kernel<decltype(value), decltype(weight), kRows>
            <<<dimensions(product_blocks<kRows>(a)), kThreads, 0, stream_of(stream)>>>(a);
      });
    });
  });
}

const char* launch_dequantize(Element element, const Dequantize& a, void* stream) {
  if (a.count == 0 || a.weight.columns == 0) return nullptr;
  return with_element(element, [&](auto value) {
    with_weight(a.weight, [&](auto weight) {
      using Weight = decltype(weight);
      dequantize_kernel<decltype(value), Weight>
          <<<dimensions(dequantize_blocks<Weight>(a)), kThreads, 0, stream_of(stream)>>>(a);
    });
  });
}

}  // namespace pixelsail::cuda
