#include "projections/audit_world.hpp"

namespace inmail::auditing {

/// One record on its way into the world.
struct Fold {
  World& world;
  const RecordHeader& header;
  StreamState& stream;
  Touched touched;

  Pool& own_pool() { return touch(header.stream); }

  Pool& touch(StreamId owner) {
    Pool& pool = pool_in(owner == header.stream ? stream : world.stream(owner));
    touched.owner = owner;
    touched.pool = &pool;
    return pool;
  }

  static Pool& pool_in(StreamState& state) {
    if (!state.pool) state.pool = std::make_unique<Pool>();
    return *state.pool;
  }

  // Credits.

  /// In the lot alone.
  void move(Pool& pool, const LotSplit& split, Bucket from, Bucket to) {
    Lot* lot = pool.find(split.lot);
    if (lot == nullptr) {
      touched.stray = split.lot;
      return;
    }
    lot->buckets.*from -= split.amount;
    lot->buckets.*to += split.amount;
  }

  /// In each lot by its split, in the pool by `total`.
  void move(Pool& pool, const LotSplits& splits, std::int64_t total, Bucket from, Bucket to) {
    for (const LotSplit& split : splits) move(pool, split, from, to);
    pool.total.*from -= total;
    pool.total.*to += total;
  }

  void lose(LotId lot, std::uint32_t amount, Bucket to) {
    Pool& pool = own_pool();
    move(pool, {{lot, amount}}, amount, &Buckets::available, to);
  }

  void reserve(Pool& pool, InMail& inmail, const LotSplits& splits, std::int64_t total) {
    move(pool, splits, total, &Buckets::available, &Buckets::reserved);
    if (inmail.charge != Charge::none && inmail.charge != Charge::released) return;
    inmail.held.take(splits);
    inmail.charge = Charge::reserved;
    inmail.held.each([&](const LotSplit& split) {
      if (Lot* lot = pool.find(split.lot)) lot->in_charges += split.amount;
    });
  }

  /// Nothing can come back through this charge any more.
  void end_charge(Pool& pool, InMail& inmail, Charge how) {
    const bool is_open = inmail.charge == Charge::reserved || inmail.charge == Charge::charged;
    inmail.charge = how;
    if (!is_open) return;
    inmail.held.each([&](const LotSplit& split) {
      if (Lot* lot = pool.find(split.lot)) lot->in_charges -= split.amount;
    });
    inmail.held.clear();
  }

  void oblige(InMail& inmail) {
    inmail.duty_time = header.time;
    inmail.duty_position = header.position;
  }

  /// The recipient's side ends the charge, if this event does.
  void end(InMail& inmail, ChargeEnd end, std::uint32_t amount, RefundOn reason) {
    if (end == ChargeEnd::none || inmail.end != ChargeEnd::none) return;
    inmail.end = end;
    inmail.end_amount = amount;
    inmail.end_reason = reason;
    inmail.ended_at = header.due_at;
    oblige(inmail);
  }

  // Members, seats, policies.

  void on(const MemberRegistered& e) {
    stream.registered = true;
    stream.profile = {e.public_profile, e.lists};
  }
  void on(const ProfileUpdated& e) {
    stream.past_profiles.emplace_back(header.version, std::move(stream.profile));
    stream.profile = {e.public_profile, e.lists};
  }
  void on(const InboundRulesSet& e) {
    stream.inbound_rules.emplace_back(
        header.version, e.own ? std::make_unique<const InboundRules>(e.rules) : nullptr);
  }
  void on(const MemberErased&) {
    stream.registered = false;
    stream.marks.clear();
    stream.erased_at = header.time;
    stream.erased_position = header.position;
  }
  void on(const MemberKeyDestroyed&) { stream.key_destroyed = true; }
  void on(const PreferenceChanged& e) { stream.preference = e.inmail; }
  void on(const MemberBlocked& e) { stream.blocked.insert(e.target); }
  void on(const MemberUnblocked& e) { stream.blocked.erase(e.target); }

  void on(const OpenProfileSet& e) { stream.open_profile.set(e.on, header.version); }
  void on(const SenderStopped& e) { stream.stopped[e.sender] = {e.person, e.contracts}; }
  void on(const SenderAllowed& e) { stream.stopped.erase(e.sender); }
  void on(const ConnectionSet& e) { connect(e.with, true); }
  void on(const ConnectionRemoved& e) { connect(e.with, false); }
  void connect(MemberId with, bool on) {
    stream.connections[with].set(on, header.version);
    stream.connected_at = header.time;
    stream.connected_position = header.position;
  }

  void on(const SeatAdded& e) {
    if (world.seats_.emplace(e.seat, header.stream.contract()).second) ++own_pool().seats;
  }
  void on(const SeatOpened& e) {
    stream.contract = e.contract;
    stream.holder = e.holder;
    stream.opened_at = header.due_at;
  }

  void on(const PolicyAdopted& e) {
    auto policy = parse_policy(e.document, "policy");
    world.policies_.push_back(policy ? std::make_unique<const Policy>(std::move(policy).value())
                                     : nullptr);
  }

  // Plans and lots.

  void begin_plan(PlanKind plan, std::uint8_t anchor_day, bool was_changed) {
    Pool& pool = own_pool();
    pool.anchor_day = anchor_day;
    pool.is_cancelled = false;
    pool.is_past_due = false;
    if (static_cast<std::size_t>(plan) < plan_kinds) pool.plan = plan;
    stream.plans.emplace_back(header.version, pool.plan);
    pool.began_at = header.due_at;
    pool.was_changed = was_changed;
    pool.has_ended = false;
  }
  void on(const SubscriptionStarted& e) { begin_plan(e.plan, e.anchor_day, false); }
  void on(const SubscriptionChanged& e) { begin_plan(e.to, e.anchor_day, true); }
  void on(const SubscriptionCancelled&) { own_pool().is_cancelled = true; }
  void on(const SubscriptionPastDue&) { own_pool().is_past_due = true; }
  void on(const SubscriptionRecovered&) {
    Pool& pool = own_pool();
    pool.is_past_due = false;
    if (pool.is_cancelled || pool.next_renewal_at > header.due_at) return;
    pool.promise.of = Promise::Of::renewal;
    pool.promise.position = header.position;
  }
  void on(const TrialStarted& e) {
    Pool& pool = own_pool();
    pool.began_at.reset();
    pool.cycle_began_at = header.due_at;
    pool.next_renewal_at = e.ends_at;
    const Policy* policy = world.policy(header.policy);
    if (policy == nullptr || !pool.plan) return;
    pool.promise = {.of = Promise::Of::trial,
                    .amount = policy->terms(*pool.plan).trial_grant,
                    .expires_at = e.ends_at,
                    .position = header.position};
  }
  void on(const SubscriptionEnded&) {
    Pool& pool = own_pool();
    pool.is_cancelled = false;
    pool.is_past_due = false;
    pool.plan.reset();
    pool.has_ended = true;
    stream.plans.emplace_back(header.version, pool.plan);
  }

  void on(const CycleRenewed& e) {
    Pool& pool = own_pool();
    const Policy* policy = world.policy(header.policy);
    const bool is_made_up = pool.promise.of == Promise::Of::renewal;
    pool.promise = {};
    pool.cycle_began_at = header.due_at;
    pool.cycle = e.cycle;
    pool.next_renewal_at = e.next_renewal_at;
    const bool is_carried = pool.began_at && pool.was_changed && policy != nullptr &&
                            policy->lot.on_plan_change == OnPlanChange::carry;
    pool.began_at.reset();
    pool.monthly_granted = false;
    const std::int64_t heads = header.stream.kind() == StreamKind::contract ? pool.seats : 1;
    pool.allotment =
        policy != nullptr && pool.plan ? allotment_of(policy->terms(*pool.plan), heads) : 0;
    pool.grant_due = pool.allotment;
    if (policy != nullptr && pool.plan && !is_made_up)
      pool.grant_due = share_of_cycle(pool.allotment, policy->terms(*pool.plan), pool.anchor_day,
                                      header.due_at, e.next_renewal_at);
    pool.renewed_at = header.position;
    pool.renewal = {.open = true, .position = header.position, .policy = policy};
    pool.renewal.is_judged = !is_carried;
  }

  /// Credits came.
  void watch_cap(Pool& pool) {
    const Policy* policy = world.policy(header.policy);
    if (policy == nullptr || !pool.plan || policy->accum.cap_when != CapWhen::always) return;
    const std::int64_t heads = header.stream.kind() == StreamKind::contract ? pool.seats : 1;
    CapWatch& watch = pool.cap_watch;
    if (watch.policy == nullptr)
      watch = {.policy = policy,
               .position = header.position,
               .at = header.due_at,
               .cause = header.cause,
               .allotment = allotment_of(policy->terms(*pool.plan), heads)};
  }

  void on(const CreditsGranted& e) {
    Pool& pool = own_pool();
    watch_cap(pool);
    pool.promise = {};
    Lot lot{.id = e.lot, .kind = e.kind, .granted_at = header.due_at, .buckets = {}};
    if (e.kind < LotKind::monthly || e.kind > LotKind::adjust) lot.kind = LotKind::adjust;
    if (e.expires_at) lot.expires_at = *e.expires_at;
    lot.buckets.granted = e.amount;
    lot.buckets.available = e.amount;
    pool.lots.push_back(lot);
    pool.last_lot = e.lot;
    pool.total.granted += e.amount;
    pool.total.available += e.amount;
    if (lot.kind == LotKind::refund)
      pool.refund_grant = {e.lot, e.amount, e.inmail.value_or(InMailId{}), header.position};
    else
      pool.from_outside += e.amount;
    if (lot.kind == LotKind::adjust && e.inmail) pool.lost_by_release -= e.amount;
    if (lot.kind == LotKind::monthly) {
      pool.monthly_granted = true;
      pool.renewal.granted = e.lot;
    }
  }

  void on(const CreditsExpired& e) {
    lose(e.lot, e.amount, &Buckets::expired);
    touched.pool->lost_by_release += e.amount;
  }
  void on(const CreditsForfeited& e) {
    lose(e.lot, e.amount, &Buckets::forfeited);
    touched.pool->renewal.forfeited += e.amount;
    touched.pool->cap_watch.forfeited += e.amount;
  }
  void on(const CreditsVoided& e) {
    lose(e.lot, e.amount, &Buckets::voided);
    touched.pool->promise.amount -= e.amount;
  }

  // Beside the plan.

  void on(const PurchaseRecorded& e) {
    Pool& pool = own_pool();
    pool.purchases.emplace(e.payment_ref,
                           Bought{e.lot, e.credits, header.due_at, header.policy, false});
    pool.promise = {.of = Promise::Of::purchase,
                    .lot = e.lot,
                    .amount = e.credits,
                    .expires_at = {},
                    .position = header.position};
  }
  void on(const PurchaseReversed& e) {
    Pool& pool = own_pool();
    const auto bought = pool.purchases.find(e.payment_ref);
    if (bought != pool.purchases.end()) bought->second.reversed = true;
    pool.promise = {.of = Promise::Of::reversal,
                    .lot = e.lot,
                    .amount = e.amount,
                    .expires_at = {},
                    .position = header.position};
  }
  void on(const CreditsAdjusted& e) {
    own_pool().promise = {.of = e.amount > 0 ? Promise::Of::raise : Promise::Of::cut,
                          .lot = {},
                          .amount = e.amount > 0 ? e.amount : -e.amount,
                          .expires_at = {},
                          .position = header.position};
  }

  // Charges.

  void on(const CreditReserved& e) {
    Pool& pool = own_pool();
    std::int64_t total = 0;
    for (const LotSplit& split : e.splits) total += split.amount;
    InMail* inmail = world.make(e.inmail);
    if (inmail == nullptr)
      return move(pool, e.splits, total, &Buckets::available, &Buckets::reserved);
    if (!inmail->is_sent()) {
      inmail->sender = e.seat;
      inmail->pool = header.stream;
    }
    reserve(pool, *inmail, e.splits, total);
    oblige(*inmail);
    inmail->month = pool.cycle;
    if (const Policy* policy = world.policy(header.policy)) {
      inmail->month_max = stream.month_max(e.seat, *policy);
      inmail->month_has_free = policy->seat.monthly_counts == MonthlyCounts::all_inmails;
    }
  }

  void on(const CreditCharged& e) {
    Pool& pool = own_pool();
    InMail* inmail = world.find_to_change(e.inmail);
    std::int64_t total = 0;
    for (const LotSplit& split : e.splits) total += split.amount;
    if (inmail != nullptr && inmail->is_sent()) total = inmail->cost;
    move(pool, e.splits, total, &Buckets::reserved, &Buckets::consumed);
    if (inmail == nullptr || inmail->charge != Charge::reserved) return;
    if (e.refundable)
      inmail->charge = Charge::charged;
    else
      end_charge(pool, *inmail, Charge::final);
  }

  void on(const CreditReleased& e) {
    Pool& pool = own_pool();
    InMail* inmail = world.find_to_change(e.inmail);
    std::int64_t total = 0;
    for (const LotSplit& split : e.splits) total += split.amount;
    if (inmail != nullptr && inmail->charge == Charge::reserved) total = inmail->held.sum();
    move(pool, e.splits, total, &Buckets::reserved, &Buckets::available);
    if (inmail != nullptr) end_charge(pool, *inmail, Charge::released);
    pool.released = e.inmail;
    pool.lost_by_release = 0;
    watch_cap(pool);
  }

  void on(const CreditRefunded& e) {
    Pool& pool = own_pool();
    if (e.into_original_lot)
      move(pool, {{e.lot, e.amount}}, e.amount, &Buckets::consumed, &Buckets::available);
    else
      pool.refunded += e.amount;
    watch_cap(pool);
    if (InMail* inmail = world.find_to_change(e.inmail))
      end_charge(pool, *inmail, Charge::refunded);
  }

  void on(const ChargeFinalized& e) {
    if (InMail* inmail = world.find_to_change(e.inmail))
      end_charge(own_pool(), *inmail, Charge::final);
  }

  // InMails.

  void on(const InMailSent& e) {
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

  void on(const InMailScheduled& e) {
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

  void on(const InMailRescheduled& e) {
    InMail* inmail = world.find_to_change(e.inmail);
    if (inmail != nullptr && inmail->stage == Stage::scheduled) appoint(*inmail, e.send_at);
  }

  void appoint(InMail& inmail, Timestamp send_at) {
    inmail.send_at = send_at;
    oblige(inmail);
    inmail.duty_time = std::max(inmail.duty_time, send_at);
  }

  void on(const DraftSaved& e) { stream.drafts[e.draft] = e.revision; }
  void on(const DraftDiscarded& e) { stream.drafts.erase(e.draft); }

  void on(const UndoWindowClosed& e) {
    InMail* inmail = world.find_to_change(e.inmail);
    if (inmail == nullptr) return;
    inmail->in_undo_time = false;
    oblige(*inmail);
  }

  void on(const InMailCancelled& e) {
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

  void look_back(const InMailSent& e) {
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

  void count(const InMailSent& e) {
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

  void on(const SeatLimitSet& e) {
    if (e.seats.empty()) {
      stream.seat_limit = e.limit;
      stream.seat_limits.clear();
    }
    for (const SeatId seat : e.seats) {
      stream.seat_limits.erase(seat);
      if (e.limit) stream.seat_limits.emplace(seat, *e.limit);
    }
  }

  void on(const LimitHit& e) { warnings_of(e.inmail).burst = e.which == SendLimit::burst; }
  void on(const DuplicateOutreachWarned& e) { warn(e, false); }
  void on(const DuplicateOutreachOverridden& e) { warn(e, true); }
  void warn(const auto& e, bool is_overridden) {
    Warnings& warnings = warnings_of(e.inmail);
    warnings.duplicate = {e.by, e.at};
    warnings.is_overridden = is_overridden;
  }
  Warnings& warnings_of(const InMailId& inmail) {
    if (stream.warnings.inmail != inmail) stream.warnings = {.inmail = inmail};
    return stream.warnings;
  }

  void lock_again(const InMailId& inmail, MemberId to) {
    if (!stream.sent) return;
    const auto unlocked = stream.sent->unlocked.find(to);
    if (unlocked != stream.sent->unlocked.end() && unlocked->second.first == inmail)
      stream.sent->unlocked.erase(unlocked);
  }

  /// Nobody waits any more for what becomes of this one.
  void end_contact(const InMail& inmail) {
    if (inmail.pool.kind() != StreamKind::contract) return;
    for (Contact& each : stream.contacts[inmail.pool.contract()])
      if (each.inmail == inmail.id) each.until = header.version;
  }

  void count_open_profile() {
    const auto month = month_at(header.due_at);
    if (stream.open_profile_month != month) stream.open_profile_sends = 0;
    stream.open_profile_month = month;
    ++stream.open_profile_sends;
  }

  void count_arrival() {
    ArrivedSoFar& arrived = stream.arrived;
    const auto day = std::chrono::floor<std::chrono::days>(header.due_at);
    if (std::exchange(arrived.day, day) != day) arrived.in_day = 0;
    const auto week = monday_of(day);
    if (std::exchange(arrived.week, week) != week) arrived.in_week = 0;
    ++arrived.in_day;
    ++arrived.in_week;
  }

  void on(const InMailDelivered& e) {
    InMail* inmail = world.find_to_change(e.ref.inmail);
    if (inmail == nullptr || inmail->stage != Stage::sent) return;
    inmail->stage = Stage::delivered;
    inmail->delivered_at = header.due_at;
    inmail->refundable = e.refundable;
    inmail->listed = true;
    ++stream.conversations;
    count_arrival();
    oblige(*inmail);
    if (inmail->sender.kind() == StreamKind::seat)
      stream.contacts[inmail->pool.contract()].push_back(
          {inmail->sender.seat(), inmail->id, inmail->sent_at, header.version});
    inmail->on_accept = e.accept_until.has_value();
    if (inmail->on_accept) return;
    if (inmail->pool.kind() != StreamKind::member || inmail->charge != Charge::reserved) return;
    Pool& pool = touch(inmail->pool);
    inmail->held.each(
        [&](const LotSplit& split) { move(pool, split, &Buckets::reserved, &Buckets::consumed); });
    pool.total.reserved -= inmail->cost;
    pool.total.consumed += inmail->cost;
    inmail->charge = Charge::charged;
  }

  void on(const InMailFailed& e) {
    InMail* inmail = world.find_to_change(e.ref.inmail);
    if (inmail == nullptr || inmail->stage != Stage::sent) return;
    inmail->stage = Stage::failed;
    world.unlink(*inmail);
    oblige(*inmail);
  }

  void on(const Opened& e) {
    InMail* inmail = world.find_to_change(e.ref.inmail);
    if (e.inferred) stream.inferred = e.ref.inmail;
    if (inmail == nullptr || inmail->opened) return;
    inmail->opened = true;
    inmail->opened_at = header.due_at;
  }

  void on(const Replied& e) {
    InMail* inmail = world.find_to_change(e.ref.inmail);
    if (inmail == nullptr || inmail->is_quiet()) return;
    inmail->response = static_cast<std::uint8_t>(e.kind);
    inmail->canned = e.canned;
    if (e.canned && e.kind == ReplyKind::decline) end_contact(*inmail);
    world.unlink(*inmail);
    oblige(*inmail);
    begin_thread(*inmail, false, e.kind == ReplyKind::decline && e.canned);
    end(*inmail, e.charge, e.refund_amount, refund_on(e.kind));
    world.mark_beside(*inmail);
  }

  void on(const Expired& e) {
    InMail* inmail = world.find_to_change(e.ref.inmail);
    if (inmail == nullptr) return;
    if (inmail->stage == Stage::delivered) inmail->stage = Stage::expired;
    if (e.effect == ExpiryEffect::hide) unlist(*inmail);
    end_contact(*inmail);
    end(*inmail, e.charge, e.refund_amount, RefundOn::expired);
  }

  void on(const InMailRetracted& e) {
    InMail* inmail = world.find_to_change(e.ref.inmail);
    if (inmail == nullptr) return;
    if (!inmail->is_quiet()) world.unlink(*inmail);
    if (inmail->was_delivered()) inmail->stage = Stage::retracted;
    end_contact(*inmail);
    if (e.leaves_mark)
      begin_thread(*inmail, true, true);
    else
      unlist(*inmail);
    oblige(*inmail);
    end(*inmail, e.charge, e.refund_amount, RefundOn::unopened);
  }

  void on(const InMailHiddenFromRecipient& e) {
    InMail* inmail = world.find_to_change(e.ref.inmail);
    if (inmail == nullptr) return;
    inmail->hidden = true;
    unlist(*inmail);
  }

  void on(const ReminderSent& e) {
    if (InMail* inmail = world.find_to_change(e.ref.inmail)) ++inmail->reminders;
  }

  // Conversations.

  void unlist(InMail& inmail) {
    if (inmail.listed && !stream.is_archived(inmail.id)) --stream.conversations;
    inmail.listed = false;
  }

  void begin_thread(const InMail& inmail, bool is_mark, bool is_closed) {
    Thread& thread = world.threads_.insert(inmail.id.bytes, Thread{});
    thread.sender = inmail.sender;
    thread.from = inmail.from;
    thread.to = inmail.to;
    thread.is_mark = is_mark;
    thread.is_closed = is_closed;
  }

  void on(const ConversationReopened& e) {
    Thread* thread = world.threads_.find(e.conversation.bytes);
    if (e.learned) {
      stream.declined.erase(e.by);
      if (stream.sent) stream.sent->threads[e.conversation] = e.by;
    }
    if (thread == nullptr) return;
    if (e.learned) {
      thread->is_retold = true;
      return;
    }
    thread->is_closed = false;
    thread->is_reopened = true;
    thread->reopened_at = header.time;
    thread->reopened_position = header.position;
  }

  void on(const Archived& e) {
    Marks& marks = stream.marks[e.conversation];
    if (marks.archived != e.archived && world.has_in_inbox(header.stream, e.conversation))
      stream.conversations += e.archived ? -1 : 1;
    marks.archived = e.archived;
  }
  void on(const MarkedUnread& e) { stream.marks[e.conversation].unread = e.unread; }
  void on(const Starred& e) { stream.marks[e.conversation].starred = e.starred; }
  void on(const Tagged& e) {
    std::set<std::uint64_t>& tags = stream.marks[e.conversation].tags;
    if (e.tagged)
      tags.insert(e.key);
    else
      tags.erase(e.key);
  }

  void on(const RefundWindowClosed& e) {
    if (InMail* inmail = world.find_to_change(e.ref.inmail))
      end(*inmail, e.charge, e.refund_amount,
          e.answered ? refund_on(e.answered->kind) : RefundOn::no_response);
  }

  void on(const ChargeEnded& e) {
    if (InMail* inmail = world.find_to_change(e.ref.inmail))
      end(*inmail, e.charge, e.refund_amount, e.reason);
  }

  void on(const OutcomeReceived& e) {
    if (InMail* inmail = world.find_to_change(e.inmail)) inmail->informed = true;
    if (e.outcome == Outcome::failed) lock_again(e.inmail, e.to);
    const bool goes_on = e.outcome == Outcome::accepted || e.outcome == Outcome::declined ||
                         e.outcome == Outcome::replied || e.outcome == Outcome::quick_reply;
    if (goes_on && stream.sent) stream.sent->threads[e.inmail] = e.to;
    Thread* thread = world.threads_.find(e.inmail.bytes);
    if (thread == nullptr || thread->is_mark) return;
    const bool is_declined =
        e.outcome == Outcome::declined || e.outcome == Outcome::declined_silently;
    if (is_declined)
      stream.declined[e.to] = header.due_at;
    else
      stream.declined.erase(e.to);
    if (!thread->is_told && !stream.is_archived(e.inmail)) ++stream.conversations;
    thread->is_told = true;
  }

  template <class Other>
  void on(const Other&) {}
};

namespace {

/// What a batch promised is over once another record follows that does not belong to it.
void close_batches(Pool& pool, const Event& event) {
  pool.refund_grant = {};
  if (!pool.promise.is_kept_by(event)) pool.promise = {};
  const auto* granted = std::get_if<CreditsGranted>(&event);
  const bool of_renewal = granted != nullptr ? granted->kind == LotKind::monthly
                                             : std::holds_alternative<CreditsForfeited>(event);
  if (!of_renewal) pool.renewal.open = false;
  const bool of_release = granted != nullptr || std::holds_alternative<CreditsExpired>(event) ||
                          std::holds_alternative<CreditsVoided>(event);
  if (!of_release) pool.released = {};
}

}  // namespace

Touched World::fold(const Record& record, StreamState& stream) {
  const RecordHeader& header = record.header;
  last_ = header.position;
  stream.version = header.version;
  stream.time = header.time;
  stream.policy = header.policy;
  stream.inferred = {};
  const bool begins = !header.cause.is_zero() && is_decided(header, record.event);
  const bool goes_on = !stream.running.is_zero() && header.cause == stream.running;
  stream.running = (begins || goes_on) && !header.is_receipt ? header.cause : CommandId{};
  if (header.is_receipt && !header.cause.is_zero())
    answers_.insert(header.cause.bytes, header.position);
  if (stream.pool && stream.pool->cap_watch.is_over(header)) stream.pool->cap_watch = {};
  if (stream.pool) close_batches(*stream.pool, record.event);

  Fold fold{*this, header, stream, {}};
  std::visit([&](const auto& event) { fold.on(event); }, record.event);
  return fold.touched;
}

}  // namespace inmail::auditing
