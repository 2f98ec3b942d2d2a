#include "perf/torch_folder.h"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <sstream>
#include <string_view>

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNewStrings = "St7__cxx1112basic_string";  // in names of functions that take one
constexpr std::string_view kErrorType = "N3c105Error";                // which does

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Of a line "name = 'value'" or "name: type = 'value'" of Python; nothing when it is not there.
std::optional<std::string> python_value(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name + " ") && !line.starts_with(name + ":")) continue;
    const auto equals = line.find("= ");
    if (equals == line.npos) continue;
    const std::string value = line.substr(equals + 2);
    if (value.starts_with("None")) return "none";
    const auto end = value.size() > 1 ? value.find(value[0], 1) : value.npos;
    if (end != value.npos) return value.substr(1, end - 1);
  }
  return std::nullopt;
}

/// The number behind "#define NAME ".
std::string macro_value(const std::string& text, const std::string& name) {
  const std::string mark = "#define " + name + " ";
  const auto begin = text.find(mark);
  if (begin == text.npos) return {};
  const auto first = begin + mark.size();
  return text.substr(first, text.find_first_not_of("0123456789", first) - first);
}

std::string version_of_headers(const fs::path& root) {
  for (const char* header :
       {"include/torch/headeronly/version.h", "include/torch/csrc/api/include/torch/version.h"}) {
    const std::string text = text_of(root / header), major = macro_value(text, "TORCH_VERSION_MAJOR"),
                      minor = macro_value(text, "TORCH_VERSION_MINOR");
    if (!major.empty() && !minor.empty()) return major + "." + minor;
  }
  return {};
}

/// "2.11.0+cu130" -> "13.0"; of "+cpu" "none".
std::string cuda_of_version(const std::string& version) {
  const auto mark = version.find("+cu");
  if (mark == version.npos) return version.find("+cpu") == version.npos ? "" : "none";
  const std::string digits = version.substr(mark + 3);
  if (digits.size() < 2 || digits.find_first_not_of("0123456789") != digits.npos) return {};
  return digits.substr(0, digits.size() - 1) + "." + digits.back();
}

std::string abi_of(const fs::path& library) {
  const std::string bytes = text_of(library);
  if (bytes.find(kErrorType) == bytes.npos) return {};
  return bytes.find(kNewStrings) != bytes.npos ? "C++11" : "old";
}

/// "2.11.0+cu130" -> "2.11"
std::string release_of(const std::string& version) {
  const auto first = version.find('.');
  return first == version.npos ? version : version.substr(0, version.find_first_of(".+", first + 1));
}

/// Of "/a/lib" and "/a/lib/" "/a".
fs::path parent_of(const fs::path& folder) {
  const fs::path parent = (folder / "..").lexically_normal();
  return parent.has_filename() ? parent : parent.parent_path();
}

std::string or_unknown(const std::string& text) {
  return text.empty() ? "unknown" : text;
}

}  // namespace

TorchFolder read_torch_folder(const fs::path& root) {
  TorchFolder folder{.root = root, .version = {}, .abi = abi_of(root / "lib" / "libc10.so"), .cuda = {}};
  const std::string python = text_of(root / "version.py");
  folder.version = python_value(python, "__version__").value_or("");
  folder.cuda = python_value(python, "cuda").value_or("");
  if (folder.version.empty()) {
    std::istringstream(text_of(root / "build-version")) >> folder.version;
  }
  if (folder.version.empty()) folder.version = version_of_headers(root);
  if (folder.cuda.empty()) folder.cuda = cuda_of_version(folder.version);
  return folder;
}

TorchFolder wanted_torch() {
  const auto known = [](std::string text) { return text == "unknown" ? std::string() : text; };
  return {.root = {},
          .version = PIXELSAIL_TORCH_VERSION,
          .abi = known(PIXELSAIL_TORCH_ABI),
          .cuda = known(PIXELSAIL_TORCH_CUDA)};
}

std::string torch_description(const TorchFolder& folder) {
  const std::string cuda = folder.cuda == "none" ? "without CUDA" : "CUDA " + or_unknown(folder.cuda);
  return "LibTorch " + or_unknown(folder.version) + " (" + or_unknown(folder.abi) + " ABI, " + cuda + ")";
}

std::string torch_misfit(const TorchFolder& folder) {
  const TorchFolder wanted = wanted_torch();
  const std::string remedy = "pip install torch==" + wanted.version +
                             ".0, or name a folder of it in PIXELSAIL_TORCH or LD_LIBRARY_PATH (its lib/)";
  if (folder.root.empty())
    return "no LibTorch was found, wanted " + torch_description(wanted) + ": " + remedy;
  const bool version_fits = folder.version.empty() || release_of(folder.version) == wanted.version;
  const bool abi_fits = folder.abi.empty() || wanted.abi.empty() || folder.abi == wanted.abi;
  if (version_fits && abi_fits) return {};
  return "found " + torch_description(folder) + " in " + folder.root.string() + ", wanted " +
         torch_description(wanted) + ": " + remedy;
}

std::vector<fs::path> library_folders() {
  const std::unique_ptr<void, int (*)(void*)> program(dlopen(nullptr, RTLD_LAZY), dlclose);
  Dl_serinfo header{};
  if (program == nullptr || dlinfo(program.get(), RTLD_DI_SERINFOSIZE, &header) != 0) return {};
  std::vector<std::byte> memory(header.dls_size);
  auto* info = reinterpret_cast<Dl_serinfo*>(memory.data());
  if (dlinfo(program.get(), RTLD_DI_SERINFOSIZE, info) != 0 ||
      dlinfo(program.get(), RTLD_DI_SERINFO, info) != 0)
    return {};
  std::vector<fs::path> folders;
  for (unsigned i = 0; i < info->dls_cnt; ++i) folders.emplace_back(info->dls_serpath[i].dls_name);
  return folders;
}

TorchFolder torch_of_program() {
  const std::vector<fs::path> folders = library_folders();
  const auto found = std::ranges::find_if(folders, [](const fs::path& folder) {
    std::error_code ignored;
    return fs::exists(folder / "libtorch_cpu.so", ignored);
  });
  if (found != folders.end()) return read_torch_folder(parent_of(*found));
  // The loader's cache knows folders of its own.
  const std::unique_ptr<void, int (*)(void*)> library(
      dlopen("libc10.so", RTLD_LAZY), [](void* handle) { return handle == nullptr ? 0 : dlclose(handle); });
  link_map* map = nullptr;
  if (library == nullptr || dlinfo(library.get(), RTLD_DI_LINKMAP, static_cast<void*>(&map)) != 0) return {};
  return read_torch_folder(parent_of(fs::path(map->l_name).parent_path()));
}

}  // namespace pixelsail
