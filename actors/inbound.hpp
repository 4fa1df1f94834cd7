#pragma once

#include <cstdint>

#include "actors/decision.hpp"
#include "actors/send_guards.hpp"

namespace inmail {

// Guard 10 of D5.2: what a recipient does not take, by rules of its own, or else by the policy's.

/// Whether the InMail is of a kind that its recipient takes, at this hour.
Guard filters_let_it_in(const SendCase& send);
/// Whether less has come to its recipient than it wants at most. The recipient looks again at the
/// delivery, so that no number of senders at once is more than that.
Guard quota_is_left(const SendCase& send);

/// How many InMails a member takes; 0: no limit.
struct Quota {
  std::int32_t daily = 0;
  std::int32_t weekly = 0;

  bool is_none() const { return daily == 0 && weekly == 0; }
};

/// `own`: null where the member has no rules of its own.
Quota quota_of(const InboundRules* own, const RecipientPolicy& policy);

/// Whether the recipient has got all that it wants of the day, or of the week, of `now`.
bool is_over_quota(const Admission& recipient, const RecipientPolicy& policy, Timestamp now);

/// One more has come.
void count_arrival(Arrivals& arrivals, Timestamp at);

}  // namespace inmail
