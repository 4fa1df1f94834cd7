#include "tools/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/random_seed.hpp"

namespace inmail::tools {
namespace {

using Judge = std::function<Answer(const Command&)>;

Answer accepted(const Command&) {
  Answer answer;
  answer.kind = AnswerKind::ok;
  return answer;
}

Answer refused(Rejection code) {
  Answer answer;
  answer.kind = AnswerKind::rejected;
  answer.refusal.code = code;
  return answer;
}

struct Done {
  Timestamp at{};
  CommandId id{};
  Command command;

  bool operator==(const Done&) const = default;
};

/// All that is done in a world whose orders are answered by `judge`.
std::vector<Done> live(const WorldOptions& options, const Judge& judge = accepted) {
  World world(options);
  std::vector<Done> done;
  while (const auto at = world.next()) {
    for (const Deed& deed : world.act()) {
      world.learn(deed, judge(deed.command));
      done.push_back({*at, deed.id, deed.command});
    }
  }
  return done;
}

template <class Wanted>
std::vector<Done> only(const std::vector<Done>& all) {
  std::vector<Done> found;
  for (const Done& each : all)
    if (std::holds_alternative<Wanted>(each.command)) found.push_back(each);
  return found;
}

TEST(Chance, IsTheSameOnEveryMachine) {
  Chance chance(7);
  std::vector<std::uint64_t> drawn;
  for (int i = 0; i < 3; ++i) drawn.push_back(chance.below(1'000'000));
  for (int i = 0; i < 3; ++i) drawn.push_back(chance.wait(1'000'000));
  for (int i = 0; i < 3; ++i) drawn.push_back(chance.popular(1'000'000));
  constexpr std::array<std::uint32_t, 3> weights{1, 0, 9};
  for (int i = 0; i < 3; ++i) drawn.push_back(chance.pick(weights));
  EXPECT_EQ(drawn, (std::vector<std::uint64_t>{311'015, 233'250, 364'878, 573'000, 1'488'000,
                                               545'000, 120'559, 164'204, 61'264, 2, 2, 2}));
}

TEST(Chance, DrawsEveryNumberBelowABoundAboutEquallyOften) {
  Chance chance(test::random_seed());
  std::array<int, 10> drawn{};
  for (int i = 0; i < 100'000; ++i) ++drawn[chance.below(drawn.size())];
  for (const int count : drawn) EXPECT_NEAR(count, 10'000, 600);
}

TEST(Chance, WaitsAsLongAsAskedForOnAverage) {
  Chance chance(test::random_seed());
  std::uint64_t sum = 0;
  for (int i = 0; i < 100'000; ++i) sum += chance.wait(600);
  EXPECT_NEAR(static_cast<double>(sum) / 100'000, 600, 20);
}

TEST(Chance, SharesAsManyAsAskedForOnAverage) {
  Chance chance(test::random_seed());
  std::uint64_t sum = 0;
  for (int i = 0; i < 10'000; ++i) sum += chance.share(200, 35);
  EXPECT_NEAR(static_cast<double>(sum) / 10'000, 0.7, 0.05);
}

TEST(Chance, PrefersTheFirst) {
  Chance chance(test::random_seed());
  int low = 0;
  for (int i = 0; i < 10'000; ++i) low += chance.popular(100) < 10 ? 1 : 0;
  EXPECT_GT(low, 2'500);
  EXPECT_LT(low, 4'500);
}

TEST(World, IsTheSameForTheSameSeed) {
  const WorldOptions options{.members = 300, .days = 20, .seed = 7};
  EXPECT_EQ(live(options), live(options));
}

TEST(World, IsAnotherForAnotherSeed) {
  EXPECT_NE(live({.members = 300, .days = 20, .seed = 7}),
            live({.members = 300, .days = 20, .seed = 8}));
}

TEST(World, GoesForwardInTimeAndEndsWithItsDays) {
  const auto done = live({.members = 300, .days = 20, .seed = test::random_seed()});
  ASSERT_FALSE(done.empty());
  EXPECT_EQ(done.front().at, world_start);
  Timestamp last = world_start;
  for (const Done& each : done) {
    EXPECT_GE(each.at, last);
    EXPECT_EQ(time_of(each.id), each.at);
    last = each.at;
  }
  EXPECT_LT(last, world_start + std::chrono::days{20});
  EXPECT_GE(last, world_start + std::chrono::days{19});
}

TEST(World, GivesEveryOrderAnIdOfItsOwn) {
  const auto done = live({.members = 300, .days = 20, .seed = test::random_seed()});
  std::set<CommandId> ids;
  for (const Done& each : done) EXPECT_TRUE(ids.insert(each.id).second);
}

TEST(World, HasPeopleWhoDoAllThatCanBeDone) {
  std::uint64_t sends = 0;
  const Judge sometimes_dry = [&](const Command& command) {
    const bool is_dry = std::holds_alternative<SendInMail>(command) && ++sends % 20 == 0;
    return is_dry ? refused(Rejection::insufficient_credits) : accepted(command);
  };
  const auto done = live({.members = 2'000, .days = 60, .seed = 7}, sometimes_dry);
  std::set<std::string_view> kinds;
  for (const Done& each : done) kinds.insert(type_of(each.command).name);
  // The policy is nobody's to change, nobody asks to be forgotten, and credits and pools stay
  // whose they are.
  const std::set<std::string_view> left_out{EraseMember::type.name, AdoptPolicy::type.name,
                                            TransferCredits::type.name, LinkAccounts::type.name,
                                            UnlinkAccount::type.name};
  EXPECT_EQ(kinds.size(), std::variant_size_v<Command> - left_out.size());
  for (const std::string_view each : left_out) EXPECT_FALSE(kinds.contains(each)) << each;
}

TEST(World, HasNobodyWhoTriesWhatThePolicyDoesNotHave) {
  Policy bare;
  bare.draft.enabled = false;
  bare.undo.window_s = Seconds{0};
  bare.purchase.enabled = false;
  bare.format.links_max = 0;
  for (PlanTerms& terms : bare.plans) terms.can_schedule = terms.can_followup = false;
  const Judge dry = [](const Command& command) {
    return std::holds_alternative<SendInMail>(command) ? refused(Rejection::insufficient_credits)
                                                       : accepted(command);
  };
  for (const Judge& judge : {Judge(accepted), dry}) {
    const auto done = live({.members = 500, .days = 60, .seed = 7, .policy = bare}, judge);
    EXPECT_TRUE(only<ScheduleInMail>(done).empty());
    EXPECT_TRUE(only<AddFollowUp>(done).empty());
    EXPECT_TRUE(only<SaveDraft>(done).empty());
    EXPECT_TRUE(only<UndoSend>(done).empty());
    EXPECT_TRUE(only<PurchaseCredits>(done).empty());
    EXPECT_TRUE(only<FollowLink>(done).empty());
  }
}

TEST(World, LetsEverybodyJoin) {
  const auto done = live({.members = 500, .days = 1, .seed = test::random_seed()});
  std::set<MemberId> joined;
  for (const Done& each : only<RegisterMember>(done))
    joined.insert(std::get<RegisterMember>(each.command).member);
  EXPECT_EQ(joined.size(), 500u);
  EXPECT_EQ(*joined.begin(), MemberId{1});
  EXPECT_EQ(*joined.rbegin(), MemberId{500});
}

TEST(World, OpensAndAnswersOnlyWhatWasSentToTheReaderBefore) {
  const auto done = live({.members = 500, .days = 40, .seed = test::random_seed()});
  std::set<std::pair<MemberId, InMailId>> arrived;
  std::uint64_t answered = 0;
  for (const Done& each : done) {
    if (const SendInMail* send = letter_in(each.command))
      arrived.insert({send->to, inmail_of(each.id)});
    if (const auto* reply = std::get_if<Respond>(&each.command)) {
      EXPECT_TRUE(arrived.contains({reply->recipient, reply->inmail}));
      ++answered;
    }
  }
  EXPECT_GT(answered, arrived.size() / 10);
  EXPECT_LT(answered, arrived.size() / 2);
}

TEST(World, StopsWritingForAWhileWithoutCredits) {
  const WorldOptions options{.members = 500, .days = 40, .seed = test::random_seed()};
  const Judge stingy = [](const Command& command) {
    return letter_in(command) ? refused(Rejection::insufficient_credits) : accepted(command);
  };
  const auto rich = live(options);
  const auto poor = live(options, stingy);
  EXPECT_LT(only<SendInMail>(poor).size(), only<SendInMail>(rich).size() / 2);
  EXPECT_TRUE(only<Respond>(poor).empty());
}

TEST(World, MayBeAsSmallAsOneMemberForOneDay) {
  for (std::uint64_t members = 1; members <= 12; ++members)
    EXPECT_GE(live({.members = members, .days = 1, .seed = members}).size(), members);
}

TEST(World, HasPeopleWhoSendFarMoreThanMost) {
  Chance chance(7);
  const People people = make_people(10'000, chance);
  ASSERT_EQ(people.persons.size(), 10'000u);
  EXPECT_EQ(people.companies.size(), 20u);
  std::vector<std::chrono::minutes> gaps;
  for (const Sender& each : people.senders)
    if (each.seat) gaps.push_back(each.between_sittings);
  ASSERT_EQ(gaps.size(), 180u);  // One seat in ten only looks on.
  std::sort(gaps.begin(), gaps.end());
  EXPECT_GT(gaps[90], 3 * gaps.front());
}

}  // namespace
}  // namespace inmail::tools
