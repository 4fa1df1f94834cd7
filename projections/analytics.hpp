#pragma once

#include <cstdint>
#include <optional>

#include "events/record.hpp"
#include "projections/page.hpp"
#include "projections/rows.hpp"

namespace inmail {

/// What became of the InMails that were sent on one day (UTC), per sender and for the whole log.
///
/// An InMail counts from its delivery on, for the day on which it was *sent*. Its outcome counts if
/// it came within `metrics.response_window_s` of the send; which policy is asked is the one in
/// force when it came (D6.2).
struct AnalyticsView {
  static constexpr std::string_view name = "analytics";
  static constexpr std::uint16_t revision = 2;
  static void apply(Rows& rows, const Record& record);
};

struct SentCounts {
  std::uint64_t delivered = 0;  ///< What reports call sent; retracted ones stay in it.
  std::uint64_t failed = 0;
  std::uint64_t opened = 0;
  std::uint64_t responded = 0;  ///< accepted + declined + replied + quick.
  std::uint64_t accepted = 0;
  std::uint64_t declined = 0;
  std::uint64_t replied = 0;
  std::uint64_t quick = 0;
  std::uint64_t messages = 0;  ///< Free ones, in the conversations that the InMails began.
  std::uint64_t credits_charged = 0;
  std::uint64_t credits_refunded = 0;
  std::uint64_t clicked = 0;  ///< A link of it was followed, once or often.

  bool operator==(const SentCounts&) const = default;
  SentCounts& operator+=(const SentCounts& other);

  template <class Archive>
  void serialize(Archive& archive) {
    archive(delivered, failed, opened, responded, accepted, declined, replied, quick, messages,
            credits_charged, credits_refunded, clicked);
  }
};

/// A share, in integers (D6.2).
struct Rate {
  std::uint64_t numerator = 0;
  std::uint64_t denominator = 0;

  bool operator==(const Rate&) const = default;

  /// floor(10000 * numerator / denominator); nothing when there is nothing to have a share of.
  std::optional<std::uint64_t> basis_points() const;
};

struct Rates {
  Rate delivery;  ///< Of what was delivered or failed.
  Rate open;      ///< This and the next three: of what was delivered.
  Rate response;
  Rate accept;
  Rate decline;
  Rate positive;  ///< Accepted, of what was responded to.
  Rate refund;    ///< Of the credits charged; complete only when the refund windows are over.
  Rate click;     ///< Of what was delivered.
  Rate click_of_opened;
};

/// What the counts of a report mean, by the policy adopted last.
struct AnalyticsTerms {
  Seconds response_window{0};
  bool unclassified_is_accept = true;  ///< A reply in free text counts as accepted.

  bool operator==(const AnalyticsTerms&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    std::int64_t seconds = response_window.count();
    archive(seconds, unclassified_is_accept);
    response_window = Seconds{seconds};
  }
};

Rates rates_of(const SentCounts& counts, const AnalyticsTerms& terms);

/// A day in UTC.
using Day = std::chrono::sys_days;

struct SentOnDay {
  Day day;
  SentCounts counts;
};

/// Whose InMails: those of one sender (a member or a seat), or all when `sender` is not set.
struct AnalyticsScope {
  StreamId sender;
};

/// Errors: corruption, io; the same holds for all queries below.
Result<AnalyticsTerms> analytics_terms(const Rows& rows);

/// Days on which something was sent, oldest first.
Result<Page<SentOnDay>> analytics_days(const Rows& rows, AnalyticsScope scope,
                                       const PageRequest& page);

/// The sum over the days from `first` to `last`, both included.
Result<SentCounts> analytics_total(const Rows& rows, AnalyticsScope scope, Day first = Day::min(),
                                   Day last = Day::max());

}  // namespace inmail
