// pixelsail-doctor-devices: the part of pixelsail-doctor that needs a LibTorch which fits.

#include "perf/doctor.h"
#include "program.h"

int main(int argc, char** argv) {
  CLI::App app(
      "Examines what LibTorch can compute on, one verdict a line; pixelsail-doctor runs it once it has seen "
      "that LibTorch fits",
      "pixelsail-doctor");
  return pixelsail::run_program(app, argc, argv, [] {
    using pixelsail::Verdict;
    int problems = 0;
    for (const Verdict& verdict : pixelsail::examine_machine()) {
      const bool problem = verdict.level == Verdict::Level::kProblem;
      problems += problem ? 1 : 0;
      std::cout << (problem                                  ? "PROBLEM  "
                    : verdict.level == Verdict::Level::kNote ? "note     "
                                                             : "ok       ")
                << verdict.topic
                << std::string(verdict.topic.size() < 10 ? 10 - verdict.topic.size() : 1, ' ') << verdict.text
                << '\n';
    }
    if (problems > 0) throw pixelsail::RunError(std::to_string(problems) + " problem(s) found");
  });
}
