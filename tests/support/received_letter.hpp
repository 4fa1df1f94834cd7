#pragma once

#include <string_view>

#include "actors/received.hpp"
#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"

namespace inmail::test {

// Bob, who has received a letter of ada's.

inline const Timestamp sent_at = utc("2025-01-01");

/// An InMail of ada's to bob.
inline InMailSent letter(std::uint64_t number = 1) {
  return paid_letter(ada, bob, sent_at, number);
}

inline const InMailRef ref = ref_of(letter(), ada, sent_at);
inline const InMailId inmail = ref.inmail;

/// Without reminders, which have tests of their own.
inline Policy quiet(Policy policy) {
  policy.reminder.after_s = Seconds{0};
  return policy;
}
inline Policy quiet(std::string_view preset = "default") { return quiet(preset_named(preset)); }

inline Given<Member>& registered(Given<Member>& given) {
  return given.at(sent_at - std::chrono::hours{1}).when(RegisterMember{bob, "Bob", "", "en"});
}
/// Bob has received ada's letter at the instant it was sent.
inline Given<Member>& delivered(Given<Member>& given) {
  return registered(given).when_notice(letter(), ada, sent_at);
}

}  // namespace inmail::test
