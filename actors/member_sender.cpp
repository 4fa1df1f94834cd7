#include "actors/member_sender.hpp"

#include "actors/credit_account.hpp"

namespace inmail {

bool is_premium(const MemberState& member, const Policy& policy) {
  return member.account.plan && policy.terms(*member.account.plan).is_premium;
}

SenderFacts sender_facts(const MemberState& member, MemberId id, const Policy& policy) {
  const CreditAccount& account = member.account;
  return {.member = id,
          .pool = id,
          .is_premium = is_premium(member, policy),
          .role = {},
          .plan = &policy.terms(account.plan_or_free()),
          .plan_has_lapsed = account.has_lapsed(),
          .blocked = &member.recipient.blocked,
          .received = &member.received};
}

std::optional<LotSplits> pay(const MemberState& member, std::uint32_t cost,
                             const Context& context) {
  return splits_for(member.account, cost, context.policy());
}

}  // namespace inmail
