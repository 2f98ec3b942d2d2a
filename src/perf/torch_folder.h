#pragma once

/// What a folder of LibTorch says about itself, read from its files: a library that does not fit cannot be
/// loaded to be asked.

#include <filesystem>
#include <string>
#include <vector>

namespace pixelsail {

struct TorchFolder {
  std::filesystem::path root;  ///< with lib/ in it; empty: none was found
  std::string version;         ///< "2.11.0+cu130"; empty: nothing says it
  std::string abi;             ///< of std::string in its functions: "C++11" or "old"; empty: unknown
  std::string cuda;            ///< "13.0", "none"; empty: unknown
};

/// What the folder's files say: version.py of a wheel, build-version of a zip, else the headers.
TorchFolder read_torch_folder(const std::filesystem::path& root);

/// What this build was made with and for.
TorchFolder wanted_torch();

/// "LibTorch 2.11.0+cu130 (C++11 ABI, CUDA 13.0)", with "unknown" for what nothing says.
std::string torch_description(const TorchFolder& folder);

/// Why a program of this build cannot run with it; empty when it can. Another CUDA version is no reason.
std::string torch_misfit(const TorchFolder& folder);

/// Folders in which the loader looks for the libraries of this program, in its order.
std::vector<std::filesystem::path> library_folders();

/// The LibTorch whose libtorch_cpu.so the loader finds for this program.
TorchFolder torch_of_program();

}  // namespace pixelsail
