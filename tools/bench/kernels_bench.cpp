/// How fast weights stream through the product kernels, beside plain reading of the same memory.
///
///   kernels-bench [ROWS COLUMNS]     matrices of 4864 x 896 by default, 400 MB of them
///
/// Speeds are GB of weights and scales a second of processor time of a thread, the fastest fifth of the
/// matrices being faster: another program on the machine takes little from them, as long as it leaves the
/// memory alone. With two threads the speeds of both are added.

#include <time.h>

#include <algorithm>
#include <barrier>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <thread>
#include <vector>

#include "kernels/matvec.h"

namespace {

using namespace pixelsail::kernels;  // NOLINT(google-build-using-namespace)

constexpr std::int64_t kTotal = std::int64_t{400} << 20;
constexpr int kRounds = 3;

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Calls unit(i) for all i < units, dealt out to the threads; GB a second when a unit has `bytes`.
double speed(int threads, std::int64_t units, std::int64_t bytes,
             const std::function<void(std::int64_t)>& unit) {
  std::vector<double> speeds(static_cast<std::size_t>(threads));
  std::barrier start(threads);
  const auto work = [&](int id) {
    std::vector<double> seconds;
    start.arrive_and_wait();
    for (int round = 0; round < kRounds; ++round) {
      for (std::int64_t i = id; i < units; i += threads) {
        const double before = thread_seconds();
        unit(i);
        seconds.push_back(thread_seconds() - before);
      }
    }
    std::sort(seconds.begin(), seconds.end());
    speeds[static_cast<std::size_t>(id)] = static_cast<double>(bytes) / seconds[seconds.size() / 5] / 1e9;
  };
  std::vector<std::thread> others;
  for (int id = 1; id < threads; ++id) {
    others.emplace_back(work, id);
  }
  work(0);
  for (std::thread& thread : others) {
    thread.join();
  }
  return std::accumulate(speeds.begin(), speeds.end(), 0.0);
}

// Sixteen sums, which the compiler keeps in registers: nothing but loads matters.
std::uint64_t read(const std::uint64_t* p, std::int64_t n) {
  std::uint64_t sums[16] = {};
  for (std::int64_t i = 0; i + 16 <= n; i += 16) {
    for (int lane = 0; lane < 16; ++lane) {
      sums[lane] ^= p[i + lane];
    }
  }
  return std::accumulate(sums, sums + 16, std::uint64_t{0});
}

void measure_reading(const std::vector<std::uint64_t>& memory) {
  constexpr std::int64_t kUnit = 1 << 20;  // 8 MB
  const std::int64_t units = static_cast<std::int64_t>(memory.size()) / kUnit;
  for (const int threads : {1, 2}) {
    const double gigabytes = speed(threads, units, kUnit * 8, [&](std::int64_t i) {
      volatile std::uint64_t sum = read(memory.data() + i * kUnit, kUnit);
      static_cast<void>(sum);
    });
    std::printf("read        threads %d  %6.2f GB/s\n", threads, gigabytes);
  }
}

void measure_products(const std::vector<std::uint64_t>& memory, WeightType type, const char* label,
                      std::int64_t rows, std::int64_t columns) {
  const std::int64_t group = default_group(type);
  const std::int64_t data_bytes = rows * row_bytes(type, columns);
  const std::int64_t scale_bytes = rows * scale_row_bytes(type, columns, group);
  const std::int64_t count = kTotal / (data_bytes + scale_bytes);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(memory.data());
  for (const int m : {1, 2, 4, 8}) {
    const std::vector<float> x(static_cast<std::size_t>(m * columns), 0.01f);
    for (const int threads : {1, 2}) {
      const double gigabytes = speed(threads, count, data_bytes + scale_bytes, [&](std::int64_t i) {
        const Matrix w{.type = type,
                       .data = bytes + i * data_bytes,
                       .scales = bytes + count * data_bytes + i * scale_bytes,
                       .rows = rows,
                       .columns = columns,
                       .group = group};
        std::vector<float> y(static_cast<std::size_t>(m * rows));
        multiply(w, x.data(), m, columns, nullptr, y.data(), rows, 0, rows);
      });
      std::printf("%-5s m = %d threads %d  %6.2f GB/s\n", label, m, threads, gigabytes);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t rows = argc > 2 ? std::atoll(argv[1]) : 4864;
  const std::int64_t columns = argc > 2 ? std::atoll(argv[2]) : 896;
  if (rows < 1 || columns < 1 || rows * columns * 4 > kTotal) {
    std::fprintf(stderr, "kernels-bench: ROWS and COLUMNS of a matrix below 400 MB\n");
    return 2;
  }
  // Numbers of about 0.01 whichever type they are read as.
  const std::vector<std::uint64_t> memory(kTotal / 8, 0x3C233C233C233C23);
  std::printf("level %s, matrices %lld x %lld\n", name(best_level()), static_cast<long long>(rows),
              static_cast<long long>(columns));
  measure_reading(memory);
  measure_products(memory, WeightType::kF32, "f32", rows, columns);
  measure_products(memory, WeightType::kBF16, "bf16", rows, columns);
  measure_products(memory, WeightType::kF16, "f16", rows, columns);
  measure_products(memory, WeightType::kInt8, "int8", rows, columns);
  measure_products(memory, WeightType::kInt4, "int4", rows, columns);
  measure_reading(memory);
  return 0;
}
