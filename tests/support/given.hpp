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
Timestamp utc(std::string_view text);

/// The names of events with their stored bytes: enough to see where two lists differ.
std::string described(const std::vector<Event>& events);

std::vector<Event> events_in(const std::vector<Record>& records);

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

  explicit Given(StreamId id, std::string_view policy = "default");
  Given(StreamId id, Policy policy);
  Given(const Given&) = delete;
  Given& operator=(const Given&) = delete;

  ~Given();

  /// Nothing settles before something comes.
  Given& at(Timestamp time) {
    now_ = time;
    return *this;
  }
  Given& adopted(Policy policy);
  Given& events(std::vector<Event> events);
  Given& admits(MemberId member, Admission admission);
  /// The next command only.
  Given& asked_by(Principal principal) {
    asked_by_ = principal;
    return *this;
  }

  Given& when(Command command);

  /// `event`, recorded in `from` at `time` under the policy of now, obliges this stream.
  Given& when_notice(const Event& event, StreamId from, Timestamp time,
                     Where where = Where::current());

  /// What falls due until then; `then` speaks of it.
  Given& settle_until(Timestamp time);

  template <class Decide>
  Given& when_decided(Decide&& decide) {
    step_ = stage_.decide_with(now_, std::forward<Decide>(decide));
    return *this;
  }

  Given& then(const std::vector<Event>& expected, Where where = Where::current());
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
                       std::optional<std::int64_t> actual = {}, Where where = Where::current());

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
  std::string refusal_text() const;

  Stage<Decider> stage_;
  Timestamp now_ = timestamp_from_ms(0);
  std::optional<Principal> asked_by_;
  Step step_;
};

// Made once, in the .cpp: a test that had to make them itself took ten seconds to compile.
extern template class Given<Member>;
extern template class Given<Seat>;
extern template class Given<Contract>;
extern template class Given<PolicyKeeper>;

}  // namespace inmail::test
