#include "tools/event_fields.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/support/sample_events.hpp"
#include "tools/event_json.hpp"

namespace inmail::tools {
namespace {

/// Notes where the members are that `serialize` hands over; those of an InMailRef, a TextMarkup,
/// of SendMarks and InboundRules one by one.
struct AddressArchive {
  std::vector<const void*> addresses;

  void operator()(auto&... members) { (add(members), ...); }
  void add(InMailRef& ref) { ref.serialize(*this); }
  void add(TextMarkup& markup) { markup.serialize(*this); }
  void add(InboundRules& rules) { rules.serialize(*this); }
  void add(AcceptFilters& filters) { filters.serialize(*this); }
  void add(SendMarks& marks) { marks.serialize(*this); }
  void add(auto& member) { addresses.push_back(&member); }
};

template <class Each>
concept Listed = requires(const Each& event) {
  each_field(event, [](const char*, const auto&) {});
};

TEST(EventFields, AreThoseThatAreStoredInTheSameOrder) {
  for (Event& event : test::sample_events()) {
    std::visit(
        [](auto& each) {
          if constexpr (Listed<std::remove_cvref_t<decltype(each)>>) {
            AddressArchive stored;
            each.serialize(stored);
            std::vector<const void*> listed;
            std::set<std::string> names;
            each_field(std::as_const(each), [&](const char* name, const auto& value) {
              listed.push_back(&value);
              EXPECT_TRUE(names.insert(name).second) << each.type.name << " has two " << name;
            });
            EXPECT_EQ(listed, stored.addresses) << each.type.name;
          }
        },
        event);
  }
}

TEST(EventFields, ListEveryEventButTheTwoAboutCommands) {
  for (const Event& event : test::sample_events()) {
    const bool is_listed = std::visit(
        [](const auto& each) { return Listed<std::remove_cvref_t<decltype(each)>>; }, event);
    const bool is_about_command = std::holds_alternative<CommandRejected>(event) ||
                                  std::holds_alternative<CommandAccepted>(event);
    EXPECT_NE(is_listed, is_about_command) << type_of(event).name;
  }
}

TEST(EventJson, NamesEveryValueOfEveryEvent) {
  MemoryKeyStore keys(7);
  for (const Event& event : test::sample_events()) {
    const std::string json = to_line(to_json(event, TextReader(&keys)));
    EXPECT_EQ(json.find("\"unknown\""), std::string::npos) << type_of(event).name << " " << json;
    EXPECT_EQ(json.find("unreadable"), std::string::npos) << type_of(event).name << " " << json;
  }
}

TEST(EventJson, ShowsIdsAndTimesAsText) {
  const Opened opened{
      .ref = test::sample_ref(), .inferred = true, .refund_until = {}, .no_response_from = {}};
  EXPECT_EQ(to_line(to_json(Event{opened}, TextReader(nullptr))),
            R"({"inmail":")" + to_text(test::sample_inmail()) +
                R"(","sender":"seat:3","pool":"contract:2","from":"member:7","cost":1,)"
                R"("sent_at":"2026-01-05T08:00:00.000Z","inferred":true,"refund_until":null,)"
                R"("no_response_from":null})");
}

TEST(TextReader, OpensATextWithItsKeyAndSaysWhyItCannot) {
  const Text text = test::sample_text("Good morning", TextField::subject);
  MemoryKeyStore keys(7);
  EXPECT_EQ(TextReader(nullptr)(text), "sealed");
  MemoryKeyStore others(8);
  ASSERT_TRUE(others.key_for_writing(MemberId{7}));
  EXPECT_EQ(TextReader(&others)(text), "unreadable");
  ASSERT_TRUE(keys.key_for_writing(MemberId{7}));
  EXPECT_EQ(TextReader(&keys)(text), "Good morning");
  ASSERT_TRUE(keys.erase(MemberId{7}));
  EXPECT_EQ(TextReader(&keys)(text), "erased");
}

}  // namespace
}  // namespace inmail::tools
