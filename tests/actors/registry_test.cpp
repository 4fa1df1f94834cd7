// Who goes to sleep when too many are awake, or when they hold too much.

#include "actors/registry.hpp"

#include <gtest/gtest.h>

namespace inmail {
namespace {

constexpr std::size_t plenty = 1'000'000;

/// Actors that do nothing, and hold as many bytes as their member's number says.
class RegistryTest : public testing::Test {
 protected:
  RegistryTest()
      : runtime_({.threads = 0, .seed = 1, .on_failure = {}}),
        registry_(runtime_,
                  [this](StreamId stream) { return std::make_unique<Idler>(*this, stream); }) {}

  ~RegistryTest() override {
    registry_.kill_all();
    run();
    runtime_.stop();
  }

  void wake(std::uint64_t member) {
    registry_.post(MemberId{member}, Mail{Wake{}, nullptr});
    run();
  }

  void sweep(const ResidentLimits& limits) {
    // What was used since the last sweep is spared at first.
    registry_.sweep(limits);
    run();
  }

  void run() {
    while (runtime_.step()) {
    }
  }

  Runtime runtime_;
  Registry registry_;

 private:
  class Idler final : public Entity {
   public:
    Idler(RegistryTest& test, StreamId id) : test_(test), id_(id) {}

    bool receive(Mail mail) override {
      Registry& registry = test_.registry_;
      if (!std::holds_alternative<Leave>(mail.content) || !registry.begin_leave(id_)) {
        registry.handled(id_, id_.member().value);
        return true;
      }
      registry.end_leave(id_);
      return false;
    }

   private:
    RegistryTest& test_;
    const StreamId id_;
  };
};

TEST_F(RegistryTest, LetsNoMoreStayAwakeThanMay) {
  for (const std::uint64_t member : {10, 20, 30, 40}) wake(member);
  sweep({.actors = 4, .bytes = plenty});
  EXPECT_EQ(registry_.residents(), 4u);
  sweep({.actors = 1, .bytes = plenty});
  EXPECT_EQ(registry_.residents(), 1u);
}

TEST_F(RegistryTest, LetsThemHoldNoMoreThanTheyMay) {
  for (const std::uint64_t member : {10, 20, 30, 40}) wake(member);
  EXPECT_EQ(registry_.resident_bytes(), 100u);
  sweep({.actors = plenty, .bytes = 100});
  EXPECT_EQ(registry_.residents(), 4u);
  sweep({.actors = plenty, .bytes = 70});
  EXPECT_LE(registry_.resident_bytes(), 70u);
  EXPECT_GE(registry_.residents(), 1u);
  sweep({});
  EXPECT_EQ(registry_.residents(), 0u);
  EXPECT_EQ(registry_.resident_bytes(), 0u);
}

TEST_F(RegistryTest, CountsAnActorThatWakesAgainOnce) {
  for (int again = 0; again < 3; ++again) {
    wake(10);
    wake(10);
    EXPECT_EQ(registry_.resident_bytes(), 10u);
    sweep({});
  }
  EXPECT_EQ(registry_.resident_bytes(), 0u);
}

}  // namespace
}  // namespace inmail
