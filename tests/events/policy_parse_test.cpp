#include <gtest/gtest.h>

#include <random>
#include <string>

#include "events/policy.hpp"
#include "tests/support/random_seed.hpp"

namespace inmail {
namespace {

Policy read(std::string_view document) {
  const auto policy = parse_policy(document, "p.toml");
  if (!policy) throw std::runtime_error(policy.error().message);
  return *policy;
}

/// Why a document is refused; "accepted" if it is not.
std::string refusal(std::string_view document) {
  const auto policy = parse_policy(document, "p.toml");
  if (policy) return "accepted";
  EXPECT_EQ(policy.error().code, ErrorCode::invalid_argument);
  return policy.error().message;
}

bool begins_with(const std::string& text, std::string_view start) {
  return text.compare(0, start.size(), start) == 0;
}

TEST(PolicyDocument, OverridesWhatItInherits) {
  const Policy policy = read(R"(
    name = "weekend"
    inherits = "seed0"
    [refund]
    window_s = 1_209_600
    clock = "delivered_at"
  )");
  Policy expected = *preset("seed0");
  expected.name = "weekend";
  expected.refund.window_s = Seconds{1'209'600};
  expected.refund.clock = RefundClock::delivered_at;
  EXPECT_EQ(policy, expected);
}

TEST(PolicyDocument, IsNamedAfterItsFileUnlessItSaysOtherwise) {
  EXPECT_EQ(parse_policy("", "/tmp/policies/winter-2.toml")->name, "winter-2");
  EXPECT_EQ(parse_policy("", "seed9")->name, "seed9");
  EXPECT_EQ(parse_policy("", "My Policy.toml")->name, "unnamed");
  EXPECT_EQ(parse_policy("name = 'x'", "y.toml")->name, "x");
}

TEST(PolicyDocument, SetsAPlansOwnTermsAfterThoseOfAllPlansWhateverTheOrder) {
  const Policy policy = read(R"(
    [plan.career]
    monthly_allotment = 4
    lot.ttl_s = 60
    [plan]
    monthly_allotment = 9
    [lot]
    ttl_s = 30
  )");
  EXPECT_EQ(policy.terms(PlanKind::career).monthly_allotment, 4);
  EXPECT_EQ(policy.terms(PlanKind::career).lot_ttl_s, Seconds{60});
  EXPECT_EQ(policy.terms(PlanKind::recruiter_corp).monthly_allotment, 9);
  EXPECT_EQ(policy.terms(PlanKind::recruiter_corp).lot_ttl_s, Seconds{30});
}

TEST(PolicyDocument, TakesEveryWayOfTomlToNestAKey) {
  EXPECT_EQ(read("spam.weights.burst = 1").spam.weights.burst, 1);
  EXPECT_EQ(read("spam = { weights = { burst = 2 } }").spam.weights.burst, 2);
  EXPECT_EQ(read("[spam.weights]\nburst = 3").spam.weights.burst, 3);
  EXPECT_EQ(read("[[sanction.ladder]]\nstep = 'warn'\n[[sanction.ladder]]\nstep = 'suspend'")
                .sanction.ladder.size(),
            2u);
}

TEST(PolicyDocument, NamesLineKeyValueAndRangeOfAValueOutOfRange) {
  EXPECT_EQ(refusal("name = 'x'\n\n[refund]\nwindow_s = 0\n"),
            "p.toml:4: key 'refund.window_s' is 0 but must be a whole number between 1 and "
            "3155760000");
  EXPECT_EQ(refusal("[plan.career]\nmonthly_allotment = -1"),
            "p.toml:2: key 'plan.career.monthly_allotment' is -1 but must be a whole number "
            "between 0 and 1000000");
  EXPECT_EQ(refusal("accum.cap_multiple_bp = 9999"),
            "p.toml:1: key 'accum.cap_multiple_bp' is 9999 but must be 0 or a whole number "
            "between 10000 and 200000 (0: no cap)");
  EXPECT_EQ(refusal("expiry.basis = 'sometimes'"),
            "p.toml:1: key 'expiry.basis' is \"sometimes\" but must be one of never, unopened, "
            "unanswered");
  EXPECT_EQ(refusal("followup.cancel_on_response = false"),
            "p.toml:1: key 'followup.cancel_on_response' is false but must be true, always");
}

TEST(PolicyDocument, RefusesWrongTypes) {
  EXPECT_EQ(refusal("undo.window_s = 1.5"),
            "p.toml:1: key 'undo.window_s' is a decimal number but must be a whole number between "
            "0 and 3155760000 (0: off)");
  for (const char* document :
       {"undo.window_s = '60'", "undo.window_s = true", "undo.window_s = []",
        "undo.window_s = 2025-01-01", "[undo.window_s]", "draft.enabled = 1", "expiry.basis = 3",
        "free.classes = 'first_degree'", "free.classes = [1]", "purchase.packs = ['p5']",
        "ads.label = 7", "crm.writeback.retroactive_from = 2025-01-01",
        "crm.writeback.retroactive_from = 'soon'", "name = 5", "inherits = 5", "name = {}"})
    EXPECT_TRUE(begins_with(refusal(document), "p.toml:1: key '")) << refusal(document);
}

TEST(PolicyDocument, RefusesKeysItDoesNotKnow) {
  const std::string ending = "' is not a parameter of a policy";
  EXPECT_EQ(refusal("[undo]\nwindow = 60"), "p.toml:2: key 'undo.window" + ending);
  EXPECT_EQ(refusal("\n\n[nonsense]"), "p.toml:3: key 'nonsense" + ending);
  EXPECT_EQ(refusal("window_s = 1"), "p.toml:1: key 'window_s" + ending);
  EXPECT_EQ(refusal("[plan.gold]\nmonthly_allotment = 1"), "p.toml:1: key 'plan.gold" + ending);
  EXPECT_EQ(refusal("[plan.career]\nundo.window_s = 1"),
            "p.toml:2: key 'plan.career.undo" + ending);
  EXPECT_EQ(refusal("plan.career.plan.price_minor = 1"),
            "p.toml:1: key 'plan.career.plan" + ending);
  EXPECT_EQ(refusal("\"undo.window_s\" = 1"), "p.toml:1: key 'undo.window_s" + ending);
  EXPECT_EQ(refusal("\"\" = 1"), "p.toml:1: key '" + ending);
  EXPECT_EQ(refusal("\"\\n\\u00e4\" = 1"), "p.toml:1: key '\\x0a\\xc3\\xa4" + ending);
}

TEST(PolicyDocument, RefusesWhatIsNotToml) {
  EXPECT_TRUE(begins_with(refusal("[undo]\nwindow_s = \n"), "p.toml:2: this is not TOML: "));
  EXPECT_TRUE(
      begins_with(refusal("[undo]\nwindow_s = 1\nwindow_s = 2"), "p.toml:3: this is not TOML: "));
  EXPECT_TRUE(begins_with(refusal(std::string_view("a\0b", 3)), "p.toml:1: this is not TOML: "));
  EXPECT_TRUE(begins_with(refusal("ads.label = '\xff\xfe'"), "p.toml:1: this is not TOML: "));
}

/// On each of these toml++ 3.3 aborts or behaves in an undefined way when it is asked alone.
TEST(PolicyDocument, RefusesWhatItsParserWouldStumbleOver) {
  for (const char* document :
       {"[=", "[ #]", "[,]", "\xc3\xa4 = 1", "[ \xc3\xa4]", "a = {\xc3\xa4 = 1}", "x = [{]}]",
        "x = [{ y = [{ a = 1 }, }]", "x = 1979-05-27TE7:32:00Z1", "x = 0'a\xef\xbb\xb7'",
        "x = 2eC='or\xef\xbb\xbdn'", "x = [2e['\xc3\xa4']]", "x = \"\"\"\\\n\xc3\xa4\"\"\""})
    EXPECT_TRUE(begins_with(refusal(document), "p.toml:1: ")) << refusal(document);
}

TEST(PolicyDocument, TakesNonAsciiInTextsAndCommentsAndAByteOrderMark) {
  EXPECT_EQ(read("\xef\xbb\xbf# \xc3\xa4\nads.label = \"\xc3\xbc\"").ads.label, "\xc3\xbc");
  EXPECT_EQ(read("ads={label='\xc3\xbc'}").ads.label, "\xc3\xbc");
  EXPECT_EQ(read("spam.phrases = [\n{id='a',weight=1,pattern='\xc3\xbc'}]").spam.phrases[0].pattern,
            "\xc3\xbc");
}

TEST(PolicyDocument, RefusesAnUnknownBase) {
  EXPECT_EQ(refusal("# mine\ninherits = 'seed7'"),
            "p.toml:2: key 'inherits' is \"seed7\" but must be one of \"default\", "
            "\"official-now\", \"legacy-2014\", \"seed0\", \"seed1\", \"seed2\", \"seed3\", "
            "\"seed4\", \"trace\"");
}

TEST(PolicyDocument, RefusesParametersThatContradictEachOther) {
  EXPECT_EQ(refusal("[free]\nclasses = ['open_profile']"),
            "p.toml:2: key 'free.plan_classes' must be a subset of 'free.classes'");
  EXPECT_EQ(refusal("[limit]\nbody_max = 10\n\nbody_min = 11"),
            "p.toml:4: key 'limit.body_min' must not be above 'limit.body_max'");
  EXPECT_EQ(refusal("followup.min_gap_s = 604801"),
            "p.toml:1: key 'followup.min_gap_s' must not be above 'followup.default_gap_s'");
  EXPECT_NE(refusal("expiry.late_response = 'allow_no_refund'"), "accepted");
  EXPECT_EQ(refusal("expiry = { late_response = 'allow_no_refund', effect = 'status_only' }"),
            "accepted");
  EXPECT_NE(refusal("rr.restriction = ['cap']"), "accepted");
  EXPECT_EQ(refusal("rr = { restriction = ['cap'], restriction_cap_per_day = 5 }"), "accepted");
}

TEST(PolicyDocument, RefusesListsWithRepetitionsGapsOrExcess) {
  for (const char* document :
       {"free.classes = ['first_degree', 'first_degree']", "template.vars = ['a', 'a']",
        "sanction.ladder = [{ step = 'restrict' }]",
        "sanction.ladder = [{ step = 'warn', duration_s = 1 }]",
        "sanction.ladder = [{ step = 'warn', until = 1 }]",
        "purchase.packs = [{ pack_id = 'a', credits = 1, price_minor = 1 }]",
        "purchase.packs = [{ pack_id = 'a', credits = 0, price_minor = 1, currency = 'USD' }]",
        "purchase.packs = [{ pack_id = 'a', credits = 1, price_minor = 1, currency = 'usd' }]",
        "spam.phrases = [{ id = 'a', pattern = '', weight = 1 }]",
        "spam.phrases = [{ id = 'a', pattern = 'x', weight = 1 }, { id = 'a', pattern = 'y', "
        "weight = 1 }]"})
    EXPECT_NE(refusal(document), "accepted") << document;
  EXPECT_EQ(read("spam.phrases = [{ id = 'a', pattern = 'x', weight = 1 }]").spam.phrases[0],
            (SpamPhrase{"a", "x", 1, "", PhraseClass::general}));
}

TEST(PolicyDocument, HasABoundedSize) {
  std::string document(policy_document_bytes_max, '#');
  EXPECT_EQ(refusal(document), "accepted");
  document += '#';
  EXPECT_EQ(refusal(document),
            "p.toml:1: the document has 262145 bytes but may have at most 262144");
}

TEST(PolicyDocument, HasBoundedNesting) {
  const auto repeated = [](std::string_view text, std::size_t times) {
    std::string out;
    while (times-- > 0) out += text;
    return out;
  };
  EXPECT_EQ(refusal("x = " + repeated("[", 9)),
            "p.toml:1: more brackets are open than a policy may nest");
  EXPECT_EQ(refusal("\n\nx = " + repeated("{a=", 50'000)),
            "p.toml:3: more brackets are open than a policy may nest");
  EXPECT_EQ(refusal("[" + repeated("a.", 100'000) + "a]"),
            "p.toml:1: the line has more dots than the keys of a policy may have");
  EXPECT_EQ(refusal(repeated("'.'.", 50'000) + "a = 1"),
            "p.toml:1: the line has more dots than the keys of a policy may have");
  const std::string dots = repeated(".[{", 50);
  EXPECT_EQ(refusal("ads.label = \"\\\"" + dots.substr(0, 60) + "\" # " + dots), "accepted");
  EXPECT_EQ(refusal("ads.label = '''" + dots + "'''"),
            "p.toml:1: a policy has no texts of several lines");
  EXPECT_EQ(refusal("ads.label = ''  # " + dots), refusal("ads.label = ''"));
}

/// Documents that are almost right, for they reach deepest.
TEST(PolicyDocument, SurvivesAnyBytes) {
  std::mt19937_64 random(test::random_seed());
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
  std::vector<std::string> documents;
  for (const auto name : preset_names()) documents.push_back(std::string(preset_document(name)));
  documents.push_back(to_toml(Policy{}).substr(0, 4'000));
  const std::string_view pieces[] = {"\"",  "'", "\"\"\"", "[",  "]",   "{",         "}",
                                     ".",   "=", "\n",     "#",  ",",   "\\",        "0x",
                                     "1e9", "-", "\xff",   "\r", "inf", "1979-05-27"};
  int accepted = 0;
  for (int round = 0; round < 3'000; ++round) {
    std::string document = documents[below(documents.size())];
    for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
      const std::size_t at = below(document.size() + 1);
      const std::size_t cut = std::min(below(12), document.size() - at);
      const bool graft = below(2) == 0;
      const auto piece = graft ? documents[1].substr(below(documents[1].size()), below(30))
                               : std::string(pieces[below(std::size(pieces))]);
      document.replace(at, cut, piece);
    }
    const auto policy = parse_policy(document, "p.toml");
    if (!policy) {
      ASSERT_TRUE(begins_with(policy.error().message, "p.toml:")) << policy.error().message;
      continue;
    }
    ++accepted;
    const auto again = parse_policy(to_toml(*policy), "p.toml");
    ASSERT_TRUE(again) << again.error().message;
    ASSERT_EQ(*again, *policy);
  }
  EXPECT_GT(accepted, 0);
}

}  // namespace
}  // namespace inmail
