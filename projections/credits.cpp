#include "projections/credits.hpp"

#include "projections/paging.hpp"
#include "projections/row_key.hpp"
#include "projections/typed_rows.hpp"

// Rows, by the first byte of their keys:
//
//   b  owner                            CreditBalance
//   l  owner, lot                       CreditLot
//   e  owner, ~position, part           LedgerLine; part counts the lots that one event took from
//   h  InMail                           LotSplits: what a member holds reserved for it
//   p  member                           MemberId: the pool that it is linked to
//   s  pool, member                     LinkedAccount

namespace inmail {
namespace {

using Bucket = std::uint64_t CreditBuckets::*;

RowKey balance_key(StreamId owner) { return RowKey('b').add(owner); }
RowKey lots_prefix(StreamId owner) { return RowKey('l').add(owner); }
RowKey ledger_prefix(StreamId owner) { return RowKey('e').add(owner); }
RowKey link_key(MemberId member) { return RowKey('p').add(StreamId(member)); }
RowKey linked_prefix(MemberId pool) { return RowKey('s').add(StreamId(pool)); }
RowKey linked_key(MemberId pool, MemberId member) {
  return linked_prefix(pool).add(StreamId(member));
}
RowKey held_key(const InMailId& id) { return RowKey('h').add(id); }

void move(CreditBuckets& buckets, Bucket from, Bucket to, std::uint64_t amount) {
  invariant(buckets.*from >= amount, "credits on record were moved that are not there");
  buckets.*from -= amount;
  buckets.*to += amount;
}

/// One event's change to one pool: reads the balance, takes changes, writes it back.
class Booking {
 public:
  Booking(Rows& rows, const RecordHeader& header, StreamId owner, std::optional<InMailId> inmail)
      : rows_(rows), header_(header), owner_(owner), inmail_(inmail) {
    if (auto balance = fold_row<CreditBalance>(rows, balance_key(owner))) balance_ = *balance;
  }
  ~Booking() = default;
  Booking(const Booking&) = delete;
  Booking& operator=(const Booking&) = delete;

  CreditBalance& balance() { return balance_; }
  /// All that follows is reserved for an InMail of this sender.
  void spend_for(StreamId sender) { spent_by_ = sender; }

  void move_all(const LotSplits& splits, Bucket from, Bucket to, LedgerWhat what,
                std::uint8_t reason = 0) {
    for (const LotSplit& split : splits) move_one(split.lot, split.amount, from, to, what, reason);
  }

  void move_one(LotId lot, std::uint32_t amount, Bucket from, Bucket to, LedgerWhat what,
                std::uint8_t reason = 0) {
    const RowKey key = lots_prefix(owner_).add(lot);
    auto row = fold_row<CreditLot>(rows_, key);
    invariant(row.has_value(), "credits on record were moved in a lot that was never granted");
    move(row->buckets, from, to, amount);
    put_row(rows_, key, *row);
    move(balance_.buckets, from, to, amount);
    const std::int64_t change = to == &CreditBuckets::available     ? std::int64_t{amount}
                                : from == &CreditBuckets::available ? -std::int64_t{amount}
                                                                    : 0;
    add_line(what, reason, change, lot);
  }

  void add_line(LedgerWhat what, std::uint8_t reason, std::int64_t amount, LotId lot) {
    const LedgerLine line{.position = header_.position,
                          .time = header_.time,
                          .came_true_at = header_.due_at,
                          .what = what,
                          .reason = reason,
                          .amount = amount,
                          .available = balance_.buckets.available,
                          .lot = lot,
                          .inmail = inmail_,
                          .policy = header_.policy,
                          .cause = header_.cause,
                          .spent_by = spent_by_};
    RowKey key = ledger_prefix(owner_).add_descending(header_.position.value).add(lines_++);
    insert_row(rows_, key, line);
  }

  void add_lot(const CreditLot& lot) {
    insert_row(rows_, lots_prefix(owner_).add(lot.lot), lot);
    balance_.buckets.granted += lot.buckets.granted;
    balance_.buckets.available += lot.buckets.available;
    ++balance_.lots;
  }

  void close() { put_row(rows_, balance_key(owner_), balance_); }

 private:
  Rows& rows_;
  const RecordHeader& header_;
  const StreamId owner_;
  const std::optional<InMailId> inmail_;
  CreditBalance balance_;
  std::optional<StreamId> spent_by_;
  std::uint64_t lines_ = 0;
};

void on(Rows& rows, const RecordHeader& header, const CreditsGranted& e) {
  CreditLot lot{.lot = e.lot,
                .kind = e.kind,
                .buckets = {},
                .granted_at = header.due_at,
                .expires_at = e.expires_at,
                .cycle = e.cycle,
                .inmail = e.inmail};
  lot.buckets.granted = e.amount;
  lot.buckets.available = e.amount;
  Booking booking(rows, header, header.stream, e.inmail);
  booking.add_lot(lot);
  booking.add_line(LedgerWhat::granted, static_cast<std::uint8_t>(e.kind), e.amount, e.lot);
  booking.close();
}

/// What a member's own credits set aside when it sends, or schedules.
template <class Letter>
void set_aside(Rows& rows, const RecordHeader& header, const Letter& e) {
  if (e.splits.empty()) return;
  Booking booking(rows, header, e.pool, e.inmail);
  booking.move_all(e.splits, &CreditBuckets::available, &CreditBuckets::reserved,
                   LedgerWhat::reserved);
  booking.close();
  insert_row(rows, held_key(e.inmail), e.splits);
}

void on(Rows& rows, const RecordHeader& header, const InMailSent& e) { set_aside(rows, header, e); }

void on(Rows& rows, const RecordHeader& header, const InMailScheduled& e) {
  set_aside(rows, header, e);
}

void on(Rows& rows, const RecordHeader& header, const InMailDelivered& e) {
  if (e.ref.cost == 0 || e.ref.pool != e.ref.sender || e.accept_until) return;
  const RowKey key = held_key(e.ref.inmail);
  const auto splits = fold_row<LotSplits>(rows, key);
  invariant(splits.has_value(), "an InMail on record was charged that reserved nothing");
  Booking booking(rows, header, e.ref.pool, e.ref.inmail);
  booking.move_all(*splits, &CreditBuckets::reserved, &CreditBuckets::consumed,
                   LedgerWhat::charged);
  booking.close();
  rows.erase(key);
}

void on(Rows& rows, const RecordHeader& header, const CreditReserved& e) {
  Booking booking(rows, header, header.stream, e.inmail);
  booking.spend_for(e.sender);
  booking.move_all(e.splits, &CreditBuckets::available, &CreditBuckets::reserved,
                   LedgerWhat::reserved);
  booking.close();
  if (header.stream.kind() != StreamKind::member) return;
  const RowKey key = linked_key(header.stream.member(), e.sender.member());
  auto account = fold_row<LinkedAccount>(rows, key);
  invariant(account.has_value(), "an account spent of a pool on record that it was not linked to");
  ++account->sends;
  for (const LotSplit& split : e.splits) account->reserved += split.amount;
  put_row(rows, key, *account);
}

void on(Rows& rows, const RecordHeader& header, const AccountLinked& e) {
  const MemberId member = header.stream.member();
  put_row(rows, link_key(member), e.pool);
  const RowKey key = linked_key(e.pool, member);
  LinkedAccount account =
      fold_row<LinkedAccount>(rows, key).value_or(LinkedAccount{.member = member});
  account.since = header.time;
  account.until.reset();
  put_row(rows, key, account);
}

void on(Rows& rows, const RecordHeader& header, const AccountUnlinked& e) {
  const MemberId member = header.stream.member();
  rows.erase(link_key(member));
  const RowKey key = linked_key(e.pool, member);
  auto account = fold_row<LinkedAccount>(rows, key);
  invariant(account.has_value(), "an account on record was unlinked that was not linked");
  account->until = header.time;
  put_row(rows, key, *account);
}

void on(Rows& rows, const RecordHeader& header, const CreditCharged& e) {
  Booking booking(rows, header, header.stream, e.inmail);
  booking.move_all(e.splits, &CreditBuckets::reserved, &CreditBuckets::consumed,
                   LedgerWhat::charged);
  booking.close();
  if (header.stream.kind() == StreamKind::member) rows.erase(held_key(e.inmail));
}

void on(Rows& rows, const RecordHeader& header, const CreditReleased& e) {
  Booking booking(rows, header, header.stream, e.inmail);
  booking.move_all(e.splits, &CreditBuckets::reserved, &CreditBuckets::available,
                   LedgerWhat::released, static_cast<std::uint8_t>(e.reason));
  booking.close();
  if (header.stream.kind() == StreamKind::member) rows.erase(held_key(e.inmail));
}

void on(Rows& rows, const RecordHeader& header, const CreditRefunded& e) {
  const auto reason = static_cast<std::uint8_t>(e.reason);
  Booking booking(rows, header, header.stream, e.inmail);
  booking.balance().refunded += e.amount;
  if (e.into_original_lot)
    booking.move_one(e.lot, e.amount, &CreditBuckets::consumed, &CreditBuckets::available,
                     LedgerWhat::refunded, reason);
  else
    booking.add_line(LedgerWhat::refunded, reason, 0, e.lot);
  booking.close();
}

/// Credits that can be spent are lost: into `to`.
void lose(Rows& rows, const RecordHeader& header, LotId lot, std::uint32_t amount, Bucket to,
          LedgerWhat what, std::uint8_t reason = 0) {
  Booking booking(rows, header, header.stream, std::nullopt);
  booking.move_one(lot, amount, &CreditBuckets::available, to, what, reason);
  booking.close();
}

void on(Rows& rows, const RecordHeader& header, const CreditsExpired& e) {
  lose(rows, header, e.lot, e.amount, &CreditBuckets::expired, LedgerWhat::expired);
}

void on(Rows& rows, const RecordHeader& header, const CreditsForfeited& e) {
  lose(rows, header, e.lot, e.amount, &CreditBuckets::forfeited, LedgerWhat::forfeited);
}

void on(Rows& rows, const RecordHeader& header, const CreditsVoided& e) {
  lose(rows, header, e.lot, e.amount, &CreditBuckets::voided, LedgerWhat::voided,
       static_cast<std::uint8_t>(e.reason));
}

template <class Other>
void on(Rows&, const RecordHeader&, const Other&) {}

}  // namespace

void CreditsView::apply(Rows& rows, const Record& record) {
  std::visit([&](const auto& event) { on(rows, record.header, event); }, record.event);
}

std::string_view reason_of(const LedgerLine& line) {
  switch (line.what) {
    case LedgerWhat::granted: return name_of(static_cast<LotKind>(line.reason));
    case LedgerWhat::refunded: return name_of(static_cast<RefundOn>(line.reason));
    case LedgerWhat::released:
      switch (static_cast<ReleaseReason>(line.reason)) {
        case ReleaseReason::send_rejected: return "send_rejected";
        case ReleaseReason::delivery_failed: return "delivery_failed";
        case ReleaseReason::lost: return "lost";
        case ReleaseReason::taken_back: return "taken_back";
        case ReleaseReason::not_dispatched: return "not_dispatched";
        case ReleaseReason::not_accepted: return "not_accepted";
      }
      return "unknown";
    case LedgerWhat::voided:
      switch (static_cast<VoidReason>(line.reason)) {
        case VoidReason::subscription_ended: return "subscription_ended";
        case VoidReason::plan_changed: return "plan_changed";
        case VoidReason::member_erased: return "member_erased";
        case VoidReason::purchase_reversed: return "purchase_reversed";
        case VoidReason::adjusted: return "adjusted";
        case VoidReason::released: return "released";
        case VoidReason::transferred: return "transferred";
      }
      return "unknown";
    case LedgerWhat::reserved:
    case LedgerWhat::charged:
    case LedgerWhat::expired:
    case LedgerWhat::forfeited: return "";
  }
  return "unknown";
}

Result<CreditBalance> credit_balance(const Rows& rows, StreamId owner) {
  auto balance = read_row<CreditBalance>(rows, balance_key(owner));
  if (!balance) return balance.error();
  return balance->value_or(CreditBalance{});
}

Result<std::optional<MemberId>> pool_linked_to(const Rows& rows, MemberId member) {
  return read_row<MemberId>(rows, link_key(member));
}

Result<Page<LinkedAccount>> linked_accounts(const Rows& rows, MemberId pool,
                                            const PageRequest& page) {
  return read_page<LinkedAccount>(rows, linked_prefix(pool), page);
}

Result<Page<CreditLot>> credit_lots(const Rows& rows, StreamId owner, const PageRequest& page) {
  return read_page<CreditLot>(rows, lots_prefix(owner), page);
}

Result<Page<LedgerLine>> credit_ledger(const Rows& rows, StreamId owner, const PageRequest& page) {
  return read_page<LedgerLine>(rows, ledger_prefix(owner), page);
}

}  // namespace inmail
