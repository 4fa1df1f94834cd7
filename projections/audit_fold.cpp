#include "projections/audit_fold.hpp"

namespace inmail::auditing {

Pool& Fold::own_pool() { return touch(header.stream); }

Pool& Fold::touch(StreamId owner) {
  Pool& pool = pool_in(owner == header.stream ? stream : world.stream(owner));
  touched.owner = owner;
  touched.pool = &pool;
  return pool;
}

Pool& Fold::pool_in(StreamState& state) {
  if (!state.pool) state.pool = std::make_unique<Pool>();
  return *state.pool;
}

void Fold::on(const MemberRegistered& e) {
  stream.registered = true;
  stream.profile = {e.public_profile, e.lists};
}

void Fold::on(const ProfileUpdated& e) {
  stream.past_profiles.emplace_back(header.version, std::move(stream.profile));
  stream.profile = {e.public_profile, e.lists};
}

void Fold::on(const InboundRulesSet& e) {
  stream.inbound_rules.emplace_back(
      header.version, e.own ? std::make_unique<const InboundRules>(e.rules) : nullptr);
}

void Fold::on(const MemberErased&) {
  stream.registered = false;
  stream.marks.clear();
  stream.erased_at = header.time;
  stream.erased_position = header.position;
}

void Fold::on(const MemberKeyDestroyed&) { stream.key_destroyed = true; }

void Fold::on(const ReceivedErased&) {
  stream.received_erased_at = header.time;
  stream.received_erased_position = header.position;
}

void Fold::on(const ReceivedKeyDestroyed&) { stream.received_key_destroyed = true; }

void Fold::on(const PreferenceChanged& e) { stream.preference = e.inmail; }

void Fold::on(const MemberBlocked& e) { stream.blocked.insert(e.target); }

void Fold::on(const MemberUnblocked& e) { stream.blocked.erase(e.target); }

void Fold::on(const OpenProfileSet& e) { stream.open_profile.set(e.on, header.version); }

void Fold::on(const SenderStopped& e) { stream.stopped[e.sender] = {e.person, e.contracts}; }

void Fold::on(const SenderAllowed& e) { stream.stopped.erase(e.sender); }

void Fold::on(const ConnectionSet& e) { connect(e.with, true); }

void Fold::on(const ConnectionRemoved& e) { connect(e.with, false); }

void Fold::connect(MemberId with, bool on) {
  stream.connections[with].set(on, header.version);
  stream.connected_at = header.time;
  stream.connected_position = header.position;
}

void Fold::on(const AccountLinked& e) { stream.linked_to = e.pool; }
void Fold::on(const AccountUnlinked&) { stream.linked_to.reset(); }

void Fold::on(const SeatAdded& e) {
  const std::pair claim{e.seat, header.stream.contract()};
  if (world.seats_.emplace(claim, SeatClaim::added).second) ++own_pool().seats;
}

void Fold::on(const SeatDeclined& e) {
  const auto claim = world.seats_.find({header.stream.seat(), e.contract});
  if (claim != world.seats_.end()) claim->second = SeatClaim::declined;
}

void Fold::on(const SeatRemoved& e) {
  if (world.seats_.erase({e.seat, header.stream.contract()}) > 0) --own_pool().seats;
  stream.seat_limits.erase(e.seat);
  stream.restored.erase(e.seat);
}

void Fold::on(const SeatOpened& e) {
  stream.contract = e.contract;
  stream.holder = e.holder;
  stream.opened_at = header.due_at;
}

void Fold::on(const PolicyAdopted& e) {
  auto policy = parse_policy(e.document, "policy");
  world.policies_.push_back(policy ? std::make_unique<const Policy>(std::move(policy).value())
                                   : nullptr);
}

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
  if (of_release) return;
  pool.released = {};
  pool.gave_back = false;
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
