#include "kernels/matvec.h"

#include <memory>
#include <new>
#include <string>

#include "kernels/level_kernels.h"
#include "pixelsail/error.h"

namespace pixelsail::kernels {
namespace {

constexpr std::align_val_t kCacheLine{64};

struct AlignedDelete {
  void operator()(float* p) const { ::operator delete(p, kCacheLine); }
};

using AlignedFloats = std::unique_ptr<float, AlignedDelete>;

}  // namespace

void multiply(const Matrix& w, const float* x, std::int64_t m, std::int64_t ldx, const float* bias, float* y,
              std::int64_t ldy, std::int64_t row_begin, std::int64_t row_end, CpuLevel level) {
  check_matrix(w, "the weight of a product");
  if (row_begin < 0 || row_begin > row_end || row_end > w.rows) {
    throw RunError("product: rows " + std::to_string(row_begin) + " to " + std::to_string(row_end) +
                   " of a weight with " + std::to_string(w.rows));
  }
  if (m < 0 || (m > 1 && (ldx < w.columns || ldy < w.rows)) || (m > 0 && (x == nullptr || y == nullptr))) {
    throw RunError("product: " + std::to_string(m) + " rows, " + std::to_string(ldx) + " and " +
                   std::to_string(ldy) + " apart, do not fit a weight " + std::to_string(w.rows) + " x " +
                   std::to_string(w.columns));
  }
  const LevelKernels& kernels = level_kernels(level);
  if (m == 0 || row_begin == row_end) {
    return;
  }
  Product product{.x = x, .m = m, .ldx = ldx, .bias = bias, .y = y, .ldy = ldy};
  product.row_begin = row_begin;
  product.row_end = row_end;
  AlignedFloats memory;
  if (w.type == WeightType::kBF16 || is_quantized(w.type)) {
    product.work.stride = (w.columns + 63) / 64 * 64;
    const auto bytes = static_cast<std::size_t>(m * product.work.stride) * sizeof(float);
    memory.reset(static_cast<float*>(::operator new(bytes, kCacheLine)));
    product.work.memory = memory.get();
  }
  kernels.multiply(w, product);
}

}  // namespace pixelsail::kernels
