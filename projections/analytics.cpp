#include "projections/analytics.hpp"

#include <algorithm>
#include <numeric>

#include "events/policy.hpp"
#include "projections/paging.hpp"
#include "projections/row_key.hpp"
#include "projections/typed_rows.hpp"

// Rows, by the first byte of their keys:
//
//   d  sender (0: all senders), day     SentCounts
//   m  InMail                           Cohort: where later events of a delivered InMail count
//   p                                   AnalyticsTerms of the policy adopted last

namespace inmail {
namespace {

/// Where an InMail counts.
struct Cohort {
  StreamId sender;
  std::uint32_t day = 0;
  bool clicked = false;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(sender, day, clicked);
  }
};

RowKey days_prefix(StreamId sender) { return RowKey('d').add(sender); }
RowKey cohort_key(const InMailId& id) { return RowKey('m').add(id); }
RowKey terms_key() { return RowKey('p'); }

std::uint32_t day_number(Day day) {
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(day.time_since_epoch().count(), 0, UINT32_MAX));
}

Cohort cohort_of(const InMailRef& ref) {
  return {ref.sender, day_number(std::chrono::floor<std::chrono::days>(ref.sent_at)), false};
}

template <class Change>
void count(Rows& rows, const Cohort& cohort, const Change& change) {
  for (const StreamId sender : {cohort.sender, StreamId{}}) {
    const RowKey key = days_prefix(sender).add(std::uint64_t{cohort.day});
    SentCounts counts = fold_row<SentCounts>(rows, key).value_or(SentCounts{});
    change(counts);
    put_row(rows, key, counts);
  }
}

AnalyticsTerms terms_of(const Policy& policy) {
  return {policy.metrics.response_window_s, policy.metrics.unclassified_is_accept};
}

bool is_in_time(const Rows& rows, const InMailRef& ref, Timestamp at) {
  const auto terms = fold_row<AnalyticsTerms>(rows, terms_key());
  const Seconds window = terms ? terms->response_window : MetricsPolicy{}.response_window_s;
  return at - ref.sent_at <= window;
}

void on(Rows& rows, const RecordHeader&, const PolicyAdopted& e) {
  const auto policy = parse_policy(e.document, e.name);
  invariant(policy.ok(), "a policy document on record cannot be read");
  put_row(rows, terms_key(), terms_of(*policy));
}

void on(Rows& rows, const RecordHeader&, const InMailDelivered& e) {
  const Cohort cohort = cohort_of(e.ref);
  insert_row(rows, cohort_key(e.ref.inmail), cohort);
  const bool charges = e.ref.pool == e.ref.sender && !e.accept_until;
  count(rows, cohort, [&](SentCounts& counts) {
    ++counts.delivered;
    if (charges) counts.credits_charged += e.ref.cost;
  });
}

void on(Rows& rows, const RecordHeader&, const InMailFailed& e) {
  count(rows, cohort_of(e.ref), [](SentCounts& counts) { ++counts.failed; });
}

void on(Rows& rows, const RecordHeader& header, const Opened& e) {
  if (!is_in_time(rows, e.ref, header.time)) return;
  count(rows, cohort_of(e.ref), [](SentCounts& counts) { ++counts.opened; });
}

void on(Rows& rows, const RecordHeader& header, const Replied& e) {
  if (!is_in_time(rows, e.ref, header.time)) return;
  count(rows, cohort_of(e.ref), [&](SentCounts& counts) {
    ++counts.responded;
    switch (e.kind) {
      case ReplyKind::accept: ++counts.accepted; break;
      case ReplyKind::decline: ++counts.declined; break;
      case ReplyKind::reply: ++counts.replied; break;
      case ReplyKind::quick_reply: ++counts.quick; break;
    }
  });
}

void on(Rows& rows, const RecordHeader& header, const LinkFollowed& e) {
  if (!is_in_time(rows, e.ref, header.time)) return;
  auto cohort = fold_row<Cohort>(rows, cohort_key(e.ref.inmail));
  if (!cohort || cohort->clicked) return;
  cohort->clicked = true;
  put_row(rows, cohort_key(e.ref.inmail), *cohort);
  count(rows, *cohort, [](SentCounts& counts) { ++counts.clicked; });
}

void on(Rows& rows, const RecordHeader&, const MessageSent& e) {
  if (e.automatic) return;
  if (const auto cohort = fold_row<Cohort>(rows, cohort_key(e.conversation)))
    count(rows, *cohort, [](SentCounts& counts) { ++counts.messages; });
}

void on(Rows& rows, const RecordHeader&, const CreditCharged& e) {
  std::uint64_t amount = 0;
  for (const LotSplit& split : e.splits) amount += split.amount;
  if (const auto cohort = fold_row<Cohort>(rows, cohort_key(e.inmail)))
    count(rows, *cohort, [&](SentCounts& counts) { counts.credits_charged += amount; });
}

void on(Rows& rows, const RecordHeader&, const CreditRefunded& e) {
  if (const auto cohort = fold_row<Cohort>(rows, cohort_key(e.inmail)))
    count(rows, *cohort, [&](SentCounts& counts) { counts.credits_refunded += e.amount; });
}

template <class Other>
void on(Rows&, const RecordHeader&, const Other&) {}

Result<SentOnDay> to_day(std::string_view key, std::string_view value) {
  auto counts = decode_row<SentCounts>(value);
  if (!counts) return counts.error();
  RowKeyReader parts(key);
  parts.stream();
  return SentOnDay{Day{std::chrono::days{parts.number()}}, *counts};
}

}  // namespace

void AnalyticsView::apply(Rows& rows, const Record& record) {
  std::visit([&](const auto& event) { on(rows, record.header, event); }, record.event);
}

SentCounts& SentCounts::operator+=(const SentCounts& other) {
  delivered += other.delivered;
  failed += other.failed;
  opened += other.opened;
  responded += other.responded;
  accepted += other.accepted;
  declined += other.declined;
  replied += other.replied;
  quick += other.quick;
  messages += other.messages;
  credits_charged += other.credits_charged;
  credits_refunded += other.credits_refunded;
  clicked += other.clicked;
  return *this;
}

std::optional<std::uint64_t> Rate::basis_points() const {
  if (denominator == 0) return std::nullopt;
  return 10000 * numerator / denominator;
}

Rates rates_of(const SentCounts& counts, const AnalyticsTerms& terms) {
  const std::uint64_t accepted =
      counts.accepted + (terms.unclassified_is_accept ? counts.replied : 0);
  return {.delivery = {counts.delivered, counts.delivered + counts.failed},
          .open = {counts.opened, counts.delivered},
          .response = {counts.responded, counts.delivered},
          .accept = {accepted, counts.delivered},
          .decline = {counts.declined, counts.delivered},
          .positive = {accepted, counts.responded},
          .refund = {counts.credits_refunded, counts.credits_charged},
          .click = {counts.clicked, counts.delivered},
          .click_of_opened = {counts.clicked, counts.opened}};
}

Result<AnalyticsTerms> analytics_terms(const Rows& rows) {
  auto terms = read_row<AnalyticsTerms>(rows, terms_key());
  if (!terms) return terms.error();
  return terms->value_or(terms_of(Policy{}));
}

Result<Page<SentOnDay>> analytics_days(const Rows& rows, AnalyticsScope scope,
                                       const PageRequest& page) {
  return read_page<SentOnDay>(rows, days_prefix(scope.sender), page, to_day);
}

Result<SentCounts> analytics_total(const Rows& rows, AnalyticsScope scope, Day first, Day last) {
  SentCounts total;
  std::optional<Error> damage;
  const RowKey prefix = days_prefix(scope.sender);
  const RowKey from = days_prefix(scope.sender).add(std::uint64_t{day_number(first)});
  const std::string end = end_of_prefix(prefix);
  rows.scan_range(from, end, [&](std::string_view key, std::string_view value) {
    auto day = to_day(key, value);
    if (!day) {
      damage = day.error();
      return false;
    }
    if (day->day > last) return false;
    total += day->counts;
    return true;
  });
  if (damage) return *damage;
  if (auto status = rows.status(); !status) return status.error();
  return total;
}

}  // namespace inmail
