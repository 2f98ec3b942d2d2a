#include "bench/doctor.h"

#include <dlfcn.h>
#include <torch/torch.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <sstream>

#include "model/device.h"
#include "pixelsail/version.h"

namespace pixelsail {
namespace {

using Level = Verdict::Level;

std::string number(double value, const char* unit, int digits = 1) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(digits) << value << ' ' << unit;
  return out.str();
}

/// The value of "key : value" in a file of /proc.
std::string proc_value(const char* file, const std::string& key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos || !line.starts_with(key)) continue;
    const auto begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "unknown";
}

std::string library_path(const void* symbol) {
  Dl_info info{};
  return dladdr(symbol, &info) != 0 && info.dli_fname != nullptr ? info.dli_fname : "unknown place";
}

Verdict torch_verdict() {
  return {Level::kGood, "torch",
          std::string("LibTorch ") + TORCH_VERSION + " from " +
              library_path(reinterpret_cast<const void*>(&torch::get_num_threads))};
}

Verdict cpu_verdict() {
  return {Level::kGood, "cpu",
          proc_value("/proc/cpuinfo", "model name") + ", " + std::to_string(torch::get_num_threads()) +
              " threads"};
}

/// The driver speaks to us through its own library: no CUDA headers are needed.
class Driver {
 public:
  Driver() : library_(dlopen("libcuda.so.1", RTLD_NOW | RTLD_GLOBAL)) {
    if (library_ == nullptr) return;
    const auto init = symbol<int (*)(unsigned)>("cuInit");
    usable_ = init != nullptr && init(0) == 0;
  }
  bool installed() const { return library_ != nullptr; }
  bool usable() const { return usable_; }
  /// "13.0": the newest CUDA that the driver knows.
  std::string cuda_version() const {
    int version = 0;
    const auto get = symbol<int (*)(int*)>("cuDriverGetVersion");
    if (get == nullptr || get(&version) != 0) return "unknown";
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
  }
  std::string device_name(int device) const {
    std::array<char, 128> name{};
    const auto get = symbol<int (*)(char*, int, int)>("cuDeviceGetName");
    if (get == nullptr || get(name.data(), static_cast<int>(name.size()) - 1, device) != 0) return "unknown";
    return name.data();
  }
  /// "sm_90"
  std::string architecture(int device) const {
    constexpr int kMajor = 75, kMinor = 76;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_*
    int major = 0, minor = 0;
    const auto get = symbol<int (*)(int*, int, int)>("cuDeviceGetAttribute");
    if (get == nullptr || get(&major, kMajor, device) != 0 || get(&minor, kMinor, device) != 0)
      return "unknown";
    return "sm_" + std::to_string(major) + std::to_string(minor);
  }

 private:
  template <class Function>
  Function symbol(const char* name) const {
    return reinterpret_cast<Function>(dlsym(library_, name));
  }
  void* library_;
  bool usable_ = false;
};

/// A matrix product and an attention call against the same in double precision on the CPU.
Verdict device_verdict(const torch::Device& device, const std::string& name) {
  constexpr double kTolerance = 2e-2;  // bfloat16-like inner products on a GPU stay well inside
  constexpr std::int64_t kSize = 1024, kHeads = 4, kTokens = 256, kHeadSize = 64;
  try {
    torch::manual_seed(1);
    const torch::Tensor a = torch::randn({kSize, kSize}), b = torch::randn({kSize, kSize});
    const torch::Tensor x = a.to(device), y = b.to(device);
    const torch::Tensor product = torch::matmul(x, y).cpu();
    constexpr int kRepeats = 5;
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < kRepeats; ++i) torch::matmul(x, y).slice(0, 0, 1).cpu();
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / kRepeats;
    const torch::Tensor q = torch::randn({1, kHeads, kTokens, kHeadSize});
    const torch::Tensor attended =
        at::scaled_dot_product_attention(q.to(device), q.to(device), q.to(device), {}, 0.0, true).cpu();
    const torch::Tensor exact = torch::matmul(a.to(torch::kFloat64), b.to(torch::kFloat64));
    const torch::Tensor q64 = q.to(torch::kFloat64);
    const torch::Tensor attended64 = at::scaled_dot_product_attention(q64, q64, q64, {}, 0.0, true);
    const auto error = [](const torch::Tensor& got, const torch::Tensor& wanted) {
      return ((got.to(torch::kFloat64) - wanted).abs().max() / wanted.abs().max()).item<double>();
    };
    const double worst = std::max(error(product, exact), error(attended, attended64));
    if (!(worst < kTolerance)) {
      return {Level::kProblem, device.str(),
              name + ": matrix product or attention is wrong (relative error " + std::to_string(worst) +
                  "); check the driver and the hardware"};
    }
    const double flops = 2.0 * kSize * kSize * kSize / seconds;
    return {Level::kGood, device.str(),
            name + ": matrix product and attention are right, " + number(flops / 1e9, "GFLOP/s", 0) +
                " in float32"};
  } catch (const std::exception& failure) {
    const std::string text = failure.what();
    return {Level::kProblem, device.str(), name + ": " + text.substr(0, text.find('\n'))};
  }
}

void examine_cuda(std::vector<Verdict>& verdicts) {
  const Driver driver;
  if (!driver.installed()) {
    verdicts.push_back({Level::kNote, "driver", "no NVIDIA driver (libcuda.so.1): the CPU is used"});
    return;
  }
  if (!driver.usable()) {
    verdicts.push_back({Level::kNote, "driver", "the NVIDIA driver sees no GPU: the CPU is used"});
    return;
  }
  verdicts.push_back({Level::kGood, "driver", "supports CUDA " + driver.cuda_version()});
  for (const char* library : {"libcudart.so.13", "libcublas.so.13", "libcudnn.so.9", "libnccl.so.2"}) {
    const bool found = dlopen(library, RTLD_LAZY) != nullptr;
    verdicts.push_back({found ? Level::kGood : Level::kNote, "library",
                        std::string(library) + (found ? " found" : " is not on the search path")});
  }
  const std::string reason = cuda_problem();
  if (!reason.empty()) {
    verdicts.push_back({Level::kProblem, "cuda", reason});
    return;
  }
  for (int i = 0; i < static_cast<int>(torch::cuda::device_count()); ++i) {
    verdicts.push_back(device_verdict({torch::kCUDA, static_cast<c10::DeviceIndex>(i)},
                                      driver.device_name(i) + " (" + driver.architecture(i) + ")"));
  }
}

Verdict disk_verdict() {
  std::error_code error;
  const auto space = std::filesystem::space(".", error);
  if (error) return {Level::kNote, "disk", "free space is unknown: " + error.message()};
  constexpr double kLittle = 10e9;
  const auto free = static_cast<double>(space.available);
  const std::string text = number(free / 1e9, "GB free here");
  if (free < kLittle) return {Level::kNote, "disk", text + ": a 3B checkpoint with its optimizer needs 40"};
  return {Level::kGood, "disk", text};
}

Verdict memory_verdict() {
  const auto gigabytes = [](const std::string& kilobytes) { return std::atof(kilobytes.c_str()) / 1e6; };
  return {Level::kGood, "memory",
          number(gigabytes(proc_value("/proc/meminfo", "MemAvailable")), "GB available of ") +
              number(gigabytes(proc_value("/proc/meminfo", "MemTotal")), "GB")};
}

}  // namespace

std::vector<Verdict> examine_machine() {
  std::vector<Verdict> verdicts;
  verdicts.push_back({Level::kGood, "pixelsail",
                      std::string("version ") + std::string(kVersion) + ", compiled by " + __VERSION__});
  verdicts.push_back(torch_verdict());
  verdicts.push_back(cpu_verdict());
  verdicts.push_back(device_verdict(torch::kCPU, "CPU"));
  examine_cuda(verdicts);
  verdicts.push_back(disk_verdict());
  verdicts.push_back(memory_verdict());
  return verdicts;
}

}  // namespace pixelsail
