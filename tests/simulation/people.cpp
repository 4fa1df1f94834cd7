#include "tests/simulation/people.hpp"

#include <algorithm>

namespace inmail::sim {

RegisterMember People::newcomer(MemberId member) {
  RegisterMember join{member, words("Name"), words("Job")};
  join.public_profile = !one_in(8);
  if (one_in(12)) join.lists = {"press", "platform_staff"};
  return join;
}

PlanKind People::any_plan() {
  constexpr std::array plans{PlanKind::free,           PlanKind::career, PlanKind::business,
                             PlanKind::recruiter_lite, PlanKind::custom, PlanKind::sales_core};
  return plans[pick(plans.size())];
}

std::string People::words(std::string_view about) {
  std::string text = std::string(about) + " " + std::to_string(++written_);
  if (one_in(6)) text += std::string(10 + pick(200), 'x');
  return text;
}

People::Sent People::any_inmail() {
  if (sent_.empty()) return {InMailId{{1}}, anyone(), {}, anyone()};
  const std::size_t back = std::min<std::size_t>(sent_.size(), one_in(4) ? sent_.size() : 10);
  return sent_[sent_.size() - 1 - pick(back)];
}

ReversePurchase People::any_payment() {
  if (bought_.empty()) return {any_owner(), "none", false};
  return bought_[pick(bought_.size())];
}

People::Sent People::any_scheduled() {
  if (scheduled_.empty() || one_in(8)) return any_inmail();
  const std::size_t back = std::min<std::size_t>(scheduled_.size(), 6);
  return scheduled_[scheduled_.size() - 1 - pick(back)];
}

People::Kept People::any_draft() {
  if (drafts_.empty()) return {DraftId{{1}}, anyone(), {}, 1};
  const std::size_t back = std::min<std::size_t>(drafts_.size(), 8);
  return drafts_[drafts_.size() - 1 - pick(back)];
}

Timestamp People::soon() {
  const Milliseconds by = std::chrono::minutes{pick(60)} + std::chrono::hours{24 * pick(20)};
  return one_in(15) ? now_ : now_ + by + Milliseconds{1};
}

void People::gave(const Command& command, const CommandId& id) {
  now_ = time_of(id);
  if (const auto* bought = std::get_if<PurchaseCredits>(&command))
    bought_.push_back({bought->owner, bought->payment_ref, false});
  if (const auto* draft = std::get_if<SaveDraft>(&command))
    drafts_.push_back(
        {draft->draft.value_or(draft_of(id)), draft->from, draft->seat, draft->revision + 1});
  const SendInMail* letter = letter_in(command);
  if (letter == nullptr) return;
  const Sent sent{inmail_of(id), letter->from, letter->seat, letter->to};
  sent_.push_back(sent);
  if (!std::holds_alternative<SendInMail>(command)) scheduled_.push_back(sent);
}

}  // namespace inmail::sim
