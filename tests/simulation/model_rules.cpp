#include <algorithm>

#include "tests/simulation/model.hpp"

// What the rules say to commands.

namespace inmail::sim {
namespace {

std::int64_t length_of(const Text& text, TextUnit unit) {
  const std::string_view plain = text.plain();
  if (unit != TextUnit::word) return static_cast<std::int64_t>(plain.size());  // All is ASCII.
  std::int64_t words = 0;
  bool in_word = false;
  for (const char each : plain) {
    words += each != ' ' && !in_word ? 1 : 0;
    in_word = each != ' ';
  }
  return words;
}

}  // namespace

void Model::judge(const Given& given) {
  may_be_stale_ = false;
  const auto* rejected = std::get_if<CommandRejected>(&record_->event);
  const auto* unlink = std::get_if<UnlinkAccount>(&given.command);
  const bool leaves = unlink != nullptr && given.by == Principal::of(unlink->member);
  const Refused expected = leaves || given.by == usual_principal(given.command)
                               ? expect(given.command)
                               : Refused{Rejection::not_allowed};
  const Refused told = rejected ? Refused{rejected->code} : Refused{};
  if (expected == told || may_be_stale_) return;
  const auto name = [](const Refused& code) {
    return code ? "refused as " + std::string(name_of(*code)) : std::string("accepted");
  };
  must(false, "command " + std::to_string(given.number) + " was " + name(told) +
                  ", by the rules it is " + name(expected));
}

Model::Refused Model::expect(const Command& command) {
  const StreamId target = record_->header.stream;
  if (is_erased(target) && std::holds_alternative<EraseMember>(command)) return {};
  if (target.kind() == StreamKind::member && !people_[target.member()].registered &&
      !std::holds_alternative<RegisterMember>(command))
    return letter_in(command) ? Rejection::unknown_sender : Rejection::unknown_target;
  if (target.kind() == StreamKind::seat && !seats_[target.seat()].open)
    return letter_in(command) ? Rejection::unknown_sender : Rejection::unknown_target;
  if (target.kind() == StreamKind::contract && !contracts_.contains(target.contract()) &&
      !std::holds_alternative<CreateContract>(command))
    return Rejection::unknown_contract;
  return std::visit([this](const auto& each) { return expect(each); }, command);
}

Model::Refused Model::expect(const RegisterMember& c) {
  if (people_[c.member].registered || people_[c.member].erased) return Rejection::already_exists;
  return {};
}
Model::Refused Model::expect(const SetPreference& c) {
  const bool opens = c.open_profile.value_or(false) && !people_[c.member].open_profile;
  if (opens && !is_premium(c.member)) return Rejection::premium_required;
  return {};
}
Model::Refused Model::expect(const SetConnection& c) {
  may_be_stale_ = is_news(std::max(c.a, c.b));
  if (c.a == c.b) return Rejection::not_allowed;
  if (!people_[std::max(c.a, c.b)].registered) return Rejection::unknown_target;
  return {};
}
Model::Refused Model::expect(const RemoveConnection&) { return {}; }
Model::Refused Model::expect(const StopSender& c) {
  if (c.member == c.sender) return Rejection::not_allowed;
  return {};
}
Model::Refused Model::expect(const AllowSender&) { return {}; }
Model::Refused Model::expect(const BlockMember& c) {
  if (c.member == c.blocked) return Rejection::not_allowed;
  return {};
}
Model::Refused Model::expect(const UnblockMember&) { return {}; }
Model::Refused Model::expect(const StartSubscription& c) {
  if (accounts_[c.owner].plan) return Rejection::already_subscribed;
  return {};
}
Model::Refused Model::expect(const ChangePlan& c) {
  if (!accounts_[c.owner].plan) return Rejection::no_subscription;
  return {};
}
Model::Refused Model::expect(const CancelSubscription& c) {
  if (!accounts_[c.owner].plan) return Rejection::no_subscription;
  return {};
}
Model::Refused Model::expect(const GrantBonus&) { return {}; }
Model::Refused Model::expect(const PurchaseCredits& c) {
  const PurchasePolicy& rule = policy().purchase;
  const Account& pool = accounts_[c.owner];
  if (pool.payments.contains(c.payment_ref)) return Rejection::already_exists;
  if (!rule.enabled) return Rejection::purchase_disabled;
  const bool is_premium = policy().terms(pool.plan.value_or(PlanKind::free)).is_premium;
  if (rule.requires_premium && !is_premium) return Rejection::premium_required;
  if (pool.has_lapsed()) return Rejection::subscription_ended;
  std::optional<std::int64_t> size;
  for (const CreditPack& pack : rule.packs)
    if (pack.pack_id == c.pack) size = pack.credits;
  if (!size) return Rejection::unknown_pack;
  if (rule.only_when_empty && pool.available() > 0) return Rejection::credits_left;
  const Timestamp now = record_->header.time;
  const auto month = [](Timestamp time) {
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(time)};
    return day.year() / day.month();
  };
  for (const auto& [name, payment] : pool.payments) {
    const bool counts = rule.period == PurchasePeriod::cycle ? payment.at >= pool.cycle_began
                                                             : month(payment.at) == month(now);
    if (counts) *size += payment.credits;
  }
  if (rule.max_per_period > 0 && *size > rule.max_per_period) return Rejection::purchase_limit;
  return {};
}
Model::Refused Model::expect(const ReversePurchase& c) {
  Account& pool = accounts_[c.owner];
  const auto found = pool.payments.find(c.payment_ref);
  if (found == pool.payments.end()) return Rejection::unknown_purchase;
  const Payment& payment = found->second;
  if (payment.reversed || c.chargeback) return {};
  const Seconds window = payment.policy->purchase.refundable_s;
  if (window.count() == 0 || record_->header.time > payment.at + window)
    return Rejection::refund_time_over;
  if (pool.lots[payment.lot].available < payment.credits) return Rejection::lot_touched;
  return {};
}
Model::Refused Model::expect(const AdjustCredits& c) {
  if (accounts_[c.owner].available() + c.credits < 0) return Rejection::insufficient_credits;
  return {};
}
Model::Refused Model::expect(const PaymentFailed& c) {
  if (!accounts_[c.owner].plan) return Rejection::no_subscription;
  return {};
}
Model::Refused Model::expect(const PaymentRecovered& c) {
  if (!accounts_[c.owner].plan) return Rejection::no_subscription;
  return {};
}
Model::Refused Model::expect(const CreateContract& c) {
  if (contracts_.contains(c.contract)) return Rejection::already_exists;
  return {};
}
Model::Refused Model::expect(const AddSeat& c) {
  const ContractState& contract = contracts_[c.contract];
  if (contract.seats.contains(c.seat)) return Rejection::already_exists;
  if (contract.seats_max > 0 && contract.seats.size() >= contract.seats_max)
    return Rejection::seats_exhausted;
  may_be_stale_ = is_news(c.holder) || is_news(c.seat);
  if (!people_[c.holder].registered) return Rejection::unknown_target;
  if (seats_[c.seat].open) return Rejection::already_exists;
  return {};
}
Model::Refused Model::expect(const SetSeatMonthlyLimit& c) {
  const std::set<SeatId>& ours = contracts_[c.contract].seats;
  const bool are_ours =
      std::all_of(c.seats.begin(), c.seats.end(), [&](SeatId seat) { return ours.contains(seat); });
  return are_ours ? Refused{} : Rejection::unknown_target;
}
Model::Refused Model::expect(const AdoptPolicy&) { return {}; }
Model::Refused Model::expect(const EraseMember&) { return {}; }

Model::Refused Model::expect(const SendInMail& c) { return judge_send(c, {}); }

std::int64_t Model::price_of(const SendInMail& c, const std::optional<Later>& later) {
  if (later && later->was_paid()) return later->due->cost;
  if (later && later->follows() && !policy().followup.charge) return 0;
  return !free_classes_of(c).empty() ? 0 : policy().charge.cost;
}

/// Guard 5, by whoever's plan it is.
Model::Refused Model::judge_plan(const SendInMail& c, const std::optional<Later>& later) {
  const Policy& rules = policy();
  const StreamId pool = payer_of(c, later);
  const Account& account = accounts_[pool];
  const bool is_own = pool == StreamId{c.from};
  const bool is_linked = !is_own && !c.seat;
  if (is_linked && !people_[pool.member()].registered) return Rejection::pool_not_shared;
  const PlanTerms& plan = rules.terms(account.plan.value_or(PlanKind::free));
  const bool is_always_free = is_among_free_plans(free_classes_of(c));
  if (account.has_lapsed() && !(is_own && is_always_free)) return Rejection::subscription_ended;
  if (is_linked && !account.plan) return Rejection::pool_not_shared;
  if (c.seat && !account.plan) return Rejection::premium_required;
  const bool waits = later && later->schedules();
  const bool may_wait = !waits || (later->follow_up ? plan.can_followup : plan.can_schedule);
  if (!(plan.can_send_inmail || is_always_free) || !may_wait) return Rejection::premium_required;
  return is_linked && !shares_pool(pool.member()) ? Refused{Rejection::pool_not_shared} : Refused{};
}

StreamId Model::payer_of(const SendInMail& c, const std::optional<Later>& later) {
  if (c.seat) return seats_[*c.seat].contract;
  if (later && later->due) return later->due->pool;
  const auto& pool = people_[c.from].pool;
  return pool ? StreamId{*pool} : StreamId{c.from};
}

/// Whether others may spend from it now.
bool Model::shares_pool(MemberId holder) {
  const auto& plan = accounts_[holder].plan;
  if (!plan || people_[holder].pool) return false;
  const PlanTerms& terms = policy().terms(*plan);
  return terms.pool_scope == PoolScope::linked_accounts && terms.is_premium;
}

Model::Refused Model::expect(const LinkAccounts& c) {
  may_be_stale_ = is_news(c.pool);
  if (people_[c.member].pool) return Rejection::already_linked;
  if (c.pool == c.member) return Rejection::not_allowed;
  if (!people_[c.pool].registered) return Rejection::unknown_actor;
  const auto is_of_linked = [&](MemberId member) {
    const auto& plan = accounts_[member].plan;
    const PlanTerms& terms = policy().terms(plan.value_or(PlanKind::free));
    return plan && terms.pool_scope == PoolScope::linked_accounts && terms.is_premium;
  };
  if (!accounts_[c.pool].plan) return Rejection::no_subscription;
  if (!is_of_linked(c.pool)) return Rejection::plan_not_shared;
  if (people_[c.pool].pool) return Rejection::holder_is_linked;
  if (is_of_linked(c.member)) return Rejection::holds_a_pool;
  return {};
}

Model::Refused Model::expect(const UnlinkAccount& c) {
  return people_[c.member].pool == c.pool ? Refused{} : Rejection::not_linked;
}

void Model::on(const AccountLinked& e) {
  const auto* given = command<LinkAccounts>();
  must(given && given->pool == e.pool, "linked to another pool than was wished");
  Person& person = people_[record_->header.stream.member()];
  must(!person.pool, "linked twice");
  person.pool = e.pool;
}

void Model::on(const AccountUnlinked& e) {
  Person& person = people_[record_->header.stream.member()];
  must(person.pool == e.pool, "unlinked, and was not linked");
  person.pool.reset();
}

Model::Refused Model::judge_send(const SendInMail& c, const std::optional<Later>& later) {
  const Policy& rules = policy();
  const SeatState* seat = c.seat ? &seats_[*c.seat] : nullptr;
  const StreamId pool = payer_of(c, later);
  const bool by_another = pool != StreamId{c.from};
  const Account& account = accounts_[pool];
  const bool schedules = later && later->schedules();
  may_be_stale_ = is_news(c.to) || last_policy_[c.to] != record_->header.policy ||
                  (by_another && (is_news(pool) || last_policy_[pool] != record_->header.policy));
  if (seat && c.from != seat->holder) return Rejection::not_allowed;
  if (c.to == c.from) return Rejection::self_send;
  if (!people_[c.to].registered) return Rejection::unknown_recipient;
  if (seat && !rules.seat.roles_can_send.has(seat->role)) return Rejection::role_cannot_send;
  if (const Refused no = judge_plan(c, later)) return no;
  if (const Refused no = judge_recipient(c, pool)) return no;
  if (const Refused words = judge_words(c)) return words;
  if (const Refused signs = judge_signs(c)) return signs;
  if (const Refused parts = judge_parts(c)) return parts;
  const AddFollowUp* next = later ? later->follow_up : nullptr;
  if (const Refused silence = next ? judge_distance(*next) : judge_silence(c)) return silence;
  if (const Refused decline = judge_decline(c)) return decline;
  if (const Refused colleagues = judge_colleagues(c)) return colleagues;
  // What is scheduled counts on the day on which it is sent.
  const std::int64_t price = price_of(c, later);
  if (!schedules)
    if (const Refused limits = judge_seat_limits(c, price)) return limits;
  const auto counted_as = schedules                    ? std::optional<FreeClass>{}
                          : later && later->was_paid() ? later->due->free_class
                                                       : free_class_of(c, pool);
  if (const Refused limits = judge_limits(c, counted_as)) return limits;
  if (const Refused bulk = judge_bulk(c)) return bulk;
  if (schedules && later->send_at <= record_->header.time) return Rejection::send_at_in_past;
  if (by_another && account.charges.contains(inmail_of(record_->header.cause))) return {};
  const bool is_paid_now =
      schedules ? rules.charge.when == ChargeWhen::at_schedule : !(later && later->was_paid());
  if (is_paid_now && account.available() < price) return Rejection::insufficient_credits;
  return {};
}

/// Guard 12 for a follow-up that is to be scheduled.
Model::Refused Model::judge_distance(const AddFollowUp& c) const {
  const FollowupPolicy& followup = policy().followup;
  std::int64_t before = 0;
  for (const auto& [id, mail] : mails_)
    if (mail.sender == record_->header.stream && mail.to == c.letter.to && !mail.told &&
        (mail.stage == Stage::scheduled || !is_forgotten(mail)))
      ++before;
  if (mails_.at(c.parent).told) return Rejection::already_responded;
  if (followup.max_unanswered == 0) return Rejection::awaiting_response;
  if (before > followup.max_unanswered) return Rejection::followup_limit;
  if (delay_of(c) < followup.min_gap_s.count()) return Rejection::followup_too_soon;
  if (delay_of(c) > followup.max_gap_s.count()) return Rejection::followup_too_late;
  return {};
}

Model::Refused Model::judge_words(const SendInMail& c) const {
  const LimitPolicy& limit = policy().limit;
  const std::int64_t subject = length_of(c.subject, limit.subject_unit);
  if (limit.subject_required && c.subject.empty()) return Rejection::subject_empty;
  if (limit.subject_max > 0 && subject > limit.subject_max) return Rejection::subject_too_long;
  std::int64_t body = length_of(c.body, limit.body_unit);
  if (body < limit.body_min) return Rejection::body_empty;
  if (limit.subject_counts) body += length_of(c.subject, limit.body_unit);
  if (limit.signature_counts) body += length_of(c.signature, limit.body_unit);
  if (limit.body_max > 0 && body > limit.body_max) return Rejection::body_too_long;
  return {};
}

/// Nobody gives more than one file.
Model::Refused Model::judge_parts(const SendInMail& c) const {
  const LimitPolicy& limit = policy().limit;
  for (const Attachment& each : c.attachments)
    if (limit.attachments_max == 0 || each.type == "exe" ||
        static_cast<std::int64_t>(each.bytes) > limit.attachment_bytes_max)
      return Rejection::attachment_not_allowed;
  return length_of(c.signature, TextUnit::codepoint) > limit.signature_max
             ? Refused{Rejection::signature_too_long}
             : Refused{};
}

bool Model::is_forgotten(const Mail& mail) const {
  const Seconds after = policy().followup.forget_s;
  return after.count() > 0 && record_->header.time - mail.sent_at >= after;
}

Model::Refused Model::judge_silence(const SendInMail& c) const {
  const FollowupPolicy& followup = policy().followup;
  const Timestamp now = record_->header.time;
  std::int64_t silent = 0;
  Timestamp last{};
  for (const auto& [id, mail] : mails_) {
    if (mail.sender != record_->header.stream || mail.to != c.to || mail.told || !mail.has_left())
      continue;
    if (is_forgotten(mail)) continue;
    ++silent;
    last = std::max(last, mail.sent_at);
  }
  if (silent == 0) return {};
  if (followup.max_unanswered == 0) return Rejection::awaiting_response;
  if (silent > followup.max_unanswered) return Rejection::followup_limit;
  if (now - last < followup.min_gap_s) return Rejection::followup_too_soon;
  return {};
}

Model::Refused Model::judge_text(const Text& text) const {
  const LimitPolicy& limit = policy().limit;
  if (text.empty()) return Rejection::body_empty;
  if (limit.body_max > 0 && length_of(text, limit.body_unit) > limit.body_max)
    return Rejection::body_too_long;
  return {};
}

Model::Refused Model::judge_readable(const InMailId& id, MemberId recipient) const {
  const auto found = mails_.find(id);
  if (found == mails_.end() || found->second.to != recipient) return Rejection::not_delivered;
  const Mail& mail = found->second;
  if (!mail.has_arrived()) return Rejection::not_delivered;
  if (mail.stage == Stage::retracted || mail.taken_off) return Rejection::message_retracted;
  const ExpiryPolicy& expiry = mail.policy->expiry;
  if (mail.stage == Stage::expired && !(expiry.effect == ExpiryEffect::status_only &&
                                        expiry.late_response == LateResponse::allow_no_refund))
    return Rejection::message_expired;
  return {};
}

Model::Refused Model::expect(const OpenInMail& c) { return judge_readable(c.inmail, c.recipient); }

Model::Refused Model::expect(const Respond& c) {
  if (const Refused unreadable = judge_readable(c.inmail, c.recipient)) return unreadable;
  if (mails_.at(c.inmail).reply) return Rejection::already_responded;
  const bool is_message = c.automatic && !mails_.at(c.inmail).policy->refund.count_auto_reply;
  if (!c.text.empty() || c.kind == ReplyKind::reply || is_message) return judge_text(c.text);
  return {};
}

Model::Refused Model::expect(const RetractInMail& c) {
  const auto found = mails_.find(c.inmail);
  if (found == mails_.end() || found->second.to != c.recipient) return Rejection::not_delivered;
  const Mail& mail = found->second;
  if (!mail.has_arrived()) return Rejection::not_delivered;
  if (mail.from != c.author_id) return Rejection::not_allowed;
  if (mail.stage == Stage::retracted) return Rejection::already_retracted;
  if (mail.taken_off) return Rejection::already_retracted;
  if (mail.stage == Stage::expired) return Rejection::message_expired;
  const RetractPolicy& retract = mail.policy->retract;
  if (retract.condition == RetractCondition::never || retract.window_s.count() == 0)
    return Rejection::retract_disabled;
  if (record_->header.time > mail.sent_at + retract.window_s) return Rejection::retract_window_over;
  if (mail.reply) return Rejection::already_responded;
  if (mail.opened && retract.condition == RetractCondition::unopened &&
      retract.effect_opened == RetractEffectOpened::reject)
    return mail.policy->metrics.open_visible_to_sender == OpenVisibility::always
               ? Rejection::already_opened
               : Rejection::retract_refused;
  return {};
}

Model::Refused Model::expect(const UndoSend& c) {
  const auto found = mails_.find(c.inmail);
  if (found == mails_.end() || found->second.sender != c.sender) return Rejection::unknown_target;
  const Mail& mail = found->second;
  if (!mail.was_sent) return Rejection::unknown_target;
  if (mail.stage == Stage::sent && mail.undo_until) return {};
  return !mail.told || mail.reply ? Rejection::undo_window_over : Rejection::unknown_target;
}

Model::Refused Model::expect(const SendMessage& c) {
  if (c.seat && c.from != seats_[*c.seat].holder) return Rejection::not_allowed;
  may_be_stale_ = is_news(c.to);
  if (c.conversation.is_zero()) return judge_direct(c);
  const auto found = mails_.find(c.conversation);
  const Mail* mail = found == mails_.end() ? nullptr : &found->second;
  Refused thread = Rejection::unknown_target;
  if (mail && !c.seat && mail->has_arrived() && mail->to == c.from && mail->from == c.to) {
    thread = mail->reply ? Refused{} : Rejection::awaiting_response;
  } else if (mail && mail->sender == record_->header.stream && mail->to == c.to) {
    const bool was_answered = mail->told && mail->reply;
    if (was_answered)
      thread = mail->canned && mail->reply == ReplyKind::decline && !mail->reopening_told
                   ? Refused{Rejection::thread_closed_by_decline}
                   : Refused{};
    else if (!mail->told && mail->has_left())
      thread = Rejection::awaiting_response;
  }
  if (thread) return thread;
  const StreamId pool = c.seat ? StreamId{seats_[*c.seat].contract} : StreamId{c.from};
  const bool is_blocked = (!c.seat && people_[c.from].blocked.contains(c.to)) ||
                          people_[c.to].blocked.contains(c.from) ||
                          stops(people_[c.to], c.from, pool);
  if (is_blocked) return Rejection::thread_unavailable;
  if (!people_[c.to].registered) return Rejection::unknown_recipient;
  return judge_text(c.text);
}

bool Model::is_premium(MemberId member) const {
  const auto found = accounts_.find(StreamId{member});
  return found != accounts_.end() && found->second.plan &&
         policy().terms(*found->second.plan).is_premium;
}

}  // namespace inmail::sim
