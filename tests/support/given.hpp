#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/stage.hpp"

namespace inmail::test {

inline constexpr MemberId ada{1};
inline constexpr MemberId bob{2};
inline constexpr MemberId carol{3};
inline constexpr MemberId dave{4};

/// "2025-01-31" or "2025-01-31T12:00:00Z".
inline Timestamp utc(std::string_view text) {
  const auto time = timestamp_from_text(text);
  invariant(time.has_value(), "the test names a time that exists");
  return *time;
}

/// The names of events with their stored bytes: enough to see where two lists differ.
inline std::string described(const std::vector<Event>& events) {
  std::string text;
  for (const Event& event : events) {
    std::string bytes;
    encode_event(event, bytes);
    text += "  " + std::string(type_of(event).name) + " " +
            to_hex(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()) + "\n";
  }
  return text.empty() ? "  nothing\n" : text;
}

inline std::vector<Event> events_in(const std::vector<Record>& records) {
  std::vector<Event> events;
  for (const Record& record : records) events.push_back(record.event);
  return events;
}

/// Given a history of one stream, when something comes, then something happens:
///
///     Given<Member>(ada, "seed4")
///         .at(utc("2025-01-01")).when(StartSubscription{.owner = ada, .plan = PlanKind::career})
///         .when(SendInMail{.from = ada, .to = bob, .subject = "Hi", .body = "Hello"})
///         .then_only<InMailSent>();
///
/// Each `when` settles first what has fallen due, as the actor does, and speaks for the principal
/// that usually gives the command. Each notice comes twice, and the second time nothing may happen.
/// At its end every history is folded again from its records and must give the same row.
template <class Decider>
class Given {
 public:
  using Where = std::source_location;

  explicit Given(StreamId id, std::string_view policy = "default")
      : Given(id, preset_named(policy)) {}
  Given(StreamId id, Policy policy) : stage_(id, std::make_shared<Ground>(std::move(policy))) {}
  Given(const Given&) = delete;
  Given& operator=(const Given&) = delete;

  ~Given() {
    auto fold = StreamFold::empty(stage_.id());
    for (const Record& record : stage_.records()) fold->apply(record);
    EXPECT_EQ(fold->encode(), stage_.row()) << "the fold of the records differs from the live one";
  }

  /// Nothing settles before something comes.
  Given& at(Timestamp time) {
    now_ = time;
    return *this;
  }
  Given& adopted(Policy policy) {
    stage_.ground().adopt(std::move(policy));
    return *this;
  }
  Given& events(std::vector<Event> events) {
    step_ = stage_.happened(std::move(events), now_);
    return *this;
  }
  Given& admits(MemberId member, Admission admission) {
    stage_.admits(member, std::move(admission));
    return *this;
  }
  /// The next command only.
  Given& asked_by(Principal principal) {
    asked_by_ = principal;
    return *this;
  }

  Given& when(Command command) {
    const CommandId id = stage_.ground().next_command(now_);
    const Principal by = asked_by_.value_or(usual_principal(command));
    asked_by_.reset();
    step_ = stage_.command(std::move(command), now_, id, by);
    return *this;
  }

  /// `event`, recorded in `from` at `time` under the policy of now, obliges this stream.
  Given& when_notice(const Event& event, StreamId from, Timestamp time,
                     Where where = Where::current()) {
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

  /// What falls due until then; `then` speaks of it.
  Given& settle_until(Timestamp time) {
    now_ = time;
    step_ = stage_.settle(time);
    step_.events = events_in(step_.fell_due);
    return *this;
  }

  template <class Decide>
  Given& when_decided(Decide&& decide) {
    step_ = stage_.decide_with(now_, std::forward<Decide>(decide));
    return *this;
  }

  Given& then(const std::vector<Event>& expected, Where where = Where::current()) {
    const testing::ScopedTrace trace(where.file_name(), static_cast<int>(where.line()), "then");
    EXPECT_EQ(refusal_text(), "");
    EXPECT_EQ(described(step_.events), described(expected));
    return *this;
  }
  /// Events of these types, in this order, and no other.
  template <class... Expected>
  Given& then_only(Where where = Where::current()) {
    const testing::ScopedTrace trace(where.file_name(), static_cast<int>(where.line()), "then");
    EXPECT_EQ(refusal_text(), "");
    std::vector<std::string_view> names;
    for (const Event& event : step_.events) names.push_back(type_of(event).name);
    EXPECT_EQ(names, (std::vector<std::string_view>{Expected::type.name...}));
    return *this;
  }
  Given& then_nothing(Where where = Where::current()) { return then({}, where); }

  Given& then_rejected(Rejection code, std::optional<std::int64_t> limit = {},
                       std::optional<std::int64_t> actual = {}, Where where = Where::current()) {
    const testing::ScopedTrace trace(where.file_name(), static_cast<int>(where.line()), "then");
    EXPECT_EQ(refusal_text(), name_of(code));
    EXPECT_EQ(described(step_.events), described({}));
    if (!step_.refusal) return *this;
    EXPECT_EQ(step_.refusal->limit, limit.value_or(step_.refusal->limit));
    EXPECT_EQ(step_.refusal->actual, actual.value_or(step_.refusal->actual));
    return *this;
  }

  /// The only event of its type in the last step.
  template <class E>
  E the(Where where = Where::current()) const {
    const testing::ScopedTrace trace(where.file_name(), static_cast<int>(where.line()), "the");
    std::vector<E> found;
    for (const Event& event : step_.events)
      if (const auto* each = std::get_if<E>(&event)) found.push_back(*each);
    EXPECT_EQ(found.size(), 1u) << "events of the type " << E::type.name;
    return found.empty() ? E{} : found.front();
  }

  const Step& step() const { return step_; }
  Timestamp now() const { return now_; }
  const typename Decider::State& state() const { return stage_.state(); }
  Stage<Decider>& stage() { return stage_; }
  /// What the last command sent, if it was a send.
  InMailId inmail() const { return inmail_of(step_.id); }

 private:
  std::string refusal_text() const {
    return step_.refusal ? std::string(name_of(step_.refusal->code)) : std::string();
  }

  Stage<Decider> stage_;
  Timestamp now_ = timestamp_from_ms(0);
  std::optional<Principal> asked_by_;
  Step step_;
};

}  // namespace inmail::test
