#include "model/cuda_plugin.h"

#include <dlfcn.h>
#include <torch/version.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "model/cuda_driver.h"
#include "model/cuda_plugin_abi.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr const char* kFile = "libpixelsail_cuda.so";

/// A sentence that the plug-in writes.
struct Sentence {
  std::array<char, 1024> bytes{};
  std::string text() const { return {bytes.data(), strnlen(bytes.data(), bytes.size())}; }
};

/// The library or program that this code was linked into.
std::filesystem::path own_folder() {
  Dl_info info{};
  const auto* symbol = reinterpret_cast<const void*>(&find_cuda_plugin);
  if (dladdr(symbol, &info) == 0 || info.dli_fname == nullptr) return {};
  std::error_code error;
  const std::filesystem::path file = std::filesystem::canonical(info.dli_fname, error);
  return error ? std::filesystem::path() : file.parent_path();
}

template <class Function>
Function function_of(void* library, const char* name) {
  return reinterpret_cast<Function>(dlsym(library, name));
}

std::string loader_error() {
  const char* reason = dlerror();
  return reason != nullptr ? reason : "unknown reason";
}

/// Why a GPU of this machine cannot run code for `oldest` (10 * major + minor); empty when all can.
std::string too_old_gpu(int oldest) {
  const CudaDriver driver;
  constexpr int kMostDevices = 128;
  for (int i = 0; i < kMostDevices; ++i) {
    const CudaDriver::Capability found = driver.capability(i);
    if (found.major == 0) break;
    if (10 * found.major + found.minor < oldest) {
      return "it has code from sm_" + std::to_string(oldest) + " on, but " + driver.device_name(i) +
             " is sm_" + std::to_string(found.major) + std::to_string(found.minor);
    }
  }
  return {};
}

/// Fills in `table`, or returns why not.
std::string open(CudaPlugin& plugin) {
  // Names are bound when they are used: a library for another torch lacks some, and is to be asked for its version.
  void* library = dlopen(plugin.path.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) return "it cannot be loaded (" + loader_error() + ")";
  const auto abi = function_of<pixelsail_cuda_abi_function>(library, PIXELSAIL_CUDA_ABI_NAME);
  const auto table_of = function_of<pixelsail_cuda_table_function>(library, PIXELSAIL_CUDA_TABLE_NAME);
  if (abi == nullptr || table_of == nullptr) return "it is no plug-in of PixelSail";
  if (const int number = abi(); number != PIXELSAIL_CUDA_ABI) {
    return "it was made for another version of PixelSail (interface " + std::to_string(number) + ", wanted " +
           std::to_string(PIXELSAIL_CUDA_ABI) + "); build it again: tools/bootstrap.sh --plugin";
  }
  const pixelsail_cuda_table* table = table_of();
  if (table->torch != std::string(TORCH_VERSION)) {
    return std::string("it was made for LibTorch ") + table->torch + ", and this is " + TORCH_VERSION +
           "; build it again: tools/bootstrap.sh --plugin";
  }
  if (std::string problem = too_old_gpu(table->oldest_capability); !problem.empty()) return problem;
  Sentence error;
  if (table->register_kernels(error.bytes.data(), error.bytes.size()) != 0)
    return "torch does not take its kernels: " + error.text();
  plugin.table = table;
  plugin.architectures = table->architectures;
  return {};
}

/// What a C function can call: exceptions wait until it is left.
struct Guarded {
  const std::function<void()>& work;
  std::exception_ptr thrown;

  static int call(void* user) {
    auto& self = *static_cast<Guarded*>(user);
    try {
      self.work();
      return 0;
    } catch (...) {
      self.thrown = std::current_exception();
      return 1;
    }
  }
};

}  // namespace

std::filesystem::path find_cuda_plugin() {
  const char* named = std::getenv("PIXELSAIL_CUDA_PLUGIN");  // NOLINT(concurrency-mt-unsafe)
  if (named != nullptr && *named != '\0') return named;
  const std::filesystem::path folder = own_folder();
  if (folder.empty()) return {};
  for (const std::filesystem::path& place : {folder / kFile, folder.parent_path() / "lib" / kFile}) {
    std::error_code error;
    if (std::filesystem::exists(place, error)) return place;
  }
  return {};
}

const CudaPlugin& cuda_plugin() {
  static const CudaPlugin kPlugin = [] {
    CudaPlugin plugin{.path = find_cuda_plugin()};
    if (!plugin.path.empty()) plugin.problem = open(plugin);
    return plugin;
  }();
  return kPlugin;
}

std::string describe(const CudaPlugin& plugin) {
  if (plugin.usable()) return std::string(kFile) + " (" + plugin.architectures + ")";
  if (plugin.path.empty()) return std::string("no ") + kFile;
  return plugin.path.string() + " is not used: " + plugin.problem;
}

CudaGraph::CudaGraph(const CudaPlugin& plugin, int device, const std::function<void()>& work)
    : table_(plugin.table) {
  if (!plugin.usable()) throw RunError("a CUDA graph needs libpixelsail_cuda.so: " + describe(plugin));
  Guarded guarded{.work = work, .thrown = {}};
  Sentence error;
  constexpr int kWarmUp = 2;
  const int failed = table_->capture(device, &Guarded::call, &guarded, kWarmUp, &graph_, error.bytes.data(),
                                     error.bytes.size());
  if (guarded.thrown) {
    if (graph_ != nullptr) table_->release(graph_);
    std::rethrow_exception(guarded.thrown);
  }
  if (failed != 0) throw RunError("a CUDA graph cannot be captured: " + error.text());
}

CudaGraph::~CudaGraph() {
  if (graph_ != nullptr) table_->release(graph_);
}

void CudaGraph::replay() const {
  Sentence error;
  if (table_->replay(graph_, error.bytes.data(), error.bytes.size()) != 0)
    throw RunError("a CUDA graph cannot be started: " + error.text());
}

}  // namespace pixelsail
