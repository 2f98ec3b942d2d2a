// pixelsail-doctor: whether this machine can run the library, one verdict a line.

#include "perf/doctor.h"

#include "image/codec.h"
#include "program.h"

int main(int argc, char** argv) {
  CLI::App app("Examines versions, libraries, devices, disk and memory. Exit code 4 when something is wrong.",
               "pixelsail-doctor");
  return pixelsail::run_program(app, argc, argv, [] {
    using pixelsail::Verdict;
    std::vector<Verdict> verdicts = pixelsail::examine_machine();
    verdicts.push_back({Verdict::Level::kGood, "images", pixelsail::codec_description()});
    int problems = 0;
    for (const Verdict& verdict : verdicts) {
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
