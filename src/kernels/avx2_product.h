#pragma once

/// The product kernels with AVX2, one a kind of weight; table in kernels_avx2.cpp.

#include "kernels/level_kernels.h"

namespace pixelsail::kernels::avx2 {

void multiply_float(const Matrix& w, const Product& product);
void multiply_quantized(const Matrix& w, const Product& product);

}  // namespace pixelsail::kernels::avx2
