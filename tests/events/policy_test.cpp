#include "events/policy.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>

namespace inmail {
namespace {

Policy made(std::string_view name) {
  const auto policy = preset(name);
  if (!policy) throw std::runtime_error(policy.error().message);
  return *policy;
}

/// One cell of the table of presets (D2.3).
struct Cell {
  const char* preset;
  const char* key;
  const char* value;
};

void expect_cells(std::initializer_list<Cell> cells) {
  std::map<std::string, std::map<std::string, std::string>> presets;
  for (const auto name : preset_names())
    for (const auto& each : settings_of(made(name)))
      presets[std::string(name)][each.key] = each.value;
  for (const auto& [preset, key, value] : cells)
    EXPECT_EQ(presets[preset][key], value) << preset << " " << key;
}

TEST(Policy, HasNinePresets) {
  const std::vector<std::string_view> names{"default", "official-now", "legacy-2014",
                                            "seed0",   "seed1",        "seed2",
                                            "seed3",   "seed4",        "trace"};
  EXPECT_EQ(preset_names(), names);
  for (const auto name : names) {
    const auto policy = preset(name);
    ASSERT_TRUE(policy) << policy.error().message;
    EXPECT_EQ(policy->name, name);
  }
}

TEST(Policy, NamesThePresetsThereAreWhenAskedForAnother) {
  const auto policy = preset("seed5");
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().code, ErrorCode::not_found);
  EXPECT_NE(policy.error().message.find("legacy-2014"), std::string::npos);
}

TEST(Policy, ComesBackFromItsCanonicalDocument) {
  for (const auto name : preset_names()) {
    const Policy policy = made(name);
    const std::string text = to_toml(policy);
    const auto again = parse_policy(text, "again.toml");
    ASSERT_TRUE(again) << name << ": " << again.error().message;
    EXPECT_EQ(*again, policy) << name;
    EXPECT_EQ(to_toml(*again), text) << name;
  }
}

TEST(Policy, KeepsUnusualValuesInItsCanonicalDocument) {
  Policy policy;
  policy.name = "odd.one";
  policy.ads.label = "Gesponsert \"ü\" \\ 'x'";
  policy.spam.phrases = {{"p1", "win # [now] {a.b} = \"x\"", 700, "de-AT", PhraseClass::commercial},
                         {"p2", "\\d\\u0041", 0, "", PhraseClass::general}};
  policy.purchase.packs.clear();
  policy.sanction.ladder = {{SanctionKind::restrict, Seconds{1}}};
  policy.recipient.banned_lists = {"platform_staff", "a-b"};
  policy.recipient.accept_filters.purposes = {Purpose::job, Purpose::press};
  policy.crm.writeback.retroactive_from = *timestamp_from_text("2025-02-03T04:05:06.789Z");
  policy.plans[8].currency = "EUR";
  policy.lot.bonus_ttl_s = Seconds{0};
  const auto again = parse_policy(to_toml(policy), "again.toml");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, policy);
}

TEST(Policy, WritesEveryKeyOnceAndSorted) {
  const auto settings = settings_of(Policy{});
  for (std::size_t i = 1; i < settings.size(); ++i) EXPECT_LT(settings[i - 1].key, settings[i].key);
  EXPECT_GT(settings.size(), 300u);
}

TEST(Policy, IsTheDefaultWithoutADocument) {
  const auto empty = parse_policy("", "default.toml");
  ASSERT_TRUE(empty) << empty.error().message;
  EXPECT_EQ(*empty, Policy{});
  EXPECT_EQ(*empty, made("default"));
}

TEST(Policy, GivesEveryPlanItsTerms) {
  const Policy policy;
  const std::int32_t allotments[] = {0, 5, 15, 50, 50, 30, 100, 150, 0};
  for (std::size_t i = 0; i < plan_kinds; ++i)
    EXPECT_EQ(policy.terms(static_cast<PlanKind>(i)).monthly_allotment, allotments[i]);
  EXPECT_THROW(policy.terms(static_cast<PlanKind>(9)), Defect);
  EXPECT_EQ(policy.bonus_ttl(PlanKind::career), Seconds{7'776'000});
  EXPECT_EQ(policy.bonus_ttl(PlanKind::recruiter_corp), Seconds{0});
}

TEST(Policy, HasTheEngineDefaultsOfTheTable) {
  expect_cells({
      {"default", "accum.enabled", "true"},
      {"default", "plan.sales_core.accum.cap_multiple_bp", "30000"},
      {"default", "plan.recruiter_lite.accum.cap_multiple_bp", "40000"},
      {"default", "plan.recruiter_corp.accum.cap_multiple_bp", "40000"},
      {"default", "accum.cap_scope", R"(["monthly", "refund"])"},
      {"default", "plan.career.lot.ttl_s", "7776000"},
      {"default", "plan.recruiter_rps.lot.ttl_s", "0"},
      {"default", "refund.on", R"(["accept", "decline", "reply", "quick_reply"])"},
      {"default", "refund.window_s", "7776000"},
      {"default", "expiry.basis", R"("never")"},
      {"default", "limit.subject_max", "200"},
      {"default", "limit.subject_unit", R"("codepoint")"},
      {"default", "limit.body_max", "1900"},
      {"default", "limit.signature_counts", "true"},
      {"default", "limit.attachments_max", "0"},
      {"default", "format.allowed",
       R"(["bold", "italic", "strike", "bullets", "numbered", "link"])"},
      {"default", "format.html", R"("reject")"},
      {"default", "draft.enabled", "true"},
      {"default", "undo.window_s", "60"},
      {"default", "retract.condition", R"("unopened")"},
      {"default", "retract.window_s", "604800"},
      {"default", "retract.effect_opened", R"("reject")"},
      {"default", "retract.refund", R"("never")"},
      {"default", "sent.visible_after_s", "0"},
      {"default", "inbox.max_conversations", "0"},
      {"default", "recipient.first_degree", R"("free")"},
      {"default", "free.plan_classes", R"(["first_degree", "open_profile"])"},
      {"default", "free.classes", R"(["first_degree", "open_profile", "job_applicant"])"},
      {"default", "recipient.optout_scope", R"("all")"},
      {"default", "recipient.premium_override", "false"},
      {"default", "recipient.banned_lists", "[]"},
      {"default", "followup.max_unanswered", "1"},
      {"default", "followup.min_gap_s", "259200"},
      {"default", "compliance.commercial_use", R"("allow")"},
      {"default", "compliance.require_reason", "false"},
      {"default", "spam.identical_max", "25"},
      {"default", "spam.burst_action", R"("score")"},
      {"default", "sanction.ladder",
       R"([{ step = "warn" }, { step = "restrict", duration_s = 86400 }, )"
       R"({ step = "restrict", duration_s = 259200 }, { step = "restrict", duration_s = 604800 }, )"
       R"({ step = "suspend" }, { step = "terminate" }])"},
      {"default", "purchase.enabled", "true"},
      {"default", "purchase.packs",
       R"([{ pack_id = "p5", credits = 5, price_minor = 1000, currency = "USD" }, )"
       R"({ pack_id = "p50", credits = 50, price_minor = 12000, currency = "USD" }])"},
      {"default", "plan.career.pool_scope", R"("member")"},
      {"default", "plan.recruiter_corp.pool_scope", R"("contract")"},
      {"default", "seat.daily_max", "1000"},
      {"default", "seat.first_week_max", "200"},
      {"default", "plan.recruiter_corp.rr.enabled", "true"},
      {"default", "plan.career.rr.enabled", "false"},
      {"default", "rr.eval_lag_s", "604800"},
      {"default", "metrics.open_visible_to_sender", R"("mutual")"},
      {"default", "notify.channels", R"(["inbox", "email", "push"])"},
      {"default", "ads.enabled", "false"},
      {"default", "plan.free.can_send_inmail", "false"},
      {"default", "plan.recruiter_lite.max_degree", R"("third")"},
      {"default", "plan.sales_team.renewal_anchor", R"("calendar_month_utc")"},
  });
}

TEST(Policy, HasTheErasOfTheTable) {
  expect_cells({
      {"official-now", "plan.career.monthly_allotment", "5"},
      {"official-now", "plan.sales_team.monthly_allotment", "50"},
      {"official-now", "plan.recruiter_corp.monthly_allotment", "150"},
      {"official-now", "plan.recruiter_rps.accum.cap_multiple_bp", "40000"},
      {"official-now", "plan.business.accum.cap_multiple_bp", "30000"},
      {"official-now", "plan.recruiter_lite.lot.ttl_s", "0"},
      {"official-now", "plan.business.lot.ttl_s", "7776000"},
      {"official-now", "limit.body_max", "2000"},
      {"official-now", "format.allowed", "[]"},
      {"official-now", "undo.window_s", "0"},
      {"official-now", "retract.condition", R"("never")"},
      {"official-now", "sanction.ladder",
       R"([{ step = "warn" }, { step = "restrict", duration_s = 86400 }, )"
       R"({ step = "restrict", duration_s = 259200 }, )"
       R"({ step = "restrict", duration_s = 604800 }])"},
      {"official-now", "purchase.enabled", "false"},
      {"official-now", "metrics.open_visible_to_sender", R"("never")"},
      {"official-now", "rr.eval_lag_s", "604800"},

      {"legacy-2014", "plan.career.monthly_allotment", "3"},
      {"legacy-2014", "plan.business.monthly_allotment", "10"},
      {"legacy-2014", "plan.recruiter_lite.monthly_allotment", "25"},
      {"legacy-2014", "plan.recruiter_corp.monthly_allotment", "50"},
      {"legacy-2014", "plan.recruiter_corp.accum.cap_multiple_bp", "0"},
      {"legacy-2014", "plan.free.accum.cap_multiple_bp", "0"},
      {"legacy-2014", "plan.recruiter_corp.lot.ttl_s", "7776000"},
      {"legacy-2014", "refund.on", R"(["no_response"])"},
      {"legacy-2014", "refund.no_response_window_s", "604800"},
      {"legacy-2014", "expiry.basis", R"("unanswered")"},
      {"legacy-2014", "expiry.ttl_s", "604800"},
      {"legacy-2014", "draft.enabled", "false"},
      {"legacy-2014", "followup.max_unanswered", "0"},
      {"legacy-2014", "sanction.ladder",
       R"([{ step = "warn" }, { step = "suspend" }, { step = "terminate" }])"},
      {"legacy-2014", "purchase.max_per_period", "10"},
      {"legacy-2014", "rr.eval_lag_s", "0"},
      {"legacy-2014", "seat.daily_max", "1000"},
      {"legacy-2014", "free.classes", R"(["first_degree", "open_profile", "job_applicant"])"},
  });
}

TEST(Policy, HasTheFirstThreeSeedsOfTheTable) {
  expect_cells({
      {"seed0", "plan.career.monthly_allotment", "3"},
      {"seed0", "plan.sales_core.monthly_allotment", "20"},
      {"seed0", "plan.recruiter_corp.monthly_allotment", "30"},
      {"seed0", "accum.enabled", "false"},
      {"seed0", "accum.cap_scope", R"(["monthly"])"},
      {"seed0", "plan.career.lot.ttl_s", "0"},
      {"seed0", "refund.on", R"(["accept", "decline", "reply", "quick_reply"])"},
      {"seed0", "free.classes", R"(["first_degree"])"},
      {"seed0", "free.plan_classes", R"(["first_degree"])"},
      {"seed0", "purchase.enabled", "false"},
      {"seed0", "plan.recruiter_corp.pool_scope", R"("member")"},
      {"seed0", "seat.first_week_max", "0"},
      {"seed0", "plan.recruiter_corp.rr.enabled", "false"},
      {"seed0", "notify.channels", R"(["inbox"])"},
      {"seed0", "undo.window_s", "60"},

      {"seed1", "plan.business.monthly_allotment", "5"},
      {"seed1", "plan.sales_team.monthly_allotment", "20"},
      {"seed1", "plan.recruiter_rps.monthly_allotment", "100"},
      {"seed1", "plan.recruiter_rps.accum.cap_multiple_bp", "30000"},
      {"seed1", "plan.career.lot.ttl_calendar_months", "3"},
      {"seed1", "refund.on", "[]"},
      {"seed1", "expiry.basis", R"("unanswered")"},
      {"seed1", "limit.subject_unit", R"("word")"},
      {"seed1", "limit.subject_max", "200"},
      {"seed1", "limit.attachments_max", "5"},
      {"seed1", "format.allowed", R"(["link"])"},
      {"seed1", "sent.visible_after_s", "172800"},
      {"seed1", "inbox.max_conversations", "500"},
      {"seed1", "inbox.overflow", R"("archive_oldest")"},
      {"seed1", "recipient.first_degree", R"("charge")"},
      {"seed1", "free.classes", "[]"},
      {"seed1", "spam.burst_action", R"("alert")"},
      {"seed1", "plan.sales_core.pool_scope", R"("linked_accounts")"},
      {"seed1", "plan.recruiter_corp.pool_scope", R"("member")"},
      {"seed1", "notify.channels", R"(["inbox", "email"])"},
      {"seed1", "ads.enabled", "true"},

      {"seed2", "plan.sales_core.monthly_allotment", "50"},
      {"seed2", "accum.enabled", "false"},
      {"seed2", "refund.on", "[]"},
      {"seed2", "recipient.optout_scope", R"("free_senders_only")"},
      {"seed2", "recipient.premium_override", "true"},
      {"seed2", "followup.max_unanswered", "1"},
      {"seed2", "followup.min_gap_s", "604800"},
      {"seed2", "compliance.commercial_use", R"("forbid")"},
      {"seed2", "compliance.require_reason", "true"},
      {"seed2", "spam.identical_max", "1"},
      {"seed2", "purchase.enabled", "true"},
      {"seed2", "metrics.open_visible_to_sender", R"("aggregate")"},
      {"seed2", "notify.channels", R"(["inbox", "push"])"},
      {"seed2", "seat.daily_max", "0"},
  });
}

TEST(Policy, HasTheLastTwoSeedsOfTheTable) {
  expect_cells({
      {"seed3", "plan.sales_core.monthly_allotment", "10"},
      {"seed3", "plan.sales_team.monthly_allotment", "25"},
      {"seed3", "plan.recruiter_lite.monthly_allotment", "25"},
      {"seed3", "plan.recruiter_rps.monthly_allotment", "50"},
      {"seed3", "expiry.basis", R"("unopened")"},
      {"seed3", "limit.subject_max", "0"},
      {"seed3", "limit.subject_counts", "true"},
      {"seed3", "limit.body_max", "3000"},
      {"seed3", "draft.enabled", "false"},
      {"seed3", "undo.window_s", "0"},
      {"seed3", "retract.effect_opened", R"("hide_keep_copy")"},
      {"seed3", "recipient.first_degree", R"("forbid")"},
      {"seed3", "recipient.require_public_profile", "true"},
      {"seed3", "recipient.banned_lists", R"(["platform_staff"])"},
      {"seed3", "spam.burst_action", R"("strike")"},
      {"seed3", "sanction.ladder",
       R"([{ step = "restrict", duration_s = 86400 }, )"
       R"({ step = "restrict", duration_s = 259200 }, )"
       R"({ step = "restrict", duration_s = 604800 }])"},
      {"seed3", "metrics.open_visible_to_sender", R"("aggregate")"},

      {"seed4", "plan.business.monthly_allotment", "5"},
      {"seed4", "plan.sales_team.monthly_allotment", "30"},
      {"seed4", "plan.recruiter_corp.monthly_allotment", "150"},
      {"seed4", "plan.recruiter_corp.accum.cap_multiple_bp", "30000"},
      {"seed4", "plan.sales_core.lot.ttl_calendar_months", "3"},
      {"seed4", "refund.on", R"(["no_response"])"},
      {"seed4", "refund.no_response_window_s", "604800"},
      {"seed4", "expiry.basis", R"("never")"},
      {"seed4", "free.classes", R"(["first_degree"])"},
      {"seed4", "plan.recruiter_corp.pool_scope", R"("contract")"},
      {"seed4", "seat.daily_max", "1000"},
      {"seed4", "plan.recruiter_corp.rr.enabled", "true"},
      {"seed4", "rr.threshold_bp", "1300"},
      {"seed4", "rr.min_sent", "100"},
      {"seed4", "rr.window_s", "1209600"},
      {"seed4", "rr.eval_lag_s", "0"},
      {"seed4", "rr.restriction", "[]"},
      {"seed4", "notify.channels", R"(["inbox", "email"])"},
  });
}

TEST(Policy, LetsATraceRunWithoutLimits) {
  const Policy policy = made("trace");
  const PlanTerms& plan = policy.terms(PlanKind::custom);
  EXPECT_EQ(plan.monthly_allotment, 1'000'000);
  EXPECT_TRUE(plan.can_send_inmail && plan.is_premium);
  EXPECT_EQ(plan.lot_ttl_s, Seconds{0});
  EXPECT_EQ(plan.accum_cap_multiple_bp, 0);
  EXPECT_EQ(policy.followup.max_unanswered, 0);
  EXPECT_EQ(policy.followup.forget_s, Seconds{0});
  EXPECT_EQ(policy.undo.window_s, Seconds{0});
  EXPECT_EQ(policy.seat.daily_max, 0);
  EXPECT_FALSE(policy.limit.subject_required);
  EXPECT_EQ(policy.limit.body_min, 1);
  EXPECT_EQ(policy.expiry.basis, ExpiryBasis::never);
  EXPECT_EQ(policy.spam.action_on_score.action_at(1'000), ScoreAction::allow);
}

TEST(Policy, TellsWhatDiffersFromSeed0) {
  const auto differences = diff(made("default"), made("seed0"));
  const auto has = [&](const PolicyDifference& wanted) {
    return std::find(differences.begin(), differences.end(), wanted) != differences.end();
  };
  EXPECT_TRUE(has({"accum.enabled", "true", "false"}));
  EXPECT_TRUE(has({"plan.career.monthly_allotment", "5", "3"}));
  EXPECT_TRUE(has({"plan.recruiter_corp.pool_scope", R"("contract")", R"("member")"}));
  EXPECT_TRUE(has({"seat.daily_max", "1000", "0"}));
  for (const auto& each : differences) {
    EXPECT_NE(each.key, "plan.business.monthly_allotment");
    EXPECT_NE(each.key, "refund.window_s");
    EXPECT_NE(each.left, each.right);
  }
  EXPECT_TRUE(diff(made("seed0"), made("seed0")).empty());
}

TEST(Policy, PaysRefundsByReasonAndActsOnTheStrictestScore) {
  Policy policy;
  policy.refund.amount_accept = 20'000;
  policy.refund.amount_reply = 5'000;
  policy.refund.amount_other = 1;
  EXPECT_EQ(policy.refund.amount_bp(RefundOn::accept), 20'000);
  EXPECT_EQ(policy.refund.amount_bp(RefundOn::quick_reply), 5'000);
  EXPECT_EQ(policy.refund.amount_bp(RefundOn::no_response), 10'000);
  EXPECT_EQ(policy.refund.amount_bp(RefundOn::blocked), 1);
  EXPECT_EQ(policy.spam.action_on_score.action_at(499), ScoreAction::allow);
  EXPECT_EQ(policy.spam.action_on_score.action_at(500), ScoreAction::warn);
  EXPECT_EQ(policy.spam.action_on_score.action_at(800), ScoreAction::hold_for_review);
  EXPECT_EQ(policy.spam.action_on_score.action_at(950), ScoreAction::reject);
}

TEST(PolicySchema, DescribesEveryParameterWithASourceThatHasATitle) {
  std::set<std::string_view> known;
  for (const auto& each : policy_sources()) known.insert(each.key);
  for (const auto& each : describe()) {
    EXPECT_FALSE(each.unit.empty() || each.allowed.empty() || each.standard.empty()) << each.key;
    std::istringstream words(each.source);
    std::size_t sources = 0;
    for (std::string word; words >> word;) {
      // "L7, T11 (unofficial)": remarks in brackets are no keys.
      if (word.back() == ',') word.pop_back();
      if (word.front() == '(') break;
      ++sources;
      EXPECT_TRUE(known.count(word)) << each.key << " leans on " << word;
    }
    EXPECT_GT(sources, 0u) << each.key;
  }
}

TEST(PolicySchema, SaysWhatIsAllowedAndWherePlansDiffer) {
  const auto schema = describe();
  const auto of = [&](std::string_view key) {
    return *std::find_if(schema.begin(), schema.end(), [&](auto& each) { return each.key == key; });
  };
  EXPECT_EQ(of("lot.ttl_s").standard,
            "7776000, but recruiter_lite 0, recruiter_rps 0, recruiter_corp 0");
  EXPECT_TRUE(of("lot.ttl_s").per_plan);
  EXPECT_EQ(of("lot.ttl_s").allowed, "a whole number between 0 and 3155760000 (0: never)");
  EXPECT_EQ(of("accum.cap_multiple_bp").allowed,
            "0 or a whole number between 10000 and 200000 (0: no cap)");
  EXPECT_EQ(of("expiry.basis").allowed, "one of never, unopened, unanswered");
  EXPECT_EQ(of("refund.window_s").unit, "s");
  EXPECT_EQ(of("followup.cancel_on_response").allowed, "true, always");
}

TEST(PolicySchema, HasADefaultWithinItsOwnRange) {
  for (const auto& each : settings_of(Policy{})) {
    const auto policy = parse_policy(each.key + " = " + each.value, "one.toml");
    EXPECT_TRUE(policy) << policy.error().message;
  }
}

TEST(Terms, HaveATextForEveryValueAndFindItAgain) {
  const auto check = [](auto value) {
    using E = decltype(value);
    std::set<std::string_view> texts;
    for (const auto& each : names_of(E{})) {
      EXPECT_EQ(from_text<E>(name_of(each.value)), each.value);
      EXPECT_TRUE(texts.insert(each.text).second) << each.text;
    }
  };
  check(PlanKind{});
  check(LotKind{});
  check(RefundOn{});
  check(PoolScope{});
  check(OnPlanChange{});
  EXPECT_EQ(from_text<PlanKind>("gold"), std::nullopt);
  EXPECT_EQ(name_of(static_cast<LotKind>(99)), "unknown");
  EXPECT_EQ(refund_on(ReplyKind::quick_reply), RefundOn::quick_reply);
}

TEST(EnumSet, IsASet) {
  EnumSet<LotKind> set{LotKind::monthly, LotKind::refund};
  EXPECT_TRUE(set.has(LotKind::refund));
  EXPECT_FALSE(set.has(LotKind::bonus));
  EXPECT_EQ(set.size(), 2);
  EXPECT_TRUE(EnumSet<LotKind>{LotKind::refund}.is_subset_of(set));
  EXPECT_FALSE(set.is_subset_of({LotKind::refund}));
  set.erase(LotKind::monthly);
  EXPECT_EQ(set, EnumSet<LotKind>{LotKind::refund});
  EXPECT_EQ(EnumSet<LotKind>::from_bits(set.bits()), set);
}

}  // namespace
}  // namespace inmail
