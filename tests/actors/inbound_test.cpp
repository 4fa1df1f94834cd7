// What a recipient takes (D3.7): filters and quotas, its own or the policy's.

#include "actors/inbound.hpp"

#include <gtest/gtest.h>

#include "tests/support/letters.hpp"
#include "tests/support/small_world.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const Timestamp noon = utc("2025-01-08T12:00:00Z");  // A Wednesday.

Admission who_takes(const InboundRules& rules) {
  Admission admission{.exists = true};
  admission.rules = std::make_shared<const InboundRules>(rules);
  return admission;
}

/// What becomes of a letter of ada's to bob, who takes that.
std::optional<Rejection> refusal_of(const SendInMail& letter, const AcceptFilters& filters,
                                    Timestamp at = noon) {
  Given<Member> given(ada);
  given.at(at).when(RegisterMember{ada, "Ada", "", "en"});
  given.when(StartSubscription{ada, PlanKind::business});
  given.admits(bob, who_takes({.filters = filters})).when(letter);
  return given.step().refusal ? std::optional(given.step().refusal->code) : std::nullopt;
}

constexpr std::optional<Rejection> taken{};
constexpr std::optional<Rejection> filtered{Rejection::recipient_filter};

TEST(Filters, LetInWhatTheirOwnerTakes) {
  SendInMail letter = mail(ada, bob);
  EXPECT_EQ(refusal_of(letter, {}), taken);
  EXPECT_EQ(refusal_of(letter, {.purposes = {Purpose::job}}), taken);
  EXPECT_EQ(refusal_of(letter, {.purposes = {Purpose::press, Purpose::sales}}), filtered);

  EXPECT_EQ(refusal_of(letter, {.min_degree = Degree::third}), taken) << "nobody says how far";
  letter.hints.degree = Degree::second;
  EXPECT_EQ(refusal_of(letter, {.min_degree = Degree::third}), filtered);
  EXPECT_EQ(refusal_of(letter, {.max_degree = Degree::first}), filtered);
  EXPECT_EQ(refusal_of(letter, {.min_degree = Degree::second, .max_degree = Degree::second}),
            taken);

  EXPECT_EQ(refusal_of(letter, {.require_compensation = true}), filtered);
  letter.offers_compensation = true;
  EXPECT_EQ(refusal_of(letter, {.require_compensation = true}), taken);
}

TEST(Filters, KnowALanguageByItsRange) {
  const auto refusal_in = [](std::string locale, std::vector<std::string> languages) {
    SendInMail letter = mail(ada, bob);
    letter.locale = std::move(locale);
    return refusal_of(letter, {.languages = std::move(languages)});
  };
  EXPECT_EQ(refusal_in("pt-BR", {"en", "pt"}), taken);
  EXPECT_EQ(refusal_in("PT-br", {"pt-BR"}), taken);
  EXPECT_EQ(refusal_in("pt", {"pt-BR"}), filtered);
  EXPECT_EQ(refusal_in("ptx", {"pt"}), filtered);
  EXPECT_EQ(refusal_in("", {"pt"}), taken) << "nobody says which";
}

TEST(Filters, KeepQuietHoursAlsoPastMidnight) {
  const auto refusal_at = [](std::string_view time, std::int32_t from, std::int32_t until) {
    return refusal_of(mail(ada, bob), {.quiet_from_minute = from, .quiet_until_minute = until},
                      utc("2025-01-08T" + std::string(time) + "Z"));
  };
  EXPECT_EQ(refusal_at("11:59:59", 720, 780), taken);
  EXPECT_EQ(refusal_at("12:00:00", 720, 780), filtered);
  EXPECT_EQ(refusal_at("12:59:59", 720, 780), filtered);
  EXPECT_EQ(refusal_at("13:00:00", 720, 780), taken);
  EXPECT_EQ(refusal_at("23:30:00", 1'320, 420), filtered);
  EXPECT_EQ(refusal_at("06:59:00", 1'320, 420), filtered);
  EXPECT_EQ(refusal_at("07:00:00", 1'320, 420), taken);
  EXPECT_EQ(refusal_at("12:00:00", 720, 720), taken) << "none";
}

TEST(Filters, AreThePolicysForWhoHasNone) {
  Policy policy = at_once();
  policy.recipient.accept_filters.purposes = {Purpose::press};
  SmallWorld world(policy);
  world.at(noon);
  for (const MemberId each : {ada, bob}) world.command(RegisterMember{each, "Name", "", "en"});
  world.command(StartSubscription{ada, PlanKind::business});
  EXPECT_EQ(world.command(mail(ada, bob)).refusal->code, Rejection::recipient_filter);
  world.command(SetInboundRules{bob, true, {}});
  EXPECT_FALSE(world.command_through(mail(ada, bob)).refusal.has_value());
  world.command(SetInboundRules{bob, false, {}});
  EXPECT_EQ(world.command(mail(ada, bob)).refusal->code, Rejection::recipient_filter);
  world.command(EraseMember{bob});
  EXPECT_FALSE(world.member(bob).state().recipient.rules.has_value());
}

TEST(Filters, ChangeOnlyByAnotherWish) {
  Given<Member> given(ada);
  given.at(noon).when(RegisterMember{ada, "Ada", "", "en"});
  const InboundRules rules{.filters = {}, .daily_max = 3, .weekly_max = 0};
  given.when(SetInboundRules{ada, true, rules}).then_only<InboundRulesSet>();
  given.when(SetInboundRules{ada, true, rules}).then_nothing();
  given.when(SetInboundRules{ada, false, {}}).then_only<InboundRulesSet>();
  given.when(SetInboundRules{ada, false, {}}).then_nothing();
}

// Quotas.

TEST(Quotas, CountWhatCameInADayAndInAWeek) {
  RecipientPolicy policy;
  Admission recipient;
  const auto full = [&](std::int32_t daily, std::int32_t weekly, std::string_view at) {
    policy.inbound_daily_max = daily;
    policy.inbound_weekly_max = weekly;
    return is_over_quota(recipient, policy, utc(at));
  };
  count_arrival(recipient.arrivals, utc("2025-01-06T00:00:00Z"));  // Monday.
  count_arrival(recipient.arrivals, utc("2025-01-08T23:59:59Z"));
  EXPECT_TRUE(full(1, 0, "2025-01-08T23:59:59Z"));
  EXPECT_FALSE(full(2, 0, "2025-01-08T23:59:59Z"));
  EXPECT_FALSE(full(1, 0, "2025-01-09"));
  EXPECT_TRUE(full(0, 2, "2025-01-12T23:59:59Z"));
  EXPECT_FALSE(full(0, 2, "2025-01-13"));
  EXPECT_FALSE(full(0, 3, "2025-01-12"));
  EXPECT_FALSE(full(0, 0, "2025-01-08"));
  count_arrival(recipient.arrivals, utc("2025-01-13"));
  EXPECT_FALSE(full(0, 2, "2025-01-14"));
}

TEST(Quotas, HoldWhoeverSendsAtOnce) {
  SmallWorld world(Policy{});  // With a minute in which nothing is delivered yet.
  world.at(noon);
  for (const MemberId each : {ada, bob, carol, dave})
    world.command(RegisterMember{each, "Name", "", "en"});
  for (const MemberId each : {ada, carol, dave})
    world.command(StartSubscription{each, PlanKind::business});
  world.command(SetInboundRules{bob, true, {.filters = {}, .daily_max = 2, .weekly_max = 0}});
  for (const MemberId each : {ada, carol, dave})
    EXPECT_FALSE(world.command(mail(each, bob)).refusal.has_value()) << each.value;
  world.settle_until(noon + 61s);

  int delivered = 0;
  for (const auto& [id, letter] : world.member(bob).state().received)
    delivered += letter.lifecycle == Lifecycle::delivered ? 1 : 0;
  EXPECT_EQ(delivered, 2);
  std::uint64_t left = 0;
  for (const MemberId each : {ada, carol, dave})
    left += world.member(each).state().account.available();
  EXPECT_EQ(left, 3 * 15u - 2) << "who came too late has the credit back";
  EXPECT_EQ(world.command(mail(ada, bob)).refusal->code, Rejection::recipient_quota);
  world.at(noon + days{1});
  EXPECT_NE(world.command(mail(carol, bob)).refusal.value_or(Refusal{}).code,
            Rejection::recipient_quota);
}

// What a profile says of who may write (D3.7 require_public_profile, banned_lists).

TEST(Profiles, CanBecomeOthers) {
  SmallWorld world("seed3");
  world.at(noon);
  for (const MemberId each : {ada, bob}) world.command(RegisterMember{each, "Name", "", "en"});
  world.command(StartSubscription{ada, PlanKind::business});
  world.command(UpdateProfile{bob, "Bob", "Host", "en", false, {}});
  EXPECT_EQ(world.command(mail(ada, bob)).refusal->code, Rejection::profile_not_public);
  world.command(UpdateProfile{bob, "Bob", "Host", "en", true, {"platform_staff"}});
  EXPECT_EQ(world.command(mail(ada, bob)).refusal->code, Rejection::banned_list);
  world.command(UpdateProfile{bob, "Bob", "Host", "en", true, {}});
  EXPECT_FALSE(world.command(mail(ada, bob)).refusal.has_value());
  EXPECT_EQ(world.command(UpdateProfile{carol, "Nobody", "", "", true, {}}).refusal->code,
            Rejection::unknown_target);
}

// What goes with a text (D3.6).

class Parts : public testing::Test {
 protected:
  Parts() {
    given_.at(noon).when(RegisterMember{ada, "Ada", "", "en"});
    given_.when(StartSubscription{ada, PlanKind::business});
  }

  static Policy policy() {
    Policy policy = at_once();
    policy.limit.attachments_max = 2;
    policy.limit.attachment_bytes_max = 1'000;
    policy.limit.attachment_types = {"pdf", "png"};
    policy.limit.signature_max = 10;
    policy.limit.body_max = 100;
    policy.followup = {.max_unanswered = 99, .min_gap_s = 0s};
    return policy;
  }

  Given<Member>& send_with(std::vector<Attachment> attachments) {
    SendInMail letter = mail(ada, bob);
    letter.attachments = std::move(attachments);
    return given_.when(letter);
  }
  Given<Member>& send_signed(std::size_t body, std::size_t signature) {
    SendInMail letter = mail(ada, bob);
    letter.body = std::string(body, 'b');
    letter.signature = std::string(signature, 's');
    return given_.when(letter);
  }

  Given<Member> given_{ada, policy()};
};

TEST_F(Parts, AreOfTypesThatThePolicyNames) {
  send_with({{1, "pdf", 1'000, "CV.pdf"}, {2, "png", 5, "Me"}}).then_only<InMailSent>();
  EXPECT_EQ(given_.the<InMailSent>().attachments.size(), 2u);
  EXPECT_TRUE(given_.the<InMailSent>().attachments[0].name.is_sealed());
  send_with({{1, "exe", 5, "Game"}}).then_rejected(Rejection::attachment_not_allowed);
  send_with({{1, "pdf", 1'001, "CV"}})
      .then_rejected(Rejection::attachment_not_allowed, 1'000, 1'001);
  send_with({{1, "pdf", 1, "A"}, {2, "pdf", 1, "B"}, {3, "pdf", 1, "C"}})
      .then_rejected(Rejection::attachment_not_allowed, 2, 3);
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  send_with({{1, "pdf", std::numeric_limits<std::uint64_t>::max(), "Too much to count"}})
      .then_rejected(Rejection::attachment_not_allowed, 1'000, most);
}

TEST_F(Parts, CountTheSignatureWhereThePolicyDoes) {
  send_signed(90, 10).then_only<InMailSent>();
  send_signed(91, 10).then_rejected(Rejection::body_too_long, 100, 101);
  send_signed(1, 11).then_rejected(Rejection::signature_too_long, 10, 11);
  Policy apart = policy();
  apart.limit.signature_counts = false;
  given_.adopted(apart);
  send_signed(100, 10).then_only<InMailSent>();
}

}  // namespace
}  // namespace inmail::test
