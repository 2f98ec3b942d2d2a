#include "perf/doctor.h"

#include <dlfcn.h>
#include <torch/torch.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <sstream>

#include "model/cuda_driver.h"
#include "model/cuda_library.h"
#include "model/cuda_plugin.h"
#include "perf/pictures.h"
#include "perf/torch_folder.h"
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

/// Another CUDA version than that of the build is no fault by itself.
Verdict torch_verdict() {
  const std::filesystem::path library = library_path(reinterpret_cast<const void*>(&torch::get_num_threads));
  TorchFolder found = read_torch_folder(library.parent_path().parent_path());
  if (found.version.empty()) found.version = TORCH_VERSION;
  const TorchFolder wanted = wanted_torch();
  const bool same = found.cuda.empty() || wanted.cuda.empty() || found.cuda == wanted.cuda;
  return {same ? Level::kGood : Level::kNote, "torch",
          torch_description(found) + " from " + library.string() + ", wanted " + torch_description(wanted)};
}

Verdict cpu_verdict() {
  return {Level::kGood, "cpu",
          proc_value("/proc/cpuinfo", "model name") + ", " + std::to_string(torch::get_num_threads()) +
              " threads"};
}

/// A matrix product and an attention call against the same in double precision on the CPU.
Verdict device_verdict(const torch::Device& device, const std::string& name) {
  constexpr double kTolerance = 2e-2;  // bfloat16-like inner products on a GPU stay well inside
  constexpr std::int64_t kSize = 1024, kHeads = 4, kTokens = 256, kHeadSize = 64;
  try {
    auto generator = torch::make_generator<torch::CPUGeneratorImpl>(1);
    const torch::Tensor a = torch::randn({kSize, kSize}, generator),
                        b = torch::randn({kSize, kSize}, generator);
    const torch::Tensor x = a.to(device), y = b.to(device);
    const torch::Tensor product = torch::matmul(x, y).cpu();
    constexpr int kRepeats = 5;
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < kRepeats; ++i) torch::matmul(x, y).slice(0, 0, 1).cpu();
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / kRepeats;
    const torch::Tensor q = torch::randn({1, kHeads, kTokens, kHeadSize}, generator);
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

/// Our own kernels for GPUs, which are opened only where there is one.
Verdict plugin_verdict(bool has_gpu) {
  if (!has_gpu) {
    const std::filesystem::path path = find_cuda_plugin();
    return {Level::kNote, "plug-in",
            path.empty() ? "no libpixelsail_cuda.so; it is for GPUs only"
                         : path.string() + " is opened for a GPU only"};
  }
  const CudaPlugin& plugin = cuda_plugin();
  if (plugin.usable()) return {Level::kGood, "plug-in", describe(plugin) + " from " + plugin.path.string()};
  if (!plugin.path.empty()) return {Level::kProblem, "plug-in", describe(plugin)};
  return {Level::kNote, "plug-in",
          describe(plugin) + ": torch's own operations are used; tools/bootstrap.sh --plugin builds it"};
}

/// What there is of GPUs; `state` as loaded before anything else asked torch.
void examine_cuda(const CudaState& state, std::vector<Verdict>& verdicts) {
  const std::string problem = cuda_problem(state);
  const CudaDriver driver;
  if (state.driver_installed && state.driver_error == 0)
    verdicts.push_back({Level::kGood, "driver", "supports CUDA " + cuda_version_text(state.driver_version)});
  if (!problem.empty()) {
    // A machine without a GPU is a good one for the CPU; a GPU that cannot be used is a fault.
    const bool none = !state.registered && state.load_error.empty();
    verdicts.push_back(
        {none ? Level::kNote : Level::kProblem, "cuda", problem + (none ? ": the CPU is used" : "")});
    verdicts.push_back(plugin_verdict(false));
    return;
  }
  verdicts.push_back({Level::kGood, "cuda",
                      std::to_string(state.devices) + " GPU(s), LibTorch built with CUDA " +
                          cuda_version_text(state.needed_version)});
  verdicts.push_back(plugin_verdict(true));
  for (int i = 0; i < state.devices; ++i) {
    const CudaDriver::Capability capability = driver.capability(i);
    verdicts.push_back(device_verdict({torch::kCUDA, static_cast<c10::DeviceIndex>(i)},
                                      driver.device_name(i) + " (sm_" + std::to_string(capability.major) +
                                          std::to_string(capability.minor) + ")"));
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
  const CudaState cuda = load_cuda();  // first: torch remembers what it was told about CUDA
  std::vector<Verdict> verdicts;
  verdicts.push_back({Level::kGood, "pixelsail",
                      std::string("version ") + std::string(kVersion) + ", compiled by " + __VERSION__});
  verdicts.push_back(torch_verdict());
  verdicts.push_back(cpu_verdict());
  verdicts.push_back(device_verdict(torch::kCPU, "CPU"));
  examine_cuda(cuda, verdicts);
  verdicts.push_back(disk_verdict());
  verdicts.push_back(memory_verdict());
  verdicts.push_back({Level::kGood, "images", picture_library()});
  return verdicts;
}

}  // namespace pixelsail
