// The order of the guards (D5.2) for a seat, whose contract answers some of them: for every pair
// that one send can break at once, the earlier one is the answer, and check_send tells both.

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/support/engine_fixture.hpp"

namespace inmail {
namespace {

constexpr MemberId ada{1};
constexpr MemberId bob{2};
constexpr MemberId stranger{3};
constexpr MemberId connection{4};
constexpr ContractId company{1};

SendInMail letter_to(MemberId to, MemberId from = ada) {
  SendInMail letter{from, SeatId{from.value}, to, "Hello", "One and the same for everybody"};
  letter.hints.purpose = Purpose::job;
  return letter;
}

/// One way to break a guard: settings of the policy, and what is wrong with the InMail.
struct Break {
  Rejection code;
  std::vector<std::array<std::string, 3>> settings{};  ///< Group, name, value.
  void (*spoil)(SendInMail&) = [](SendInMail&) {};
  bool changes_text = false;
};

std::vector<Break> breaks() {
  using enum Rejection;
  return {
      {self_send, {}, [](SendInMail& c) { c.to = c.from; }},
      {role_cannot_send, {{"seat", "roles_can_send", "[\"member\"]"}}},
      {premium_required, {{"plan.recruiter_corp", "can_send_inmail", "false"}}},
      {recipient_unavailable, {{"recipient", "optout_scope", "\"all\""}}},
      {banned_list, {{"recipient", "banned_lists", "[\"staff\"]"}}},
      {profile_not_public, {{"recipient", "require_public_profile", "true"}}},
      {out_of_degree,
       {{"plan.recruiter_corp", "max_degree", "\"second\""}},
       [](SendInMail& c) { c.hints.degree = Degree::third; }},
      {first_degree_forbidden,
       {{"recipient", "first_degree", "\"forbid\""}},
       [](SendInMail& c) { c.to = connection; }},
      {recipient_filter, {{"recipient.accept_filters", "purposes", "[\"press\"]"}}},
      {recipient_quota, {{"recipient", "inbound_daily_max", "4"}}},
      {subject_empty, {}, [](SendInMail& c) { c.subject = Text{}; }, true},
      {body_too_long, {}, [](SendInMail& c) { c.body = std::string(1'901, 'x'); }, true},
      {html_not_allowed, {}, [](SendInMail& c) { c.subject = "<b>"; }, true},
      {attachment_not_allowed,
       {},
       [](SendInMail& c) {
         c.attachments = {{1, "pdf", 9, "CV"}};
       }},
      {signature_too_long, {}, [](SendInMail& c) { c.signature = std::string(151, 's'); }},
      {followup_limit, {{"followup", "max_unanswered", "1"}}},
      {duplicate_outreach, {{"recipient", "dedup_action", "\"block\""}}},
      {seat_first_week_limit, {{"seat", "first_week_max", "4"}}},
      {seat_daily_limit, {{"seat", "daily_max", "4"}}},
      {seat_monthly_limit, {{"seat", "monthly_limit", "4"}}},
      {open_profile_limit,
       {{"free", "classes", "[\"open_profile\"]"}, {"free", "open_profile_max_per_month", "4"}}},
      {reason_required,
       {{"compliance", "require_reason", "true"}},
       [](SendInMail& c) { c.hints.purpose = Purpose::other; }},
      {commercial_use,
       {{"compliance", "commercial_use", "\"forbid\""}},
       [](SendInMail& c) { c.hints.purpose = Purpose::sales; }},
      {identical_bulk, {{"spam", "identical_max", "4"}}},
      {spam_rejected, {{"spam", "burst_max", "4"}, {"spam", "burst_action", "\"reject\""}}},
      {insufficient_credits, {{"charge", "cost", "100"}}},
  };
}

/// Whether one send can break both: some need what the other rules out.
bool go_together(const Break& one, const Break& other) {
  using enum Rejection;
  const auto are = [&](Rejection first, Rejection second) {
    return one.code == first && other.code == second;
  };
  if (one.code == self_send) return false;  // Nothing more is asked.
  if (one.changes_text && (other.changes_text || other.code == identical_bulk)) return false;
  return !are(out_of_degree, first_degree_forbidden) &&
         !are(first_degree_forbidden, reason_required) && !are(reason_required, commercial_use) &&
         !are(open_profile_limit, insufficient_credits);
}

class GuardOrder : public test::EngineTest {
 protected:
  EngineOptions options() override {
    EngineOptions options = EngineTest::options();
    options.deterministic = EngineOptions::Deterministic{1, 1};
    return options;
  }

  void give(Command command) {
    Submission given = engine_->submit({std::move(command), {}, {}});
    engine_->run_until_quiet();
    const Answer answer = given.reply.get();
    ASSERT_TRUE(answer.ok()) << name_of(answer.refusal.code) << answer.sentence;
  }

  /// Everything allowed, but for these.
  void adopt(std::vector<std::array<std::string, 3>> settings) {
    std::map<std::string, std::map<std::string, std::string>> groups{
        {"plan.recruiter_corp", {{"monthly_allotment", "20"}}},
        {"free", {{"classes", "[]"}, {"plan_classes", "[]"}}},
        {"recipient", {{"optout_scope", "\"free_senders_only\""}, {"first_degree", "\"charge\""}}},
        {"followup", {{"max_unanswered", "9"}, {"min_gap_s", "0"}}},
        {"undo", {{"window_s", "0"}}},
    };
    for (const auto& [group, name, value] : settings) groups[group][name] = value;
    std::string document = "name = \"pair\"\ninherits = \"default\"\n";
    for (const auto& [group, values] : groups) {
      document += "[" + group + "]\n";
      for (const auto& [name, value] : values) document += name + " = " + value + "\n";
    }
    give(AdoptPolicy{document});
  }

  /// Two seats that have each written twice to both recipients.
  void begin() {
    engine_.emplace(open());
    adopt({{"free", "classes", "[\"open_profile\"]"}});
    for (const MemberId each : {ada, bob}) give(RegisterMember{each, "Sender", ""});
    for (const MemberId each : {stranger, connection}) {
      give(RegisterMember{each, "Recipient", "", "en", false, {"staff"}});
      give(StartSubscription{each, PlanKind::business});
      give(SetPreference{each, InMailPreference::opted_out, true});
    }
    give(SetConnection{ada, connection});
    give(CreateContract{company, 0});
    for (const MemberId each : {ada, bob}) give(AddSeat{company, SeatId{each.value}, each});
    give(StartSubscription{company, PlanKind::recruiter_corp});
    for (const MemberId from : {ada, bob})
      for (const MemberId to : {stranger, connection, stranger, connection})
        give(letter_to(to, from));
  }

  SendForecast ask(const SendInMail& letter) {
    auto told = engine_->check_send(letter);
    engine_->run_until_quiet();
    return *told.get();
  }

  std::vector<std::string> foretold(const SendInMail& letter) {
    std::vector<std::string> names;
    for (const Refusal& each : ask(letter).refusals) names.emplace_back(name_of(each.code));
    return names;
  }

  std::string answer_to(const SendInMail& letter) {
    Submission given = engine_->submit({letter, {}, {}});
    engine_->run_until_quiet();
    const Answer answer = given.reply.get();
    return answer.ok() ? "sent" : std::string(name_of(answer.refusal.code));
  }

  std::optional<Engine> engine_;
};

TEST_F(GuardOrder, IsOneForWhatASeatAndWhatItsPoolAnswer) {
  begin();
  ASSERT_FALSE(HasFatalFailure());
  const auto all = breaks();
  int pairs = 0;
  for (const Break& one : all)
    for (const Break& other : all) {
      if (other.code < one.code || (&one != &other && !go_together(one, other))) continue;
      const std::string first(name_of(one.code));
      SCOPED_TRACE(first + " and " + std::string(name_of(other.code)));
      auto settings = one.settings;
      settings.insert(settings.end(), other.settings.begin(), other.settings.end());
      adopt(settings);
      SendInMail letter = letter_to(stranger);
      one.spoil(letter);
      other.spoil(letter);
      std::vector<std::string> both{first};
      if (&one != &other) both.emplace_back(name_of(other.code));
      EXPECT_EQ(foretold(letter), both);
      EXPECT_EQ(answer_to(letter), first);
      ++pairs;
    }
  EXPECT_GT(pairs, 200);
}

/// Its code is numbered with those of other commands.
TEST_F(GuardOrder, PutsADeclineBeforeWhatColleaguesSent) {
  begin();
  ASSERT_FALSE(HasFatalFailure());
  Submission given = engine_->submit({letter_to(stranger), {}, {}});
  engine_->run_until_quiet();
  given.reply.get();
  give(Respond{stranger, inmail_of(given.id), ReplyKind::decline, ""});
  adopt(
      {{"reinitiate", "after_decline", "\"forbid\""}, {"recipient", "dedup_action", "\"block\""}});
  const SendInMail again = letter_to(stranger);
  EXPECT_EQ(foretold(again),
            (std::vector<std::string>{"thread_closed_by_decline", "duplicate_outreach"}));
  EXPECT_EQ(answer_to(again), "thread_closed_by_decline");
}

TEST_F(GuardOrder, HoldsNoCreditForWhatIsRefused) {
  begin();
  ASSERT_FALSE(HasFatalFailure());
  adopt({{"followup", "max_unanswered", "1"}});
  const std::uint64_t before = ask(letter_to(stranger)).available;
  EXPECT_EQ(answer_to(letter_to(stranger)), "followup_limit");
  EXPECT_EQ(ask(letter_to(stranger)).available, before);
  EXPECT_EQ(before, 40u) << "two seats, and the letters so far were free";
}

}  // namespace
}  // namespace inmail
