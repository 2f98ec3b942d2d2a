#include "fibers.h"

#include <ucontext.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>

struct Fibers::Fiber {
  ucontext_t context{};
  State state = State::kDone;
  std::vector<char> stack;
};

Fibers::Fibers(int count, int group, FiberOrder order)
    : group_(group), order_(order), main_(std::make_unique<Fiber>()) {
  constexpr std::size_t kStackBytes = 128 << 10;
  for (int i = 0; i < count; ++i) {
    fibers_.push_back(std::make_unique<Fiber>());
    fibers_.back()->stack.resize(kStackBytes);
  }
}

Fibers::~Fibers() = default;

// makecontext() passes ints only.
void Fibers::enter(unsigned high, unsigned low) {
  auto* fibers = reinterpret_cast<Fibers*>(static_cast<std::uintptr_t>(high) << 32 | low);
  const int number = fibers->current_;
  (*fibers->body_)(number);
  fibers->fibers_[static_cast<std::size_t>(number)]->state = State::kDone;
}

void Fibers::wait(State where) {
  Fiber& fiber = *fibers_[static_cast<std::size_t>(current_)];
  fiber.state = where;
  swapcontext(&fiber.context, &main_->context);
}

/// Lets go those who all wait for each other; false when nobody can be.
bool Fibers::release() {
  const auto all_are = [](auto begin, auto end, State state) {
    return std::all_of(begin, end, [state](const auto& fiber) { return fiber->state == state; });
  };
  const auto let_go = [](auto begin, auto end) {
    std::for_each(begin, end, [](const auto& fiber) { fiber->state = State::kReady; });
  };
  if (all_are(fibers_.begin(), fibers_.end(), State::kAtBlock)) {
    let_go(fibers_.begin(), fibers_.end());
    return true;
  }
  bool any = false;
  for (auto begin = fibers_.begin(); begin != fibers_.end(); begin += group_) {
    if (!all_are(begin, begin + group_, State::kAtGroup)) continue;
    let_go(begin, begin + group_);
    any = true;
  }
  return any;
}

void Fibers::run(const std::function<void(int)>& body) {
  body_ = &body;
  const auto self = reinterpret_cast<std::uintptr_t>(this);
  for (const auto& fiber : fibers_) {
    getcontext(&fiber->context);
    fiber->context.uc_stack.ss_sp = fiber->stack.data();
    fiber->context.uc_stack.ss_size = fiber->stack.size();
    fiber->context.uc_link = &main_->context;
    makecontext(&fiber->context, reinterpret_cast<void (*)()>(&Fibers::enter), 2,
                static_cast<unsigned>(self >> 32), static_cast<unsigned>(self));
    fiber->state = State::kReady;
  }
  const int count = static_cast<int>(fibers_.size());
  do {
    for (int i = 0; i < count; ++i) {
      current_ = order_ == FiberOrder::kForward ? i : count - 1 - i;
      Fiber& fiber = *fibers_[static_cast<std::size_t>(current_)];
      if (fiber.state == State::kReady) swapcontext(&main_->context, &fiber.context);
    }
  } while (release());
  const bool done = std::all_of(fibers_.begin(), fibers_.end(),
                                [](const auto& fiber) { return fiber->state == State::kDone; });
  if (!done) throw std::runtime_error("threads of a block wait for others that do not come");
}
