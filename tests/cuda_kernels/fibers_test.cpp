#include "fibers.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace {

TEST(Fibers, SeeWhatOthersWroteBeforeTheyWaited) {
  for (const FiberOrder order : {FiberOrder::kForward, FiberOrder::kBackward}) {
    std::vector<int> first(8), second(8);
    Fibers fibers(8, 4, order);
    fibers.run([&](int i) {
      first[static_cast<std::size_t>(i)] = i;
      fibers.wait(Fibers::State::kAtGroup);
      second[static_cast<std::size_t>(i)] = first[static_cast<std::size_t>(i ^ 3)];
      fibers.wait(Fibers::State::kAtBlock);
      first[static_cast<std::size_t>(i)] = second[static_cast<std::size_t>(7 - i)];
    });
    EXPECT_EQ(first, (std::vector<int>{4, 5, 6, 7, 0, 1, 2, 3}));
  }
}

TEST(Fibers, ThoseWhoWaitForNobodyAreReported) {
  Fibers fibers(8, 4, FiberOrder::kForward);
  EXPECT_THROW(fibers.run([&](int i) {
    if (i != 5) fibers.wait(Fibers::State::kAtBlock);
  }),
               std::runtime_error);
  EXPECT_THROW(
      fibers.run([&](int i) { fibers.wait(i < 2 ? Fibers::State::kAtGroup : Fibers::State::kAtBlock); }),
      std::runtime_error);
}

}  // namespace
