#pragma once

/// The threads of a block as fibers of one thread: each runs until it waits for others.

#include <functional>
#include <memory>
#include <vector>

/// In which order fibers run between two waits: what depends on it is a race.
enum class FiberOrder { kForward, kBackward };

class Fibers {
 public:
  enum class State { kReady, kAtBlock, kAtGroup, kDone };

  /// `group` fibers behind each other wait for each other at kAtGroup.
  Fibers(int count, int group, FiberOrder order);
  ~Fibers();

  /// Runs body(number) in every fiber. Throws std::runtime_error when some wait for others that are done or wait
  /// elsewhere.
  void run(const std::function<void(int)>& body);

  /// Of a fiber that runs: until all fibers (kAtBlock) or all of its group (kAtGroup) are there.
  void wait(State where);

 private:
  struct Fiber;
  static void enter(unsigned high, unsigned low);
  bool release();

  int group_;
  FiberOrder order_;
  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::unique_ptr<Fiber> main_;
  const std::function<void(int)>* body_ = nullptr;
  int current_ = 0;
};
