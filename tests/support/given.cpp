#include "tests/support/given.hpp"

namespace inmail::test {

Timestamp utc(std::string_view text) {
  const auto time = timestamp_from_text(text);
  invariant(time.has_value(), "the test names a time that exists");
  return *time;
}

std::string described(const std::vector<Event>& events) {
  std::string text;
  for (const Event& event : events) {
    std::string bytes;
    encode_event(event, bytes);
    text += "  " + std::string(type_of(event).name) + " " +
            to_hex(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()) + "\n";
  }
  return text.empty() ? "  nothing\n" : text;
}

std::vector<Event> events_in(const std::vector<Record>& records) {
  std::vector<Event> events;
  for (const Record& record : records) events.push_back(record.event);
  return events;
}

template <class Decider>
Given<Decider>::Given(StreamId id, std::string_view policy) : Given(id, preset_named(policy)) {}

template <class Decider>
Given<Decider>::Given(StreamId id, Policy policy)
    : stage_(id, std::make_shared<Ground>(std::move(policy))) {}

template <class Decider>
Given<Decider>::~Given() {
  auto fold = StreamFold::empty(stage_.id());
  for (const Record& record : stage_.records()) fold->apply(record);
  EXPECT_EQ(fold->encode(), stage_.row()) << "the fold of the records differs from the live one";
}

template <class Decider>
Given<Decider>& Given<Decider>::adopted(Policy policy) {
  stage_.ground().adopt(std::move(policy));
  return *this;
}

template <class Decider>
Given<Decider>& Given<Decider>::events(std::vector<Event> events) {
  step_ = stage_.happened(std::move(events), now_);
  return *this;
}

template <class Decider>
Given<Decider>& Given<Decider>::admits(MemberId member, Admission admission) {
  stage_.admits(member, std::move(admission));
  return *this;
}

template <class Decider>
Given<Decider>& Given<Decider>::when(Command command) {
  const CommandId id = stage_.ground().next_command(now_);
  const Principal by = asked_by_.value_or(usual_principal(command));
  asked_by_.reset();
  step_ = stage_.command(std::move(command), now_, id, by);
  return *this;
}

template <class Decider>
Given<Decider>& Given<Decider>::when_notice(const Event& event, StreamId from, Timestamp time,
                                            Where where) {
  Record record{.header = {.position = Position{++stage_.ground().positions},
                           .stream = from,
                           .time = time,
                           .due_at = time,
                           .policy = stage_.ground().book.current()},
                .event = event};
  const testing::ScopedTrace trace(where.file_name(), static_cast<int>(where.line()), "notice");
  now_ = std::max(now_, time);
  const auto notices = notices_to(stage_.id(), record);
  EXPECT_FALSE(notices.empty()) << "the event obliges nobody here";
  std::vector<Event> events;
  for (const Notice& notice : notices) {
    step_ = stage_.notice(notice, now_);
    events.insert(events.end(), step_.events.begin(), step_.events.end());
    EXPECT_EQ(described(stage_.notice(notice, now_).events), described({}))
        << "the second time a notice comes nothing happens";
  }
  step_.events = std::move(events);
  return *this;
}

template <class Decider>
Given<Decider>& Given<Decider>::settle_until(Timestamp time) {
  now_ = time;
  step_ = stage_.settle(time);
  step_.events = events_in(step_.fell_due);
  return *this;
}

template <class Decider>
Given<Decider>& Given<Decider>::then(const std::vector<Event>& expected, Where where) {
  const testing::ScopedTrace trace(where.file_name(), static_cast<int>(where.line()), "then");
  EXPECT_EQ(refusal_text(), "");
  EXPECT_EQ(described(step_.events), described(expected));
  return *this;
}

template <class Decider>
Given<Decider>& Given<Decider>::then_rejected(Rejection code, std::optional<std::int64_t> limit,
                                              std::optional<std::int64_t> actual, Where where) {
  const testing::ScopedTrace trace(where.file_name(), static_cast<int>(where.line()), "then");
  EXPECT_EQ(refusal_text(), name_of(code));
  EXPECT_EQ(described(step_.events), described({}));
  if (!step_.refusal) return *this;
  EXPECT_EQ(step_.refusal->limit, limit.value_or(step_.refusal->limit));
  EXPECT_EQ(step_.refusal->actual, actual.value_or(step_.refusal->actual));
  return *this;
}

template <class Decider>
std::string Given<Decider>::refusal_text() const {
  return step_.refusal ? std::string(name_of(step_.refusal->code)) : std::string();
}

template class Given<Member>;
template class Given<Seat>;
template class Given<Contract>;
template class Given<PolicyKeeper>;

}  // namespace inmail::test
