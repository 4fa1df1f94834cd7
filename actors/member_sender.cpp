#include "actors/member_sender.hpp"

#include "actors/credit_account.hpp"
#include "actors/dispatch.hpp"

namespace inmail {

bool is_premium(const MemberState& member, const Policy& policy) {
  return member.account.plan && policy.terms(*member.account.plan).is_premium;
}

SenderFacts sender_facts(const MemberState& member, MemberId id, StreamId pool,
                         const Policy& policy) {
  if (pool != StreamId{id})
    return {.member = id,
            .pool = pool,
            .is_premium = true,
            .blocked = &member.recipient.blocked,
            .received = &member.received};
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

SenderFacts sender_facts(const MemberState& member, MemberId id, const Policy& policy) {
  return sender_facts(member, id, member.linked_to ? StreamId{*member.linked_to} : StreamId{id},
                      policy);
}

Guard check_and_pay(const MemberState& member, const Wish& wish, LotSplits& splits) {
  const SendCase& send = wish.send;
  if (!send.sender.pays_itself()) return check_all(wish);
  if (Guard guard = wish.command ? check_schedule(send, *wish.command) : first_refusal(send))
    return guard;
  const bool was_paid = send.scheduled && send.scheduled->is_paid;
  const std::uint32_t cost = was_paid ? 0 : to_reserve(send);
  auto paid = splits_for(member.account, cost, send.policy());
  if (!paid)
    return refuse(Rejection::insufficient_credits, cost,
                  static_cast<std::int64_t>(member.account.available()));
  splits = std::move(*paid);
  return pass();
}

}  // namespace inmail
