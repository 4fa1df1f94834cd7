#include <gtest/gtest.h>

#include <random>

#include "tests/support/engine_fixture.hpp"
#include "tests/support/temp_dir.hpp"

namespace inmail {
namespace {

using test::EngineTest;

struct Seeds {
  std::uint64_t order = 0;
  std::uint64_t keys = 1;
  unsigned acts_at_once = 7;
  bool sleeps = false;  ///< Everybody, whenever it is quiet.
};

/// What a log says, save how old the news were that a sender had of a recipient: who is awake tells
/// them with each change, who was asleep with what is newest.
std::vector<std::string> story_of(const EventLog& log) {
  std::vector<std::string> story;
  const auto end = for_each_record(log, Position{1}, [&](const Record& record) {
    Event event = record.event;
    if (auto* sent = std::get_if<InMailSent>(&event)) sent->recipient_version = {};
    std::string bytes;
    encode_record(record.header, event, bytes);
    story.push_back(std::move(bytes));
    return true;
  });
  if (!end) throw std::runtime_error(end.error().message);
  return story;
}

/// What `look` sees in a log after the same 400 commands to 12 members and a seat.
template <class Look>
auto after_a_while(const Seeds& seeds, Look&& look) {
  const test::TempDir folder;
  EngineOptions options;
  options.path = folder.path() / "store";
  options.policy = "seed4";
  const auto clock = std::make_shared<ManualClock>(*timestamp_from_text("2026-01-05T09:00:00Z"));
  options.clock = clock;
  options.deterministic = EngineOptions::Deterministic{seeds.order, seeds.keys};
  Engine engine = *Engine::open(std::move(options));

  std::mt19937_64 chance(7);
  const auto member = [&] { return MemberId{1 + chance() % 12}; };
  for (std::uint64_t each = 1; each <= 12; ++each) {
    (void)engine.submit({RegisterMember{MemberId{each}, "M"}, {}, {}});
    (void)engine.submit({StartSubscription{MemberId{each}, PlanKind::career}, {}, {}});
  }
  (void)engine.submit({CreateContract{ContractId{1}, 0}, {}, {}});
  (void)engine.submit({AddSeat{ContractId{1}, SeatId{1}, MemberId{1}}, {}, {}});
  (void)engine.submit({StartSubscription{ContractId{1}, PlanKind::recruiter_lite}, {}, {}});
  engine.run_until_quiet();
  std::vector<std::pair<MemberId, InMailId>> letters;
  for (unsigned act = 0; act < 400; ++act) {
    if (chance() % 2 == 0 || letters.empty()) {
      SendInMail letter{member(), {}, member(), "Hello", "A word?"};
      if (chance() % 4 == 0) letter = {MemberId{1}, SeatId{1}, member(), "A role", "Interested?"};
      const MemberId to = letter.to;
      letters.emplace_back(to, inmail_of(engine.submit({std::move(letter), {}, {}}).id));
    } else {
      const auto& [to, inmail] = letters[chance() % letters.size()];
      (void)engine.submit({Respond{to, inmail, ReplyKind::reply, "Yes."}, {}, {}});
    }
    if (act % seeds.acts_at_once == 0) engine.run_until_quiet();
    if (act % seeds.acts_at_once == 0 && seeds.sleeps) {
      engine.sleep_all();
      engine.run_until_quiet();
    }
    if (act % 50 != 0) continue;
    clock->advance(std::chrono::hours{24 * 9});
    engine.wake_due();
  }
  engine.run_until_quiet();
  return look(engine.log());
}

Hash digest_after_a_while(const Seeds& seeds) {
  return after_a_while(seeds, [](const EventLog& log) { return *log_digest(log); });
}

TEST(DeterministicEngine, RepeatsItselfToTheLastByte) {
  EXPECT_EQ(digest_after_a_while({}), digest_after_a_while({}));
  EXPECT_EQ(digest_after_a_while({.order = 5}), digest_after_a_while({.order = 5}));
}

TEST(DeterministicEngine, TakesItsKeysAndItsOrderFromTheSeeds) {
  EXPECT_NE(digest_after_a_while({.keys = 1}), digest_after_a_while({.keys = 2}));
  EXPECT_NE(digest_after_a_while({.order = 5}), digest_after_a_while({.order = 6}));
}

TEST(DeterministicEngine, DecidesTheSameWhoeverSleeps) {
  const auto awake = after_a_while({.acts_at_once = 1}, story_of);
  const auto asleep = after_a_while({.acts_at_once = 1, .sleeps = true}, story_of);
  EXPECT_GT(awake.size(), 500u);
  EXPECT_TRUE(awake == asleep);
}

}  // namespace
}  // namespace inmail
