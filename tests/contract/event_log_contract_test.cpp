#include "tests/contract/event_log_contract.hpp"

#include <random>

#include "events/memory_log.hpp"
#include "tests/support/random_seed.hpp"
#include "tests/support/rocks_store.hpp"

namespace inmail::test {
namespace {

class MemoryStore {
 public:
  EventLog& log() { return log_; }
  void reopen() {}

 private:
  MemoryLog log_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(MemoryLog, EventLogContract, MemoryStore);
INSTANTIATE_TYPED_TEST_SUITE_P(RocksLog, EventLogContract, RocksStore);

/// Does the same to both logs and compares what they answer.
class Twins {
 public:
  explicit Twins(std::uint64_t seed) : random_(seed) {}

  void step() {
    switch (below(12)) {
      case 0: return append_wrong();
      case 1: return append(1 + below(20), store_.log().epoch() + 1);
      case 2: return store_.reopen();
      case 3:
      case 4: return read();
      default: return append(1 + below(20), store_.log().epoch());
    }
  }

  void compare() {
    EXPECT_EQ(store_.log().head(), model_.head());
    EXPECT_EQ(store_.log().epoch(), model_.epoch());
  }
  void compare_all() {
    compare();
    EXPECT_EQ(frames_from(store_.log(), Position{1}), frames_from(model_, Position{1}));
    EXPECT_EQ(log_digest(store_.log()).value_or(Hash{}), log_digest(model_).value_or(Hash{1}));
  }

 private:
  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  void append(std::uint64_t records, std::uint64_t epoch) {
    const Frame frame = test_frame(model_.head(), epoch, records);
    EXPECT_TRUE(model_.append(frame));
    EXPECT_TRUE(store_.log().append(frame));
  }

  void append_wrong() {
    LogHead head = model_.head();
    std::uint64_t epoch = model_.epoch();
    switch (below(3)) {
      case 0: head.position.value += 1 + below(3); break;
      case 1: head.hash[below(32)] ^= 1; break;
      default: epoch -= 1; break;
    }
    const Frame frame = test_frame(head, epoch, 1);
    const auto expected = model_.append(frame);
    const auto got = store_.log().append(frame);
    ASSERT_FALSE(expected);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, expected.error().code);
    EXPECT_EQ(got.error().message, expected.error().message);
  }

  void read() {
    const Position from{below(model_.head().position.value + 3)};
    EXPECT_EQ(frames_from(store_.log(), from), frames_from(model_, from)) << from.value;
  }

  std::mt19937_64 random_;
  MemoryLog model_;
  RocksStore store_;
};

TEST(RocksLog, BehavesLikeAMemoryLogInRandomUse) {
  Twins twins(random_seed());
  for (int i = 0; i < 600 && !testing::Test::HasFailure(); ++i) {
    twins.step();
    twins.compare();
  }
  twins.compare_all();
}

}  // namespace
}  // namespace inmail::test
