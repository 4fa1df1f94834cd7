#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <vector>

#include "tests/projections/history.hpp"

namespace inmail::test {

struct WorldOptions {
  std::uint64_t seed = 1;
  std::uint64_t members = 50;
  std::uint64_t seats = 6;  ///< Of one contract.
  std::size_t body_bytes = 40;
  unsigned due_percent = 30;  ///< Of records that move the deadline of their stream.
  Milliseconds pace = std::chrono::minutes{7};  ///< Mean time between two things that happen.
};

/// A small world in which InMails are sent, delivered, opened, answered, refunded and so on, as the
/// deciders would have it as far as views can tell: credits add up, notices are settled, every
/// InMail goes its way in order. The same seed gives the same history.
class World {
 public:
  explicit World(const WorldOptions& options);

  /// Goes on until there are so many records, or some more.
  void run_until(std::size_t records);

  History& history() { return history_; }
  const std::vector<Record>& records() const { return history_.records(); }

 private:
  struct Lot {
    LotKind kind = LotKind::monthly;
    std::uint32_t available = 0;
  };
  struct Pool {
    std::map<std::uint64_t, Lot> lots;
    std::uint64_t lots_made = 0;
  };
  struct Sent {
    InMailRef ref;
    MemberId to;
    CommandId command;
    LotSplits splits;
    bool opened = false;
    bool answered = false;
    bool charge_open = false;
  };

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  bool chance(unsigned percent) { return below(100) < percent; }
  RecordHeader& add(StreamId stream, Event event, const CommandId& cause = {});
  RecordHeader& answer(StreamId stream, Event event, const CommandId& command);

  void found();
  void step();
  LotId grant(StreamId owner, LotKind kind, std::uint32_t amount, const CommandId& cause = {});
  LotSplits take(StreamId owner, std::uint32_t amount);
  void give_back(StreamId owner, const LotSplits& splits);
  void send();
  void deliver();
  void open_one(Sent& sent, bool inferred);
  void answer_one(Sent& sent);
  void end_one(Sent& sent, std::uint64_t how);
  void settle(const Sent& sent, ChargeEnd end, RefundOn reason, const CommandId& cause);
  void chat();
  void lose_credits();
  void refuse();

  const WorldOptions options_;
  std::mt19937_64 random_;
  History history_;
  std::map<StreamId, Pool> pools_;
  std::deque<Sent> in_flight_;   ///< Sent, not delivered.
  std::vector<Sent> delivered_;  ///< Not ended.
  std::vector<Sent> threads_;    ///< Open.
};

}  // namespace inmail::test
