// Packages of AOTInductor: compiled programs in an archive.

#include <ATen/cpu/Utils.h>
#include <torch/csrc/inductor/aoti_package/model_package_loader.h>

#include <memory>

#include "pixelsail/error.h"
#include "teach/module.h"
#include "teach/placeholder_library.h"

namespace pixelsail::detail {
namespace {

constexpr const char* kModelName = "model";

/// The first instruction set that the package uses and this CPU lacks; empty: none. Without it the process would end.
std::string missing_instructions(const std::string& used) {
#if defined(__x86_64__)
  if (used.find("AVX512") != std::string::npos && !__builtin_cpu_supports("avx512f")) return "AVX512";
  if (used.find("AVX512_VNNI") != std::string::npos && !__builtin_cpu_supports("avx512vnni"))
    return "AVX512_VNNI";
  if (used.find("AVX512_BF16") != std::string::npos && !__builtin_cpu_supports("avx512bf16"))
    return "AVX512_BF16";
  if (used.find("AVX2") != std::string::npos && !__builtin_cpu_supports("avx2")) return "AVX2";
#endif
  return used.find("AMX") != std::string::npos && !at::cpu::init_amx() ? "AMX" : "";
}

/// A package has the code of one kind of device.
void check_device(const std::filesystem::path& file, torch::Device device) {
  const auto metadata =
      torch::inductor::AOTIModelPackageLoader::load_metadata_from_package(file.string(), kModelName);
  const auto made_for = metadata.find("AOTI_DEVICE_KEY");
  const std::string kind = c10::DeviceTypeName(device.type(), /*lower_case=*/true);
  if (made_for != metadata.end() && made_for->second != kind) {
    throw ConfigError(file.string() + ": compiled for the device " + made_for->second +
                      ", but it is to run on " + kind +
                      "; export it for that device, or take its TorchScript module");
  }
  const auto used = metadata.find("AOTI_CPU_ISA");
  const std::string missing =
      device.is_cpu() && used != metadata.end() ? missing_instructions(used->second) : std::string();
  if (!missing.empty()) {
    throw ConfigError(file.string() + ": compiled for a CPU with " + missing +
                      ", which this one lacks; export it here, or take its TorchScript module");
  }
}

}  // namespace

TeacherForward load_package(const std::filesystem::path& file, torch::Device device,
                            const TeacherOutput& output) {
  if (!output.key.empty())
    throw ConfigError(file.string() + ": output.key: results of a package have no names; use output.index");
  check_device(file, device);
  // Packages are linked with the whole of LibTorch, though they use its CPU and CUDA parts, which are loaded as far as they
  // are wanted.
  load_placeholder("libtorch.so");
  auto loader = std::make_shared<torch::inductor::AOTIModelPackageLoader>(
      file.string(), kModelName, /*run_single_threaded=*/false, /*num_runners=*/1,
      device.has_index() ? device.index() : c10::DeviceIndex{-1});
  return [loader, index = static_cast<std::size_t>(output.index)](const torch::Tensor& pixels_B3HW) {
    const std::vector<torch::Tensor> returned = loader->run({pixels_B3HW});
    if (index >= returned.size())
      throw RunError("returned " + std::to_string(returned.size()) +
                     " values; output.index asks for number " + std::to_string(index) + ", counted from 0");
    return returned[index];
  };
}

}  // namespace pixelsail::detail
