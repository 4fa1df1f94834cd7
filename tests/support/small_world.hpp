#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/pool_owner.hpp"
#include "tests/support/given.hpp"

namespace inmail::test {

/// Members, seats and contracts of a test, and the notices between them: an engine without threads,
/// disk and crashes. Notices wait until they are delivered, in order for each pair of streams, and
/// can come again at any later time.
class SmallWorld {
 public:
  using Pair = std::pair<StreamId, StreamId>;

  explicit SmallWorld(Policy policy) : ground_(std::make_shared<Ground>(std::move(policy))) {}
  explicit SmallWorld(std::string_view policy) : SmallWorld(preset_named(policy)) {}
  SmallWorld(const SmallWorld&) = delete;
  SmallWorld& operator=(const SmallWorld&) = delete;

  Stage<Member>& member(MemberId id) { return stage(members_, id); }
  Stage<Contract>& contract(ContractId id) { return stage(contracts_, id); }
  Stage<Seat>& seat(SeatId id) { return stage(seats_, id); }
  Ground& ground() { return *ground_; }

  void at(Timestamp time) { now_ = time; }
  Timestamp now() const { return now_; }

  /// Decides a command where it belongs, and leaves its notices waiting.
  Step command(const Command& command) { return this->command(command, usual_principal(command)); }
  Step command(const Command& command, Principal by) {
    const CommandId id = ground_->next_command(now_);
    const StreamId target = target_of(command);
    Step step;
    switch (target.kind()) {
      case StreamKind::member: step = command_member(target.member(), command, id, by); break;
      case StreamKind::seat: step = command_seat(target.seat(), command, id, by); break;
      case StreamKind::contract: step = command_contract(target.contract(), command, id, by); break;
      case StreamKind::policy: invariant(false, "a small world has a policy from the start");
    }
    keep_duties(step);
    return step;
  }

  /// A command, and all that it sets off.
  Step command_through(const Command& command) {
    Step step = this->command(command);
    deliver_all();
    return step;
  }

  /// Lets all streams do what is due, and what that sets off, until nothing is under way.
  void settle_until(Timestamp time) {
    now_ = time;
    do {
      for (auto& [id, each] : members_) {
        show_to(*each, {PrincipalKind::clock, 0});
        keep_duties(each->settle(now_));
      }
      for (auto& [id, each] : contracts_) keep_duties(each->settle(now_));
      for (auto& [id, each] : seats_) {
        show_to(*each, {PrincipalKind::clock, 0});
        keep_duties(each->settle(now_));
      }
    } while (deliver_all() > 0);
  }

  std::size_t deliver_all() {
    std::size_t count = 0;
    for (; !waiting_.empty(); ++count) deliver(waiting_.begin()->first);
    return count;
  }

  /// The pairs of streams between which a notice waits.
  std::vector<Pair> waiting() const {
    std::vector<Pair> pairs;
    for (const auto& [pair, notices] : waiting_) pairs.push_back(pair);
    return pairs;
  }
  /// The oldest notice of a pair arrives.
  void deliver(Pair pair) {
    auto& line = waiting_.at(pair);
    const Notice notice = line.front();
    line.pop_front();
    if (line.empty()) waiting_.erase(pair);
    delivered_.push_back({pair.second, notice});
    keep_duties(tell(pair.second, notice));
  }

  std::size_t delivered() const { return delivered_.size(); }
  /// A notice that was delivered comes once more.
  Step deliver_again(std::size_t number) {
    const auto& [target, notice] = delivered_.at(number);
    Step step = tell(target, notice);
    keep_duties(step);
    return step;
  }

  template <class Visit>
  void each_stage(Visit&& visit) {
    for (auto& [id, each] : members_) visit(*each);
    for (auto& [id, each] : contracts_) visit(*each);
    for (auto& [id, each] : seats_) visit(*each);
  }

 private:
  template <class Id, class Decider>
  Stage<Decider>& stage(std::map<Id, std::unique_ptr<Stage<Decider>>>& stages, Id id) {
    auto& found = stages[id];
    if (!found) found = std::make_unique<Stage<Decider>>(id, ground_);
    return *found;
  }

  template <class Sender>
  void show_members_to(Sender& sender) {
    for (auto& [id, each] : members_)
      sender.admits(id, Member::admission(each->state(), ground_->book.at(ground_->book.current()),
                                          each->resident().version));
  }

  Step command_member(MemberId id, const Command& command, CommandId command_id, Principal by) {
    show_to(member(id), by);
    return member(id).command(command, now_, command_id, by);
  }

  Step command_seat(SeatId id, const Command& command, CommandId command_id, Principal by) {
    Stage<Seat>& sender = seat(id);
    show_to(sender, by);
    return sender.command(command, now_, command_id, by);
  }

  Step command_contract(ContractId id, const Command& command, CommandId command_id, Principal by) {
    show_members_to(contract(id));
    for (auto& [seat, each] : seats_)
      if (each->state().open) contract(id).finds_open(seat);
    return contract(id).command(command, now_, command_id, by);
  }

  /// The members as they are, and whose pool it spends from.
  template <class Sender>
  void show_to(Stage<Sender>& sender, Principal by) {
    show_members_to(sender);
    sender.asks([this, &sender, by](const Reserve& question) {
      const StreamId pool = *Sender::pool_of(sender.state());
      if (pool.kind() == StreamKind::member) return ask(member(pool.member()), question, by);
      return ask(contract(pool.contract()), question, by);
    });
  }

  template <class Owner>
  PoolAnswer ask(Stage<Owner>& pool, const Reserve& question, Principal by) {
    const auto reserve = [&](const typename Owner::State& state, const Context& context) {
      return Owner::reserve(state, question, context);
    };
    Step step = pool.decide_with(now_, reserve, command_of(question.inmail), by);
    keep_duties(step);
    return answer_to(pool.state().account, question, {step.events, step.refusal});
  }

  Step tell(StreamId target, const Notice& notice) {
    // What a sender is asked after a reservation is the shell's to answer: in time it sends.
    if (notice.key.kind == NoticeKind::confirm) return {};
    switch (target.kind()) {
      case StreamKind::member: return member(target.member()).notice(notice, now_);
      case StreamKind::seat: return seat(target.seat()).notice(notice, now_);
      default: return contract(target.contract()).notice(notice, now_);
    }
  }

  void keep_duties(const Step& step) {
    for (const Record& record : step.records)
      for (const Obligation& duty : obligations_of(record.header.stream, record.event))
        waiting_[{record.header.stream, duty.target}].push_back(
            {duty.key, record.header.position, record.header.stream, record.header.due_at,
             record.header.policy, record.header.cause,
             std::make_shared<const Event>(record.event)});
  }

  std::shared_ptr<Ground> ground_;
  Timestamp now_ = timestamp_from_ms(0);
  std::map<MemberId, std::unique_ptr<Stage<Member>>> members_;
  std::map<ContractId, std::unique_ptr<Stage<Contract>>> contracts_;
  std::map<SeatId, std::unique_ptr<Stage<Seat>>> seats_;
  std::map<Pair, std::deque<Notice>> waiting_;
  std::vector<std::pair<StreamId, Notice>> delivered_;
};

}  // namespace inmail::test
