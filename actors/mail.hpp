#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include "actors/commands.hpp"
#include "actors/contract.hpp"
#include "actors/credit_forecast.hpp"
#include "actors/decision.hpp"
#include "actors/notice.hpp"
#include "events/record.hpp"

namespace inmail {

/// What a command came to.
enum class AnswerKind : std::uint8_t {
  ok = 1,              ///< Durable; `position` is its last record's.
  rejected,            ///< The domain says no; recorded, save `malformed` and `command_id_reused`.
  overloaded,          ///< Not taken; try again after `retry_after`. Nothing is recorded.
  read_only,           ///< The store takes no commands (any more). Nothing is recorded.
  unknown,             ///< It may or may not be on record; ask again with the same id.
  command_id_expired,  ///< The id is older than receipts are kept; it cannot act again.
};

struct Answer {
  AnswerKind kind = AnswerKind::unknown;
  Position position{};
  Refusal refusal{};
  Milliseconds retry_after{0};
  std::string sentence{};  ///< What was malformed, for a person; empty for all other answers.

  bool ok() const { return kind == AnswerKind::ok; }
  bool operator==(const Answer&) const = default;
};

using OnAnswer = std::function<void(const Answer&)>;

/// Lives as long as anything that a command set off is still under way: each mail on its way and
/// each entry waiting for the disk holds a share. With the last share, `on_settled` is told how the
/// command was answered, and the position at which all of it is on record. Any thread.
class Settlement {
 public:
  explicit Settlement(OnAnswer on_settled) : on_settled_(std::move(on_settled)) {}
  ~Settlement();
  Settlement(const Settlement&) = delete;
  Settlement& operator=(const Settlement&) = delete;

  /// The command itself was answered. Once, by who holds a share.
  void answered(const Answer& answer) { answer_ = answer; }
  /// Something of it is durable up to `position`.
  void reached(Position position);
  /// Some of it has an unknown fate.
  void lost() { lost_ = true; }

 private:
  OnAnswer on_settled_;
  Answer answer_;
  std::atomic<std::uint64_t> position_{0};
  std::atomic<bool> lost_{false};
};

using SettlementShare = std::shared_ptr<Settlement>;

struct CommandMail {
  Command command;
  CommandId id;
  Principal asked_by;
  PayloadHash payload_hash{};
  OnAnswer reply;
  /// No command at all: an InMail that was scheduled is to be sent. It has the InMail's own id, and
  /// its letter as if it were ordered now.
  bool is_dispatch = false;
};

struct AskAdmission {
  StreamId asker;
};

struct AdmissionTold {
  MemberId member;
  Admission admission;
};

/// A contract would add the seat.
struct AskSeat {
  ContractId asker;
};

struct SeatTold {
  SeatId seat;
  bool is_open = false;  ///< So some contract has it.
};

struct AskReserve {
  Reserve question;
  CommandId cause;
  Principal asked_by;
};

struct ReserveTold {
  InMailId inmail;
  PoolAnswer answer;
};

/// A send that is only asked about (CheckSend). Goes from the sender to the recipient and back for
/// an admission, and on to who owns the pool, where that is another stream; whoever can say the
/// rest, replies.
struct CheckMail {
  SendInMail command;
  CommandId id;  ///< That it would have.
  Principal asked_by;
  std::optional<Admission> admission;
  SendForecast so_far;
  std::optional<Reserve> question;  ///< To the owner of the pool, if that is another stream.
  std::function<void(const SendForecast&)> reply;
};

/// The future of an owner's credits is asked for; nobody is told of one who is not there.
struct CreditsMail {
  Timestamp until;
  std::function<void(const std::optional<CreditForecast>&)> reply;
};

struct ReleaseUnsent {
  InMailId inmail;
  ReleaseReason reason = ReleaseReason::lost;
  CommandId cause;
};

/// Something of the stream has fallen due.
struct Wake {};

/// The row of the stream is to be saved, if it has changed.
struct Save {};

/// The registry would like the actor to go to sleep, if it can.
struct Leave {};

/// All that an actor can be told. Moved from hand to hand, never shared.
struct Mail {
  std::variant<CommandMail, Notice, AskAdmission, AdmissionTold, AskSeat, SeatTold, AskReserve,
               ReserveTold, ReleaseUnsent, CheckMail, CreditsMail, Wake, Save, Leave>
      content;
  SettlementShare settlement;
};

}  // namespace inmail
