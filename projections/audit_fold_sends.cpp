#include "projections/audit_fold.hpp"

// InMails up to their delivery: the sender's side.

namespace inmail::auditing {

void Fold::on(const InMailSent& e) {
  InMail* inmail = world.make(e.inmail);
  if (inmail == nullptr || inmail->is_sent()) return;
  inmail->sender = header.stream;
  inmail->pool = e.pool;
  inmail->from = e.from;
  inmail->to = e.to;
  inmail->sent_at = header.due_at;
  inmail->cost = e.cost;
  inmail->pinned = static_cast<std::uint32_t>(header.policy.value);
  inmail->stage = Stage::sent;
  inmail->from_premium = e.from_premium;
  inmail->links = e.markup.links;
  inmail->is_limited = e.marks.lookback_s > 0;
  inmail->month = e.marks.cycle;
  if (e.free_class == FreeClass::open_profile) count_open_profile();
  if (!e.splits.empty()) reserve(touch(e.pool), *inmail, e.splits, e.cost);
  world.link(e.inmail, *inmail);
  oblige(*inmail);
  look_back(e);
  count(e);
  if (!e.undo_until) return;
  inmail->in_undo_time = true;
  inmail->undo_until = *e.undo_until;
  inmail->duty_time = std::max(inmail->duty_time, *e.undo_until);
}

void Fold::on(const InMailScheduled& e) {
  InMail* inmail = world.make(e.inmail);
  if (inmail == nullptr || inmail->stage != Stage::unsent) return;
  inmail->sender = header.stream;
  inmail->pool = e.pool;
  inmail->from = e.from;
  inmail->to = e.to;
  inmail->cost = e.cost;
  inmail->stage = Stage::scheduled;
  inmail->parent = e.parent.value_or(InMailId{});
  inmail->delay_s = e.delay_s;
  if (e.is_paid) inmail->priced_by = static_cast<std::uint32_t>(header.policy.value);
  inmail->free_class = e.free_class;
  if (!e.splits.empty()) reserve(touch(e.pool), *inmail, e.splits, e.cost);
  appoint(*inmail, e.send_at);
}

void Fold::on(const InMailRescheduled& e) {
  InMail* inmail = world.find_to_change(e.inmail);
  if (inmail != nullptr && inmail->stage == Stage::scheduled) appoint(*inmail, e.send_at);
}

void Fold::appoint(InMail& inmail, Timestamp send_at) {
  inmail.send_at = send_at;
  oblige(inmail);
  inmail.duty_time = std::max(inmail.duty_time, send_at);
}

void Fold::on(const DraftSaved& e) { stream.drafts[e.draft] = e.revision; }

void Fold::on(const DraftDiscarded& e) { stream.drafts.erase(e.draft); }

void Fold::on(const UndoWindowClosed& e) {
  InMail* inmail = world.find_to_change(e.inmail);
  if (inmail == nullptr) return;
  inmail->in_undo_time = false;
  oblige(*inmail);
}

void Fold::on(const InMailCancelled& e) {
  InMail* inmail = world.find_to_change(e.inmail);
  const bool was_sent = inmail != nullptr && inmail->stage == Stage::sent;
  if (!was_sent && (inmail == nullptr || inmail->stage != Stage::scheduled)) return;
  if (was_sent) world.unlink(*inmail);
  inmail->stage = Stage::cancelled;
  inmail->in_undo_time = false;
  inmail->informed = true;
  oblige(*inmail);
  lock_again(e.inmail, e.to);
}

void Fold::look_back(const InMailSent& e) {
  if (!stream.sent) stream.sent = std::make_unique<SentSoFar>();
  SentSoFar& sent = *stream.sent;
  const Timestamp now = header.due_at;
  if (e.marks.unlocks_until) sent.unlocked[e.to] = {e.inmail, *e.marks.unlocks_until};
  if (e.marks.lookback_s <= 0) return;
  constexpr std::size_t most = 4096;
  std::size_t over = sent.lately.size() < most ? 0 : 1;
  while (over < sent.lately.size() && sent.lately[over].until <= now) ++over;
  sent.lately.erase(sent.lately.begin(), sent.lately.begin() + static_cast<std::ptrdiff_t>(over));
  sent.lately.push_back(
      {now, later(now, Seconds{e.marks.lookback_s}), e.marks.print.least, e.cost > 0});
}

void Fold::count(const InMailSent& e) {
  SentSoFar& sent = *stream.sent;
  const auto today = std::chrono::floor<std::chrono::days>(header.due_at);
  if (sent.day != today) sent.in_day = {};
  if (sent.month != e.marks.cycle) sent.in_month = {};
  sent.day = today;
  sent.month = e.marks.cycle;
  for (Tally* tally : {&sent.ever, &sent.in_day, &sent.in_month}) {
    ++tally->all;
    if (e.cost > 0) ++tally->charged;
  }
}

void Fold::on(const SeatLimitSet& e) {
  if (e.seats.empty()) {
    stream.seat_limit = e.limit;
    stream.seat_limits.clear();
  }
  for (const SeatId seat : e.seats) {
    stream.seat_limits.erase(seat);
    if (e.limit) stream.seat_limits.emplace(seat, *e.limit);
  }
}

void Fold::on(const LimitHit& e) { warnings_of(e.inmail).burst = e.which == SendLimit::burst; }

void Fold::on(const DuplicateOutreachWarned& e) { warn(e, false); }

void Fold::on(const DuplicateOutreachOverridden& e) { warn(e, true); }

void Fold::warn(const auto& e, bool is_overridden) {
  Warnings& warnings = warnings_of(e.inmail);
  warnings.duplicate = {e.by, e.at};
  warnings.is_overridden = is_overridden;
}

Warnings& Fold::warnings_of(const InMailId& inmail) {
  if (stream.warnings.inmail != inmail) stream.warnings = {.inmail = inmail};
  return stream.warnings;
}

void Fold::lock_again(const InMailId& inmail, MemberId to) {
  if (!stream.sent) return;
  const auto unlocked = stream.sent->unlocked.find(to);
  if (unlocked != stream.sent->unlocked.end() && unlocked->second.first == inmail)
    stream.sent->unlocked.erase(unlocked);
}

void Fold::end_contact(const InMail& inmail) {
  if (inmail.pool.kind() != StreamKind::contract) return;
  for (Contact& each : stream.contacts[inmail.pool.contract()])
    if (each.inmail == inmail.id) each.until = header.version;
}

void Fold::count_open_profile() {
  const auto month = month_at(header.due_at);
  if (stream.open_profile_month != month) stream.open_profile_sends = 0;
  stream.open_profile_month = month;
  ++stream.open_profile_sends;
}

}  // namespace inmail::auditing
