// pixelsail-doctor: whether this machine can run the library, one verdict a line. It links no LibTorch, so that it can
// say what is wrong with one that does not fit; then it becomes pixelsail-doctor-devices.

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "perf/torch_folder.h"
#include "program.h"

namespace pixelsail {
namespace {

/// Libraries that the loader does not find for a program.
std::vector<std::string> missing_libraries(const std::string& program) {
  const std::string command = "LD_TRACE_LOADED_OBJECTS=1 '" + program + "' 2>&1";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::vector<std::string> missing;
  std::array<char, 4096> line{};
  while (pipe != nullptr && std::fgets(line.data(), static_cast<int>(line.size()), pipe.get()) != nullptr) {
    const std::string text = line.data();
    const auto mark = text.find(" => not found");
    const auto begin = text.find_first_not_of(" \t");
    if (mark != text.npos) missing.push_back(text.substr(begin, mark - begin));
  }
  return missing;
}

[[noreturn]] void fail(const std::string& topic, const std::string& text) {
  std::cout << "PROBLEM  " << topic << std::string(10 - std::min<std::size_t>(9, topic.size()), ' ') << text
            << '\n'
            << std::flush;
  throw RunError("1 problem(s) found");
}

void examine() {
  if (const std::string misfit = torch_misfit(torch_of_program()); !misfit.empty()) fail("torch", misfit);
  const std::string rest =
      (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "pixelsail-doctor-devices").string();
  if (const std::vector<std::string> missing = missing_libraries(rest); !missing.empty()) {
    std::string names;
    for (const std::string& name : missing) names += (names.empty() ? "" : ", ") + name;
    fail("libraries",
         "not found: " + names + " (those of CUDA come with torch's own packages: pip install torch)");
  }
  std::array<char*, 2> arguments{const_cast<char*>(rest.c_str()), nullptr};
  execv(rest.c_str(), arguments.data());
  throw RunError(rest + " cannot be started: " + std::generic_category().message(errno));
}

}  // namespace
}  // namespace pixelsail

int main(int argc, char** argv) {
  CLI::App app("Examines versions, libraries, devices, disk and memory. Exit code 4 when something is wrong.",
               "pixelsail-doctor");
  return pixelsail::run_program(app, argc, argv, pixelsail::examine);
}
