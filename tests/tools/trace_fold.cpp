#include "tests/tools/trace_fold.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <queue>
#include <tuple>

namespace inmail::test {
namespace {

using Millis = std::int64_t;
using Person = std::uint64_t;

constexpr Millis one_day = 86'400'000;
constexpr Millis week = 7 * one_day;
constexpr Millis refund_window = 90 * one_day;
constexpr Millis never = std::numeric_limits<Millis>::max();

/// The same time of day `months` later, on `day` or the last day of a shorter month.
Millis months_on(Millis time, int months, unsigned day) {
  using namespace std::chrono;
  const sys_time<milliseconds> at{milliseconds{time}};
  const auto midnight = floor<days>(at);
  const year_month_day date{midnight};
  const year_month month = year_month{date.year(), date.month()} + std::chrono::months{months};
  const auto last = static_cast<unsigned>(year_month_day_last{month / std::chrono::last}.day());
  const sys_days then = month / std::chrono::day{std::min(day, last)};
  return then.time_since_epoch() / milliseconds{1} + (at - midnight).count();
}

unsigned day_in_month(Millis time) {
  using namespace std::chrono;
  const year_month_day date{floor<days>(sys_time<milliseconds>{milliseconds{time}})};
  return static_cast<unsigned>(date.day());
}

struct Credits {
  std::uint32_t left = 0;
  Millis dies = never;
  Millis born = 0;
  bool monthly = false;
};

struct Purse {
  bool open = false;
  unsigned anchor = 1;
  std::uint64_t lots = 0;                   ///< Made so far.
  std::map<std::uint64_t, Credits> by_age;  ///< By their numbers.
};

struct Letter {
  Person from = 0;
  Person to = 0;
  Millis sent = 0;
  bool delivered = false;
  bool answered = false;
  bool expired = false;
  bool charge_open = true;
};

struct Talk {
  std::size_t letter = 0;
  Person author = 0;
  bool open = false;
};

/// In the order in which they happen at one instant.
enum class Kind { lot_dies, delivery, silence, expiry, renewal };

struct Timer {
  Millis at = 0;
  Kind kind = Kind::lot_dies;
  std::uint64_t subject = 0;  ///< A letter, or a person.
  std::uint64_t lot = 0;

  auto operator<=>(const Timer&) const = default;
};

class Fold {
 public:
  Fold(const TraceRules& rules) : rules_(rules) {}

  TraceCounts run(const std::vector<tools::Edge>& edges) {
    for (const tools::Edge& edge : edges) {
      now_ =
          std::chrono::duration_cast<std::chrono::milliseconds>(edge.at.time_since_epoch()).count();
      let_pass(now_);
      take(edge.from.value, edge.to.value);
    }
    let_pass(end_);
    return counts_;
  }

 private:
  void take(Person from, Person to) {
    const auto talk = talks_.find(std::minmax(from, to));
    if (talk == talks_.end() || (!talk->second.open && talk->second.author == from))
      return send(from, to);
    if (talk->second.open) {
      ++counts_.messages;
      return;
    }
    if (!answer(letters_[talk->second.letter])) {
      talks_.erase(talk);
      return;
    }
    talk->second.open = true;
  }

  void refuse(const std::string& code) { ++counts_.rejected[code]; }

  void send(Person from, Person to) {
    Purse& purse = purses_[from];
    if (!purse.open) {
      purse.open = true;
      purse.anchor = day_in_month(now_);
      renew(from);
    }
    if (from == to) return refuse("self_send");
    std::size_t silent = 0;
    Millis last = 0;
    for (const std::size_t each : silent_[{from, to}]) {
      const Letter& letter = letters_[each];
      const bool forgotten =
          rules_.forgotten_after > 0 && now_ - letter.sent >= rules_.forgotten_after;
      if (letter.answered || forgotten) continue;
      ++silent;
      last = std::max(last, letter.sent);
    }
    if (silent > 0 && rules_.follow_ups == 0) return refuse("awaiting_response");
    if (silent > rules_.follow_ups) return refuse("followup_limit");
    if (silent > 0 && now_ - last < rules_.follow_up_gap) return refuse("followup_too_soon");
    if (!spend(purse)) return refuse("insufficient_credits");

    ++counts_.sent;
    const std::size_t number = letters_.size();
    letters_.push_back({.from = from, .to = to, .sent = now_});
    silent_[{from, to}].push_back(number);
    talks_[std::minmax(from, to)] = {number, from, false};
    if (rules_.undo > 0)
      plan({now_ + rules_.undo + 1, Kind::delivery, number});
    else
      deliver(letters_.back());
    if (rules_.silence_refunds) plan({now_ + week + 1, Kind::silence, number});
    if (rules_.expiry != TraceRules::Expiry::never) plan({now_ + week + 1, Kind::expiry, number});
    if (rules_.answer_refunds) end_ = std::max(end_, now_ + refund_window + 1);
  }

  void deliver(Letter& letter) {
    letter.delivered = true;
    ++counts_.charged;
    letter.charge_open = rules_.answer_refunds || rules_.silence_refunds;
  }

  /// False: it is not there to be answered.
  bool answer(Letter& letter) {
    const char* why = !letter.delivered ? "not_delivered"
                      : letter.expired  ? "message_expired"
                                        : nullptr;
    if (why != nullptr) {
      refuse(why);  // The opening.
      refuse(why);  // The answer.
      return false;
    }
    letter.answered = true;
    ++counts_.replies;
    if (!rules_.answer_refunds) {
      letter.charge_open = false;
      return true;
    }
    bool is_refunded = false;
    for (const std::size_t each : silent_[{letter.from, letter.to}]) {
      Letter& other = letters_[each];
      if (!other.charge_open || !other.delivered) continue;
      other.charge_open = false;
      if (is_refunded || now_ - other.sent > refund_window) continue;
      is_refunded = true;
      refund(letter.from);
    }
    return true;
  }

  void refund(Person to) {
    ++counts_.refunded;
    const Millis dies = rules_.lot_months > 0
                            ? months_on(now_, rules_.lot_months, day_in_month(now_))
                        : rules_.lot_life > 0 ? now_ + rules_.lot_life
                                              : never;
    add(to, {.left = 1, .dies = dies, .born = now_});
  }

  void add(Person owner, Credits credits) {
    Purse& purse = purses_[owner];
    const std::uint64_t lot = ++purse.lots;
    purse.by_age[lot] = credits;
    if (credits.dies != never) timers_.push({credits.dies, Kind::lot_dies, owner, lot});
  }

  void renew(Person owner) {
    Purse& purse = purses_[owner];
    if (!rules_.rolls_over)
      for (auto& [lot, credits] : purse.by_age)
        if (credits.monthly) counts_.forfeited += std::exchange(credits.left, 0);
    Millis dies = rules_.lot_life > 0 ? now_ + rules_.lot_life : never;
    if (rules_.lot_months > 0) {
      dies = now_;
      for (int month = 0; month < rules_.lot_months; ++month)
        dies = months_on(dies, 1, purse.anchor);
    }
    counts_.granted += rules_.allotment;
    add(owner, {.left = rules_.allotment, .dies = dies, .born = now_, .monthly = true});
    trim(purse);
    timers_.push({months_on(now_, 1, purse.anchor), Kind::renewal, owner});
  }

  void trim(Purse& purse) {
    if (!rules_.rolls_over || rules_.cap == 0) return;
    std::uint32_t total = 0;
    for (const auto& [lot, credits] : purse.by_age) total += credits.left;
    while (total > rules_.cap) {
      Credits& victim = *first_to_die(purse);
      const std::uint32_t amount = std::min(victim.left, total - rules_.cap);
      victim.left -= amount;
      total -= amount;
      counts_.forfeited += amount;
    }
  }

  /// Of those with something left. Where months do not roll over, theirs dies with the month.
  Credits* first_to_die(Purse& purse) {
    Credits* first = nullptr;
    const auto age = [&](const Credits& credits) {
      const bool ends_with_month = !rules_.rolls_over && credits.monthly;
      return std::tuple(ends_with_month ? 0 : 1, credits.dies, credits.born);
    };
    for (auto& [lot, credits] : purse.by_age)
      if (credits.left > 0 && (first == nullptr || age(credits) < age(*first))) first = &credits;
    return first;
  }

  bool spend(Purse& purse) {
    Credits* credits = first_to_die(purse);
    if (credits == nullptr) return false;
    --credits->left;
    return true;
  }

  /// What a letter does by itself; the trace is over when the last of it has happened.
  void plan(const Timer& timer) {
    timers_.push(timer);
    end_ = std::max(end_, timer.at);
  }

  void let_pass(Millis until) {
    while (!timers_.empty() && timers_.top().at <= until) {
      const Timer timer = timers_.top();
      timers_.pop();
      const Millis before = std::exchange(now_, timer.at);
      happen(timer);
      now_ = std::max(before, until);
    }
  }

  void happen(const Timer& timer) {
    switch (timer.kind) {
      case Kind::lot_dies:
        counts_.expired += std::exchange(purses_[timer.subject].by_age[timer.lot].left, 0);
        break;
      case Kind::renewal: renew(timer.subject); break;
      case Kind::delivery: deliver(letters_[timer.subject]); break;
      case Kind::silence: {
        Letter& letter = letters_[timer.subject];
        if (!letter.charge_open || letter.answered) break;
        letter.charge_open = false;
        refund(letter.from);
        break;
      }
      case Kind::expiry: {
        Letter& letter = letters_[timer.subject];
        letter.expired = !letter.answered;
        break;
      }
    }
  }

  const TraceRules& rules_;
  TraceCounts counts_;
  Millis now_ = 0;
  Millis end_ = 0;
  std::vector<Letter> letters_;
  std::map<std::pair<Person, Person>, std::vector<std::size_t>> silent_;
  std::map<std::pair<Person, Person>, Talk> talks_;
  std::map<Person, Purse> purses_;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
};

}  // namespace

TraceCounts fold_trace(const std::vector<tools::Edge>& edges, const TraceRules& rules) {
  return Fold(rules).run(edges);
}

}  // namespace inmail::test
