#include "tests/support/world_check.hpp"

#include <set>

#include "actors/contract.hpp"
#include "actors/member.hpp"
#include "actors/resident.hpp"
#include "events/obligations.hpp"
#include "projections/audit.hpp"

namespace inmail::test {
namespace {

std::uint64_t sum_of(const LotSplits& splits) {
  std::uint64_t sum = 0;
  for (const LotSplit& split : splits) sum += split.amount;
  return sum;
}

/// The credits of one pool, by the events of its stream alone.
class PoolTally {
 public:
  explicit PoolTally(std::vector<std::string>& findings) : findings_(findings) {}

  void apply(const Record& record) {
    at_ = &record;
    std::visit(match{
                   [&](const CreditsGranted& e) { available_ += e.amount; },
                   [&](const InMailSent& e) {
                     if (!e.splits.empty()) open(e.inmail, e.splits);
                   },
                   [&](const InMailScheduled& e) {
                     if (!e.splits.empty()) open(e.inmail, e.splits);
                   },
                   [&](const CreditReserved& e) { open(e.inmail, e.splits); },
                   [&](const CreditReleased& e) { available_ += end(e.inmail); },
                   [&](const CreditCharged& e) { charge(e); },
                   [&](const CreditRefunded& e) { refund(e); },
                   [&](const ChargeFinalized& e) { end(e.inmail); },
                   [&](const CreditsExpired& e) { take(e.amount); },
                   [&](const CreditsForfeited& e) { take(e.amount); },
                   [&](const CreditsVoided& e) { take(e.amount); },
                   [](const auto&) {},
               },
               record.event);
  }

  std::uint64_t available() const { return available_; }
  std::set<InMailId> charges() const {
    std::set<InMailId> ids;
    for (const auto& [id, amount] : charges_) ids.insert(id);
    return ids;
  }

 private:
  void open(const InMailId& inmail, const LotSplits& splits) {
    take(sum_of(splits));
    if (!charges_.emplace(inmail, sum_of(splits)).second) complain("opened a charge twice");
  }

  std::uint64_t end(const InMailId& inmail) {
    const auto found = charges_.find(inmail);
    if (found == charges_.end()) return complain("ended a charge that was not open"), 0;
    const std::uint64_t amount = found->second;
    charges_.erase(found);
    charged_.erase(inmail);
    return amount;
  }

  void charge(const CreditCharged& e) {
    if (!charges_.contains(e.inmail)) return complain("charged what was not reserved");
    if (!charged_.insert(e.inmail).second) complain("charged twice");
    if (!e.refundable) end(e.inmail);
  }

  void refund(const CreditRefunded& e) {
    const std::uint64_t amount = end(e.inmail);
    if (e.amount > amount) complain("refunded more than was charged");
    if (e.into_original_lot) available_ += e.amount;
  }

  void take(std::uint64_t amount) {
    if (amount > available_) return complain("took credits that were not there");
    available_ -= amount;
  }

  void complain(const std::string& what) {
    findings_.push_back("position " + std::to_string(at_->header.position.value) + ": " +
                        to_text(at_->header.stream) + " " + what);
  }

  std::vector<std::string>& findings_;
  const Record* at_ = nullptr;
  std::uint64_t available_ = 0;
  std::map<InMailId, std::uint64_t> charges_;
  std::set<InMailId> charged_;
};

/// Everything that is asked of a log, in one walk over it.
class LogCheck {
 public:
  explicit LogCheck(std::vector<std::string>& findings) : findings_(findings) {}

  void apply(const Record& record) {
    const StreamId stream = record.header.stream;
    auto& fold = folds_[stream];
    if (!fold) fold = StreamFold::empty(stream);
    fold->apply(record);
    pools_.try_emplace(stream, findings_).first->second.apply(record);
    for (const NoticeKey& key : settled_by(stream, record.event)) open_.erase(key);
    for (const Obligation& duty : obligations_of(record.header.stream, record.event))
      open_.emplace(duty.key, duty.target);
    // What can be undone is not on its way yet.
    if (const auto* sent = std::get_if<InMailSent>(&record.event); sent && !sent->undo_until)
      leave(record, sent->inmail, sent->to);
    if (const auto* left = std::get_if<UndoWindowClosed>(&record.event))
      leave(record, left->inmail, left->to);
    if (const auto* delivered = std::get_if<InMailDelivered>(&record.event))
      arrive(record, delivered->ref.inmail);
    if (const auto* failed = std::get_if<InMailFailed>(&record.event))
      arrive(record, failed->ref.inmail);
  }

  void finish(const std::map<StreamId, std::string>& rows) {
    for (const auto& [inmail, to] : on_the_way_)
      findings_.push_back("the InMail " + to_text(inmail) + " never arrived");
    for (const auto& [key, target] : open_)
      findings_.push_back("a notice of kind " + std::to_string(static_cast<int>(key.kind)) +
                          " to " + to_text(target) + " was never settled");
    if (rows.size() != folds_.size()) findings_.push_back("there are rows without records");
    for (const auto& [stream, fold] : folds_) {
      const auto row = rows.find(stream);
      if (row == rows.end() || row->second != fold->encode())
        findings_.push_back("the row of " + to_text(stream) + " is not the fold of its records");
      else
        compare_pool(stream, row->second);
    }
  }

 private:
  void leave(const Record& record, const InMailId& inmail, MemberId to) {
    if (!on_the_way_.emplace(inmail, to).second) complain(record, "sent an InMail twice");
  }

  void arrive(const Record& record, const InMailId& inmail) {
    const auto found = on_the_way_.find(inmail);
    if (found == on_the_way_.end())
      return complain(record, "took an InMail that was not on its way");
    if (StreamId{found->second} != record.header.stream)
      complain(record, "took an InMail that was for somebody else");
    on_the_way_.erase(found);
  }

  void compare_pool(StreamId stream, const std::string& row) {
    if (stream.kind() == StreamKind::member)
      compare_pool(stream, decode_as<Resident<Member>>(bytes_of(row))->state.account);
    if (stream.kind() == StreamKind::contract)
      compare_pool(stream, decode_as<Resident<Contract>>(bytes_of(row))->state.account);
  }

  void compare_pool(StreamId stream, const CreditAccount& account) {
    const PoolTally& pool = pools_.at(stream);
    std::set<InMailId> charges;
    for (const auto& [inmail, charge] : account.charges)
      if (!charge.splits.empty()) charges.insert(inmail);
    if (account.available() != pool.available())
      findings_.push_back(to_text(stream) + " has " + std::to_string(account.available()) +
                          " credits, but its events say " + std::to_string(pool.available()));
    if (charges != pool.charges())
      findings_.push_back(to_text(stream) + " has charges open that its events do not open");
  }

  void complain(const Record& record, const std::string& what) {
    findings_.push_back("position " + std::to_string(record.header.position.value) + ": " +
                        to_text(record.header.stream) + " " + what);
  }

  std::vector<std::string>& findings_;
  std::map<StreamId, std::unique_ptr<StreamFold>> folds_;
  std::map<StreamId, PoolTally> pools_;
  std::map<NoticeKey, StreamId> open_;
  std::map<InMailId, MemberId> on_the_way_;
};

/// What the auditor says of the log a week later, when nothing may be open any more.
void check_audit(const ActorWorld& world, Timestamp now, std::vector<std::string>& findings) {
  Auditor auditor;
  const auto end = for_each_record(world.log(), Position{1}, [&](const Record& record) {
    auditor.apply(record);
    return true;
  });
  if (!end) findings.push_back(end.error().message);
  for (const Violation& each : auditor.finish(now + 7 * audit_grace).first_violations)
    findings.push_back(each.invariant + " at " + std::to_string(each.position.value) + ": " +
                       each.sentence);
}

void check_answers(const ActorWorld& world, std::vector<std::string>& findings) {
  const auto receipts = receipts_in(world.log(), findings);
  for (const auto& [id, asked] : world.asked()) {
    const std::string command = "the command " + to_text(id) + " ";
    if (!asked.answer) {
      findings.push_back(command + "was never answered");
      continue;
    }
    const Answer& answer = *asked.answer;
    const auto found = receipts.find(id);
    if (found == receipts.end()) {
      findings.push_back(command + "was answered, and is not on record");
      continue;
    }
    const ReceiptOnRecord& receipt = found->second;
    const bool accepted = receipt.refusal.code == Rejection{};
    if (receipt.position != answer.position || receipt.stream != target_of(asked.command) ||
        receipt.payload != asked.payload || receipt.refusal != answer.refusal ||
        answer.kind != (accepted ? AnswerKind::ok : AnswerKind::rejected))
      findings.push_back(command + "is not on record as it was answered");
  }
  if (receipts.size() != world.asked().size())
    findings.push_back("there are receipts of commands that nobody gave");
}

}  // namespace

std::vector<std::string> findings_in(ActorWorld& world) {
  const auto& rows = world.rows();
  std::vector<std::string> findings = world.defects();
  check_answers(world, findings);
  LogCheck check(findings);
  const auto end = for_each_record(world.log(), Position{1}, [&](const Record& record) {
    check.apply(record);
    return true;
  });
  if (!end) findings.push_back(end.error().message);
  check.finish(rows);
  check_audit(world, world.clock().now(), findings);
  return findings;
}

}  // namespace inmail::test
