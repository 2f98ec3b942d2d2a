#pragma once

/// Work of a program that is shared by processes which it starts itself.

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "pixelsail/error.h"
#include "program.h"

namespace pixelsail {

/// How the processes ended: the largest exit code; a signal counts as 128 and its number.
struct ChildrenEnded {
  int exit_code = 0;
};

class ChildProcesses {
 public:
  /// Starts `count` copies of this process, to be called before it has threads. In a copy the result is its number; it is to
  /// do its part and return from main. In the process itself it is empty, and wait() follows.
  std::optional<int> start(int count) {
    const pid_t parent = getpid();
    for (int i = 0; i < count; ++i) {
      const pid_t child = fork();
      if (child == 0) {
        // A parent that is killed takes its children along.
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent) _exit(128 + SIGTERM);
        running_.clear();
        return i;
      }
      if (child < 0) {
        const std::string why = std::generic_category().message(errno);
        stop(SIGTERM);
        wait();
        throw RunError("a process cannot be started: " + why);
      }
      running_.push_back(child);
    }
    return std::nullopt;
  }

  /// Waits for all of them and hands on a signal. One that fails does not end the others: what they do is kept.
  ChildrenEnded wait() {
    ChildrenEnded ended;
    bool told = false;
    while (!running_.empty()) {
      if (StopSignal::requested() && !told) {
        stop(SIGTERM);
        told = true;
      }
      std::erase_if(running_, [&](pid_t child) {
        int status = 0;
        const pid_t done = waitpid(child, &status, WNOHANG);
        if (done == 0 || (done < 0 && errno == EINTR)) return false;
        const int code = done < 0 ? 4 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        ended.exit_code = std::max(ended.exit_code, code);
        return true;
      });
      if (!running_.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return ended;
  }

 private:
  void stop(int signal) {
    for (const pid_t child : running_) kill(child, signal);
  }
  std::vector<pid_t> running_;
};

}  // namespace pixelsail
