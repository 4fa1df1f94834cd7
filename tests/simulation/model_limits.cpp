#include <algorithm>

#include "tests/simulation/model.hpp"

// How much one sender may send, and to whom a colleague writes.

namespace inmail::sim {
namespace {

using std::chrono::days;

Timestamp new_until(Timestamp since, const SeatPolicy& rules) {
  if (rules.first_week_mode == FirstWeekMode::rolling_7d ||
      rules.week_start == WeekStart::seat_created_plus_7d)
    return since + days{7};
  for (auto day = std::chrono::floor<days>(since) + days{1};; day += days{1}) {
    const std::chrono::weekday name{day};
    if (name ==
        (rules.week_start == WeekStart::sunday_utc ? std::chrono::Sunday : std::chrono::Monday))
      return day;
  }
}

}  // namespace

/// Of the sender whose record this is. No policy of the people's looks back for more than a day.
std::int64_t Model::sent_within(Seconds window,
                                const std::function<bool(const Mail&)>& counts) const {
  const Timestamp now = record_->header.time;
  return std::count_if(mails_.begin(), mails_.end(), [&](const auto& entry) {
    const Mail& mail = entry.second;
    const bool is_of_sender = mail.was_sent && mail.sender == record_->header.stream;
    return is_of_sender && now - mail.sent_at < window && counts(mail);
  });
}

Model::Refused Model::judge_seat_limits(const SendInMail& c, std::int64_t cost) {
  if (!c.seat) return {};
  const SeatPolicy& rules = policy().seat;
  const Timestamp now = record_->header.time;
  const SeatState& seat = seats_[*c.seat];
  const bool is_free = cost == 0;
  const auto all = [](const Mail&) { return true; };
  constexpr Seconds ever{1'000'000'000};
  if (rules.first_week_max > 0 && now < new_until(seat.since, rules) &&
      sent_within(ever, all) >= rules.first_week_max)
    return Rejection::seat_first_week_limit;

  const bool rolls = rules.day_mode == DayMode::rolling_24h;
  const auto is_of_day = [&](const Mail& mail) {
    const bool is_today = to_text(mail.sent_at).substr(0, 10) == to_text(now).substr(0, 10);
    return (rolls || is_today) && (rules.free_counts_to_daily || mail.cost > 0);
  };
  if (rules.daily_max > 0 && (rules.free_counts_to_daily || !is_free) &&
      sent_within(Seconds{86'400}, is_of_day) >= rules.daily_max)
    return Rejection::seat_daily_limit;

  const ContractState& contract = contracts_[seat.contract];
  const auto own = contract.own_limits.find(*c.seat);
  const std::int64_t most =
      own != contract.own_limits.end()
          ? own->second
          : contract.limit.value_or(static_cast<std::uint32_t>(rules.monthly_limit));
  const bool free_too = rules.monthly_counts == MonthlyCounts::all_inmails;
  const std::uint32_t cycle = accounts_[seat.contract].cycle;
  const auto is_of_cycle = [&](const Mail& mail) {
    return mail.cycle == cycle && !mail.is_restored && (free_too || mail.cost > 0);
  };
  if (most > 0 && (free_too || !is_free) && sent_within(ever, is_of_cycle) >= most)
    return Rejection::seat_monthly_limit;
  return {};
}

Model::Refused Model::judge_bulk(const SendInMail& c) const {
  const SpamPolicy& rules = policy().spam;
  const auto is_alike = [&](const Mail& mail) {
    return mail.letter && mail.letter->subject.plain() == c.subject.plain() &&
           mail.letter->body.plain() == c.body.plain();
  };
  if (rules.identical_max > 0 &&
      sent_within(rules.identical_window_s, is_alike) >= rules.identical_max)
    return Rejection::identical_bulk;
  if (rules.burst_action == BurstAction::reject && is_a_burst()) return Rejection::spam_rejected;
  return {};
}

bool Model::is_a_burst() const {
  const SpamPolicy& rules = policy().spam;
  const auto all = [](const Mail&) { return true; };
  return rules.burst_max > 0 && sent_within(rules.burst_window_s, all) >= rules.burst_max;
}

Model::Colleague Model::colleague_of(const SendInMail& c) const {
  const RecipientPolicy& rules = policy().recipient;
  if (!c.seat || rules.dedup_level == DedupLevel::off) return {};
  const StreamId pool = seats_.at(*c.seat).contract;
  std::map<StreamId, const Mail*> last;  // Of each seat.
  for (const auto& [id, mail] : mails_) {
    if (mail.pool != pool || mail.to != c.to || !mail.has_arrived()) continue;
    const Mail*& known = last[mail.sender];
    if (!known || known->delivered_position < mail.delivered_position) known = &mail;
  }
  last.erase(StreamId{*c.seat});
  Colleague found;
  for (const auto& [sender, mail] : last) {
    const bool is_over =
        mail->stage != Stage::delivered || (mail->canned && mail->reply == ReplyKind::decline);
    const bool is_old = record_->header.time - mail->sent_at >= rules.dedup_window_s;
    const bool counts = rules.dedup_level == DedupLevel::high ||
                        (!is_old && (!is_over || rules.dedup_level == DedupLevel::medium));
    if (counts && (!found || mail->sent_at > found->second)) found = {sender.seat(), mail->sent_at};
  }
  return found;
}

Model::Refused Model::judge_colleagues(const SendInMail& c) const {
  const DedupAction action = policy().recipient.dedup_action;
  const bool is_argued =
      action == DedupAction::require_override_reason && !c.override_reason.empty();
  if (action == DedupAction::warn || is_argued || !colleague_of(c)) return {};
  return Rejection::duplicate_outreach;
}

/// What an InMail that goes out leaves behind, and what its sender was told of it.
void Model::judge_marks(const InMailSent& e, const SendInMail& given) {
  const Policy& rules = policy();
  const StreamId sender = record_->header.stream;
  const std::uint32_t cycle = given.seat ? accounts_[e.pool].cycle : 0;
  must(may_be_stale_ || e.marks.cycle == cycle, "an InMail in another cycle");
  must(may_be_stale_ || colleague_of(given).has_value() == (told_of_colleague_ == e.inmail),
       "told of a colleague, or not");
  const bool alerts = rules.spam.burst_action == BurstAction::alert && is_a_burst();
  must(alerts == (told_of_burst_ == e.inmail), "told of too many at once, or not");
  if (e.cost > 0 && rules.free.unlock_ttl_s.count() > 0 &&
      rules.free.classes.has(FreeClass::previous_unlock))
    unlocks_[{sender, e.to}] = {e.inmail, record_->header.time + rules.free.unlock_ttl_s};
}

/// What never came unlocks nothing.
void Model::lock_again(const InMailId& inmail, const Mail& mail) {
  const auto unlock = unlocks_.find({mail.sender, mail.to});
  if (unlock != unlocks_.end() && unlock->second.first == inmail) unlocks_.erase(unlock);
}

void Model::on(const SeatLimitSet& e) {
  const auto* given = command<SetSeatMonthlyLimit>();
  must(given && given->seats == e.seats && given->limit == e.limit,
       "another limit than was wished");
  ContractState& contract = contracts_[record_->header.stream.contract()];
  if (e.seats.empty()) {
    contract.limit = e.limit;
    contract.own_limits.clear();
  }
  for (const SeatId seat : e.seats) {
    contract.own_limits.erase(seat);
    if (e.limit) contract.own_limits[seat] = *e.limit;
  }
}

void Model::on(const LimitHit& e) {
  must(e.which == SendLimit::burst && e.limit == policy().spam.burst_max,
       "told of a limit that was not hit");
  told_of_burst_ = e.inmail;
}

void Model::tell_colleague(const InMailId& inmail, SeatId by, Timestamp at, DedupAction action) {
  const SendInMail* given = letter();
  must(given && policy().recipient.dedup_action == action, "told of a colleague in another way");
  // Of what is dispatched nothing was judged before: its seat may not know yet what the log knows.
  must(!given || may_be_stale_ || is_news(given->to) || colleague_of(*given) == Colleague{{by, at}},
       "told of another colleague");
  told_of_colleague_ = inmail;
}

void Model::on(const DuplicateOutreachWarned& e) {
  tell_colleague(e.inmail, e.by, e.at, DedupAction::warn);
}

void Model::on(const DuplicateOutreachOverridden& e) {
  tell_colleague(e.inmail, e.by, e.at, DedupAction::require_override_reason);
}

}  // namespace inmail::sim
