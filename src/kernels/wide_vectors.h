#pragma once

/// Compiles a function twice, for every CPU and for those with AVX2; the right one is chosen when the program
/// starts. For plain loops that the compiler turns into vector code; results are the same bit for bit, since
/// multiplications and additions are not fused.

#if defined(__x86_64__) && defined(__gnu_linux__)
#define PIXELSAIL_WIDE_VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define PIXELSAIL_WIDE_VECTORS
#endif
