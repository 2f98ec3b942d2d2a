#include "distributed/local_group.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <future>
#include <mutex>
#include <vector>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// What a rank gets that waits for one that has failed.
class PeerFailed : public RunError {
 public:
  PeerFailed() : RunError("another rank of the group has failed") {}
};

/// What the ranks share: a barrier that a failure opens, and where each has laid its data.
class Meeting {
 public:
  explicit Meeting(int size) : size_(size), places_(static_cast<std::size_t>(size)) {}

  int size() const { return size_; }

  /// Throws PeerFailed when a rank has failed, before or while this one waits.
  void wait() {
    std::unique_lock lock(mutex_);
    if (failed_) throw PeerFailed();
    const std::int64_t round = round_;
    if (++arrived_ == size_) {
      arrived_ = 0;
      ++round_;
      opened_.notify_all();
      return;
    }
    opened_.wait(lock, [&] { return round_ != round || failed_; });
    if (round_ == round) throw PeerFailed();
  }

  void fail() {
    const std::lock_guard lock(mutex_);
    failed_ = true;
    opened_.notify_all();
  }

  /// Lays data down, waits for the others', calls `use` with all of them, and waits until all have used them.
  template <class Use>
  void exchange(int rank, const void* mine, const Use& use) {
    places_[static_cast<std::size_t>(rank)] = mine;
    wait();
    std::exception_ptr failure;
    try {
      use(places_);
    } catch (...) {
      failure = std::current_exception();  // not before the others have read this rank's data
    }
    wait();
    if (failure) std::rethrow_exception(failure);
  }

 private:
  int size_;
  std::vector<const void*> places_;
  std::mutex mutex_;
  std::condition_variable opened_;
  int arrived_ = 0;
  std::int64_t round_ = 0;
  bool failed_ = false;
};

class LocalRank final : public ProcessGroup {
 public:
  LocalRank(Meeting& meeting, int rank) : meeting_(meeting), rank_(rank) {}

  int rank() const override { return rank_; }
  int size() const override { return meeting_.size(); }

  void all_reduce(std::span<torch::Tensor> tensors) override {
    const torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> sums;
    meeting_.exchange(rank_, tensors.data(), [&](const std::vector<const void*>& places) {
      for (std::size_t i = 0; i < tensors.size(); ++i) {
        const auto of = [&](std::size_t rank) { return static_cast<const torch::Tensor*>(places[rank])[i]; };
        torch::Tensor sum = of(0).clone();
        for (std::size_t rank = 1; rank < places.size(); ++rank) sum.add_(of(rank));
        sums.push_back(std::move(sum));
      }
    });
    for (std::size_t i = 0; i < tensors.size(); ++i) tensors[i].copy_(sums[i]);
  }
  void all_reduce(std::span<double> values) override { sum(values); }
  void all_reduce(std::span<std::int64_t> counts) override { sum(counts); }

  void broadcast(std::span<torch::Tensor> tensors, int root) override {
    const torch::NoGradGuard no_grad;
    meeting_.exchange(rank_, tensors.data(), [&](const std::vector<const void*>& places) {
      if (rank_ == root) return;
      const auto* from = static_cast<const torch::Tensor*>(places[static_cast<std::size_t>(root)]);
      for (std::size_t i = 0; i < tensors.size(); ++i) tensors[i].copy_(from[i]);
    });
  }
  void barrier() override { meeting_.wait(); }

 private:
  template <class T>
  void sum(std::span<T> values) {
    std::vector<T> sums(values.size(), T{});
    meeting_.exchange(rank_, values.data(), [&](const std::vector<const void*>& places) {
      for (const void* place : places) {
        for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += static_cast<const T*>(place)[i];
      }
    });
    std::copy(sums.begin(), sums.end(), values.begin());
  }

  Meeting& meeting_;
  int rank_;
};

}  // namespace

void run_local_group(int size, const std::function<void(ProcessGroup&)>& body) {
  if (size == 1) {
    SingleProcess alone;
    body(alone);
    return;
  }
  Meeting meeting(size);
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(size));
  std::vector<char> released(static_cast<std::size_t>(size), 0);
  const auto run_rank = [&](int rank) {
    LocalRank group(meeting, rank);
    try {
      body(group);
    } catch (const PeerFailed&) {
      failures[static_cast<std::size_t>(rank)] = std::current_exception();
      released[static_cast<std::size_t>(rank)] = 1;
      meeting.fail();
    } catch (...) {
      failures[static_cast<std::size_t>(rank)] = std::current_exception();
      meeting.fail();
    }
  };
  {
    std::vector<std::future<void>> others;
    for (int rank = 1; rank < size; ++rank) {
      others.push_back(std::async(std::launch::async, [&run_rank, rank] {
        at::init_num_threads();
        run_rank(rank);
      }));
    }
    run_rank(0);
  }
  for (const char wanted : {char{0}, char{1}}) {
    for (std::size_t rank = 0; rank < failures.size(); ++rank) {
      if (failures[rank] && released[rank] == wanted) std::rethrow_exception(failures[rank]);
    }
  }
}

}  // namespace pixelsail
