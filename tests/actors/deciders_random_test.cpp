// Random lives of members, seats and a contract under random policies: what must hold whatever
// happens.

#include <gtest/gtest.h>

#include <map>

#include "tests/support/lot_book.hpp"
#include "tests/support/random_life.hpp"
#include "tests/support/seeds.hpp"

namespace inmail::test {
namespace {

constexpr int steps = 150;

/// Keeps a book of every account of a life, and compares.
class Auditor {
 public:
  void audit(RandomLife& life) {
    life.world().each_stage([&](auto& stage) {
      if constexpr (requires { stage.state().account; }) {
        auto& [book, read] = books_[stage.id()];
        for (; read < stage.records().size(); ++read)
          book.apply(stage.records()[read], life.world().ground().book);
        book.expect_same_as(stage.state().account);
      }
    });
  }

 private:
  std::map<StreamId, std::pair<LotBook, std::size_t>> books_;
};

std::string last_of(const std::vector<std::string>& told) {
  std::string text;
  for (std::size_t i = told.size() - std::min<std::size_t>(told.size(), 60); i < told.size(); ++i)
    text += "\n  " + told[i];
  return text;
}

/// Lives a life for each seed; after every step the life's own `check` looks at it.
template <class Check>
void live(const Check& check_of_each) {
  for_each_seed(100, [&](std::uint64_t seed) {
    RandomLife life(seed);
    Check check = check_of_each;
    try {
      for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
        life.step();
        check(life, i + 1 == steps);
      }
    } catch (const std::exception& defect) {
      ADD_FAILURE() << defect.what();
    }
    if (testing::Test::HasFailure())
      std::cout << "what happened at last:" << last_of(life.told()) << '\n';
  });
}

// Along the way every notice that comes again changes nothing, every agenda is the recomputed one,
// and every record survives the codec: `RandomLife` and `Stage` look at that.
TEST(RandomLives, MakeAndLoseNoCreditButByAnEventThatSaysSo) {
  live([auditor = Auditor{}](RandomLife& life, bool) mutable { auditor.audit(life); });
}

TEST(RandomLives, FoldFromTheirRecordsToTheRowsThatLived) {
  live([](RandomLife& life, bool is_last) {
    if (!is_last) return;
    life.world().each_stage([](auto& stage) {
      if (stage.records().empty()) return;
      auto fold = StreamFold::empty(stage.id());
      for (const Record& record : stage.records()) {
        fold->apply(record);
        // From any snapshot on, the tail gives the same.
        auto again = StreamFold::decode(stage.id(), bytes_of(fold->encode()));
        ASSERT_TRUE(again);
        fold = std::move(again).value();
      }
      EXPECT_EQ(fold->encode(), stage.row());
      EXPECT_EQ(fold->position(), stage.resident().position);
    });
  });
}

/// What could be undone leaves, and what was scheduled is sent, as are its follow-ups.
void send_all(SmallWorld& world) {
  for (int day = 0; day < 120; ++day) world.settle_until(world.now() + std::chrono::days{1});
}

TEST(RandomLives, EndEveryChargeOnceTheirWindowsHaveClosed) {
  live([](RandomLife& life, bool is_last) {
    if (!is_last) return;
    SmallWorld& world = life.world();
    world.deliver_all();
    send_all(world);
    world.settle_until(world.now() + std::chrono::days{400});
    std::set<InMailId> waiting_for_an_opening;
    world.each_stage([&](auto& stage) {
      if constexpr (requires { stage.state().received; })
        for (const auto& [id, inmail] : stage.state().received)
          if (inmail.is_charged() &&
              world.ground().book.at(inmail.pinned).refund.clock == RefundClock::opened_at)
            waiting_for_an_opening.insert(id);
    });
    world.each_stage([&](auto& stage) {
      if constexpr (requires { stage.state().account; }) {
        for (const auto& [id, charge] : stage.state().account.charges)
          EXPECT_TRUE(waiting_for_an_opening.contains(id)) << to_text(stage.id());
      }
    });
  });
}

TEST(RandomLives, ComeToTheSameWhetherTheyAreWokenInTimeOrLate) {
  live([](RandomLife& life, bool is_last) {
    if (!is_last) return;
    life.world().deliver_all();
    send_all(life.world());
    const Timestamp later = life.world().now() + std::chrono::days{200};
    life.world().each_stage([&](auto& stage) {
      auto late = stage;
      late.settle(later);
      for (Timestamp due; (due = stage.resident().due()) <= later;) stage.settle(due);
      EXPECT_EQ(stage.state(), late.state()) << to_text(stage.id());
    });
  });
}

}  // namespace
}  // namespace inmail::test
