#pragma once

/// Results number 0, 1, 2, ... made ahead by threads and taken in order: what comes out does not depend on
/// how many threads there are or how fast they are.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "pixelsail/error.h"

namespace pixelsail {

template <class Plan, class Result>
class Prefetch {
 public:
  /// Called for each number in order, by one thread at a time: the place for what is cheap and has a state.
  using PlanFunction = std::function<Plan(std::int64_t number)>;
  /// Called by several threads at once. What it throws is thrown again by take().
  using MakeFunction = std::function<Result(std::int64_t number, const Plan& plan)>;

  /// `ahead`: at most so many results wait to be taken or are in work.
  Prefetch(PlanFunction plan, MakeFunction make, std::int64_t threads, std::int64_t ahead)
      : plan_(std::move(plan)), make_(std::move(make)), thread_count_(threads), ahead_(ahead) {}
  ~Prefetch() { stop(); }
  Prefetch(const Prefetch&) = delete;
  Prefetch& operator=(const Prefetch&) = delete;

  /// The next result, waiting for it. One that failed stays where it is: a later call throws again. Throws
  /// RunError when threads cannot be started. Called by one thread, as restart() is.
  Result take() {
    start();
    std::unique_lock lock(mutex_);
    is_ready_.wait(lock, [this] { return !slots_.empty() && slots_.front().ready; });
    if (slots_.front().failure) std::rethrow_exception(slots_.front().failure);
    Result result = std::move(slots_.front().result);
    slots_.pop_front();
    ++first_;
    lock.unlock();
    may_start_.notify_one();
    return result;
  }

  /// Ends the threads and forgets what they have made; the next result is number `first`. `between` runs
  /// while no thread does.
  void restart(std::int64_t first, const std::function<void()>& between = {}) {
    stop();
    slots_.clear();
    first_ = next_ = first;
    if (between) between();
  }

 private:
  struct Slot {
    bool ready = false;
    Result result{};
    std::exception_ptr failure;
  };

  void start() {
    try {
      while (static_cast<std::int64_t>(threads_.size()) < thread_count_)
        threads_.emplace_back([this] { work(); });
    } catch (const std::system_error& e) {
      stop();
      throw RunError(std::string("cannot start data threads: ") + e.what());
    }
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    may_start_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    stopping_ = false;
  }

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      may_start_.wait(lock, [this] { return stopping_ || next_ < first_ + ahead_; });
      if (stopping_) return;
      const std::int64_t number = next_++;
      slots_.emplace_back();
      Slot slot;
      try {
        const Plan plan = plan_(number);
        lock.unlock();
        slot.result = make_(number, plan);
      } catch (...) {
        slot.failure = std::current_exception();
      }
      if (!lock.owns_lock()) lock.lock();
      slot.ready = true;
      slots_[static_cast<std::size_t>(number - first_)] = std::move(slot);
      if (number == first_) is_ready_.notify_one();
    }
  }

  PlanFunction plan_;
  MakeFunction make_;
  std::int64_t thread_count_, ahead_;
  std::mutex mutex_;  ///< guards all below but the threads
  std::condition_variable may_start_, is_ready_;
  std::deque<Slot> slots_;  ///< numbers first_ .. next_ - 1
  std::int64_t first_ = 0, next_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace pixelsail
