#pragma once

/// Running programs with the libraries that pretend.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace fake_cuda {

struct Said {
  std::string output;
  int exit_code;
};

/// Runs a shell command line; standard error goes with standard output.
inline Said run(const std::string& command) {
  std::FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  Said result{.output = {}, .exit_code = -1};
  if (pipe == nullptr) return result;
  std::array<char, 4096> piece{};
  while (std::fgets(piece.data(), static_cast<int>(piece.size()), pipe) != nullptr)
    result.output += piece.data();
  result.exit_code = WEXITSTATUS(pclose(pipe));
  return result;
}

/// What a process has before it: nothing of this machine's GPUs and of what a launcher may have set.
inline const std::string kBare =
    "env -u LOCAL_RANK -u CUDA_VISIBLE_DEVICES -u PIXELSAIL_LIBTORCH_CUDA -u PIXELSAIL_CUDA_PLUGIN -u "
    "FAKE_GPUS "
    "OMP_NUM_THREADS=1 ";
inline const std::string kFolder = FAKE_CUDA_FOLDER;
inline const std::string kLibrary = "PIXELSAIL_LIBTORCH_CUDA=" + kFolder + "/libfake_torch_cuda.so ";
inline const std::string kDriver = "LD_LIBRARY_PATH=" + kFolder + " ";
inline const std::string kPluginFile = kFolder + "/libpixelsail_cuda.so";
inline const std::string kPlugin = "PIXELSAIL_CUDA_PLUGIN=" + kPluginFile + " ";

inline std::string ask(const std::string& environment, const std::string& questions) {
  return run(kBare + environment + FAKE_CUDA_ASK + " " + questions).output;
}

inline void expect_part(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "wanted: " << part << "\nfound: " << text;
}

}  // namespace fake_cuda
