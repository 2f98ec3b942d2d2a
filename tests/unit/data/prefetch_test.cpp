#include "data/prefetch.h"

#include <gtest/gtest.h>

#include <atomic>

namespace pixelsail {
namespace {

using Squares = Prefetch<std::int64_t, std::int64_t>;

TEST(Prefetch, HandsOutInOrderWhateverTheThreads) {
  for (const std::int64_t threads : {1, 3, 8}) {
    for (const std::int64_t ahead : {1, 2, 50}) {
      std::int64_t planned = 0;
      Squares squares(
          [&](std::int64_t number) {
            EXPECT_EQ(number, planned++) << "plans are made in order";
            return number;
          },
          [](std::int64_t number, std::int64_t plan) { return number * plan; }, threads, ahead);
      for (std::int64_t i = 0; i < 200; ++i) EXPECT_EQ(squares.take(), i * i);
    }
  }
}

TEST(Prefetch, AFailureStaysWhereItIs) {
  Squares squares([](std::int64_t number) { return number; },
                  [](std::int64_t number, std::int64_t) {
                    if (number == 3) throw DataError("number three");
                    return number;
                  },
                  4, 8);
  for (std::int64_t i = 0; i < 3; ++i) EXPECT_EQ(squares.take(), i);
  EXPECT_THROW(squares.take(), DataError);
  EXPECT_THROW(squares.take(), DataError);
  squares.restart(4);
  EXPECT_EQ(squares.take(), 4);
}

TEST(Prefetch, RestartsAnywhereAndWaitsForItsThreads) {
  std::atomic<int> busy = 0;
  std::int64_t factor = 1;
  Squares squares([](std::int64_t number) { return number; },
                  [&](std::int64_t number, std::int64_t) {
                    ++busy;
                    const std::int64_t result = number * factor;
                    --busy;
                    return result;
                  },
                  3, 5);
  EXPECT_EQ(squares.take(), 0);
  squares.restart(100, [&] {
    EXPECT_EQ(busy, 0);
    factor = 2;
  });
  EXPECT_EQ(squares.take(), 200);
  squares.restart(7);
  EXPECT_EQ(squares.take(), 14);
  EXPECT_EQ(squares.take(), 16);
}

}  // namespace
}  // namespace pixelsail
