// Feeds mutated inputs to one reader. Input number i depends on the target, the seed and i alone, so a
// finding can be repeated with --first i --count 1, or from the dumped file with --input.

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "io/atomic_file.h"
#include "json_mutator.h"
#include "pixelsail/error.h"
#include "targets.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace pixelsail::fuzz {
namespace {

constexpr int kFinding = 4;

struct Options {
  std::string target, input, dump = "fuzz-finding.bin";
  std::uint64_t count = 0, first = 0, seed = 1;
  double max_seconds = 1;
  bool brief = false, list = false;
};

/// The input in work, for those who write it down when the process is about to die: they run at a bad moment
/// and cannot be handed anything.
struct InFlight {
  const char* data = nullptr;
  std::size_t size = 0;
  const char* dump = nullptr;
  std::atomic<std::uint64_t> number{0};
};
InFlight in_flight;

void dump_in_flight() {
  if (in_flight.data == nullptr) return;
  const int fd = open(in_flight.dump, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (fd < 0) return;
  const ssize_t written = write(fd, in_flight.data, in_flight.size);
  close(fd);
  std::fprintf(stderr, "input %llu (%zd bytes) is in %s\n",
               static_cast<unsigned long long>(in_flight.number.load()), written, in_flight.dump);
}

[[noreturn]] void report(const std::string& what) {
  std::fprintf(stderr, "finding: %s\n", what.c_str());
  dump_in_flight();
  std::_Exit(kFinding);
}

/// Seconds of processor time: other programs on the machine do not count.
double cpu_seconds() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Ends the process when one input takes very long; the time limit itself is checked after each input.
void watch(const std::stop_token& stop, double max_seconds) {
  const auto patience = std::chrono::duration<double>(20 * max_seconds + 10);
  std::uint64_t seen = ~std::uint64_t{0};
  auto since = std::chrono::steady_clock::now();
  while (!stop.stop_requested()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const std::uint64_t number = in_flight.number.load();
    const auto now = std::chrono::steady_clock::now();
    if (number != seen) {
      seen = number;
      since = now;
    } else if (now - since > patience) {
      report("the reader does not return");
    }
  }
}

/// True when the reader accepted the input; else `reason` is what it said.
bool feed(const Target& target, const std::string& input, std::string* reason = nullptr) {
  try {
    target.run(input);
    return true;
  } catch (const Error& error) {
    if (reason != nullptr) *reason = error.what();
    return false;
  } catch (const std::exception& error) {
    report(std::string("exception: ") + error.what());
  } catch (...) {
    report("exception of unknown type");
  }
}

std::string printable(const std::string& bytes) {
  std::string text = bytes.substr(0, 60);
  for (char& c : text) {
    if (c < 0x20 || c > 0x7E) c = '?';
  }
  return "\"" + text + "\"";
}

std::uint64_t inputs_of(const Options& options, const Target& target) {
  if (!options.input.empty()) return 1;
  const std::uint64_t count = options.count > 0 ? options.count : full_inputs(target);
  return options.brief && !target.runs_long ? std::min(count, kBriefInputs) : count;
}

/// Input number i of a target.
class Inputs {
 public:
  Inputs(const Target& target, const Material& material, std::uint64_t seed)
      : target_(target), material_(material), seed_(seed), json_(material) {}

  std::string make(std::uint64_t i) const {
    Rng rng(seed_ + i * 0x9E3779B97F4A7C15, target_.name);
    // Bytes alone as well: what is no JSON has to be refused too.
    const bool as_tree = target_.kind == Kind::kJson && rng.below(4) != 0;
    std::string input = as_tree ? json_.mutate(rng) : mutate(material_, rng);
    if (target_.repair != nullptr) target_.repair(input, rng);
    return input;
  }

 private:
  const Target& target_;
  const Material& material_;
  std::uint64_t seed_;
  JsonMutator json_;
};

void list_targets() {
  for (const Target& target : all_targets())
    std::printf("%s %s %llu %s\n", target.name, kind_name(target.kind),
                static_cast<unsigned long long>(full_inputs(target)), target.runs_long ? "long" : "brief");
}

void run(const Options& options) {
  const Target& target = *find_target(options.target);
  const Material material = target.material();
  const Inputs inputs(target, material, options.seed);
  in_flight.dump = options.dump.c_str();
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_set_death_callback(dump_in_flight);
#endif
  for (const std::string& seed : material.seeds) {
    std::string reason = "longer than 2048 bytes";
    if (seed.size() > 2048 || !feed(target, seed, &reason))
      throw RunError("seed input " + printable(seed) + " is not valid: " + reason);
  }
  const std::jthread watchdog(watch, options.max_seconds);
  const auto start = std::chrono::steady_clock::now();
  std::uint64_t accepted = 0;
  double slowest = 0;
  const std::uint64_t count = inputs_of(options, target);
  for (std::uint64_t i = options.first; i < options.first + count; ++i) {
    std::string input = options.input.empty() ? inputs.make(i) : read_file(options.input);
    // A copy of exact size, so that a reader that looks past the end is caught.
    input.shrink_to_fit();
    in_flight.data = input.data();
    in_flight.size = input.size();
    in_flight.number.store(i);
    const double before = cpu_seconds();
    accepted += feed(target, input);
    const double seconds = cpu_seconds() - before;
    slowest = std::max(slowest, seconds);
    if (seconds > options.max_seconds) report("took " + std::to_string(seconds) + " s");
    in_flight.data = nullptr;
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  std::printf("%s: %llu inputs, %.0f a second, %llu accepted, slowest %.4f s, no finding (%.0f s)\n",
              target.name, static_cast<unsigned long long>(count),
              static_cast<double>(count) / std::max(wall.count(), 1e-9),
              static_cast<unsigned long long>(accepted), slowest, wall.count());
}

}  // namespace
}  // namespace pixelsail::fuzz

int main(int argc, char** argv) {
  using namespace pixelsail;
  fuzz::Options options;
  CLI::App app("Feeds mutated inputs to a file reader; exit code 4 and a dumped input when one is mishandled",
               "pixelsail-fuzz");
  std::vector<std::string> names;
  for (const fuzz::Target& target : fuzz::all_targets()) names.emplace_back(target.name);
  app.add_option("--target", options.target, "Reader to test")->check(CLI::IsMember(names));
  app.add_flag("--list", options.list, "Print the readers: name, kind, inputs of a full run, long or brief");
  app.add_option("--count", options.count, "Number of inputs; 0: those of a full run")->capture_default_str();
  app.add_flag("--brief", options.brief,
               "At most 2000 inputs, except for the readers that --list calls long");
  app.add_option("--seed", options.seed, "Seed of the mutations")->capture_default_str();
  app.add_option("--first", options.first, "Number of the first input")->capture_default_str();
  app.add_option("--max-seconds-per-input", options.max_seconds, "Processor time allowed")
      ->capture_default_str();
  app.add_option("--input", options.input, "Run this file instead of mutated inputs");
  app.add_option("--dump", options.dump, "Where to write an input that is mishandled")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (options.list) {
    fuzz::list_targets();
    return 0;
  }
  if (options.target.empty()) {
    std::cerr << "pixelsail-fuzz: --target or --list is needed\n";
    return 2;
  }
  try {
    fuzz::run(options);
  } catch (const Error& error) {
    std::cerr << "pixelsail-fuzz: " << error.what() << '\n';
    return error.exit_code();
  }
  return 0;
}
