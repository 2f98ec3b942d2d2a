#include "perf/load_bench.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <torch/torch.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "checkpoint/wrong_folder.h"
#include "model/device.h"
#include "perf/median.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> weight_files(const fs::path& path) {
  refuse_wrong_folder(path);
  if (!fs::is_directory(path)) throw DataError(path.string() + ": no such checkpoint folder");
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.path().extension() == ".safetensors") files.push_back(entry.path());
  }
  if (files.empty()) throw DataError(path.string() + ": no *.safetensors in it");
  std::sort(files.begin(), files.end());
  return files;
}

/// A value of /proc/self/status in bytes.
std::int64_t status_bytes(const std::string& key) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(key + ":")) return std::stoll(line.substr(key.size() + 1)) * 1024;
  }
  return 0;
}

/// The files into memory that was never touched, by `threads` threads, 1 MiB at a time.
void pread_all(const std::vector<fs::path>& files, int threads) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  for (const fs::path& path : files) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw DataError(path.string() + ": cannot be opened");
    const std::size_t size = fs::file_size(path);
    void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw RunError("not enough memory for " + path.string());
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    const auto work = [&] {
      for (std::size_t begin = kPiece * next++; begin < size; begin = kPiece * next++) {
        const std::size_t count = std::min(kPiece, size - begin);
        if (::pread(fd, static_cast<char*>(memory) + begin, count, static_cast<off_t>(begin)) !=
            static_cast<ssize_t>(count))
          failed = true;
      }
    };
    std::vector<std::future<void>> others;
    for (int i = 1; i < threads; ++i) others.push_back(std::async(std::launch::async, work));
    work();
    for (std::future<void>& other : others) other.get();
    ::munmap(memory, size);
    ::close(fd);
    if (failed) throw DataError(path.string() + ": cannot be read");
  }
}

template <class Function>
double seconds(const Function& function) {
  const auto begin = std::chrono::steady_clock::now();
  function();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

nlohmann::ordered_json run_load_bench(const LoadBenchConfig& config) {
  set_threads(config.threads);
  const std::vector<fs::path> files = weight_files(config.checkpoint);
  std::int64_t bytes = 0;
  for (const fs::path& file : files) bytes += static_cast<std::int64_t>(fs::file_size(file));
  pread_all(files, config.threads);

  const WeightOptions options = resolve_weights(config.dtype, torch::kCPU);
  std::vector<double> load_s, pread_s;
  std::int64_t extra = 0;
  for (int run = 0; run <= config.runs; ++run) {
    const std::int64_t before = status_bytes("VmRSS");
    std::ofstream("/proc/self/clear_refs") << 5;  // the peak starts anew
    std::shared_ptr<PixelSailImpl> model;
    const double load = seconds([&] { model = load_model(config.checkpoint, options); });
    extra = std::max(extra, status_bytes("VmHWM") - before);
    model.reset();
    const double pread = seconds([&] { pread_all(files, config.threads); });
    if (run == 0) continue;  // the first one warms up
    load_s.push_back(load);
    pread_s.push_back(pread);
  }
  constexpr double kMega = 1e6;
  return {{"checkpoint", config.checkpoint.string()},
          {"dtype", config.dtype},
          {"threads", config.threads},
          {"file_mb", static_cast<double>(bytes) / kMega},
          {"load_s", median(load_s)},
          {"pread_s", median(pread_s)},
          {"speed", median(pread_s) / median(load_s)},
          {"peak_extra_mb", static_cast<double>(extra) / kMega},
          {"peak_over_file", static_cast<double>(extra) / static_cast<double>(bytes)}};
}

}  // namespace pixelsail
