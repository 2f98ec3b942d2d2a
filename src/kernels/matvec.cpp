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
  void operator()(std::byte* p) const { ::operator delete(p, kCacheLine); }
};

using AlignedBytes = std::unique_ptr<std::byte, AlignedDelete>;

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
  AlignedBytes memory;
  if (is_quantized(w.type)) {
    WorkSpace& work = product.work;
    work.value_stride = (w.columns + 63) / 64 * 64;
    work.factor_stride = work.value_stride / 32 * 4;
    const auto values = static_cast<std::size_t>(m * work.value_stride);
    const auto factors = static_cast<std::size_t>(m * work.factor_stride);
    const std::size_t bytes = values * sizeof(std::int16_t) + 2 * factors * sizeof(float);
    memory.reset(static_cast<std::byte*>(::operator new(bytes, kCacheLine)));
    work.values = new (memory.get()) std::int16_t[values];
    work.scales = new (memory.get() + values * sizeof(std::int16_t)) float[2 * factors];
    work.sums = work.scales + factors;
  }
  kernels.multiply(w, product);
}

}  // namespace pixelsail::kernels
