#include "actors/shell.hpp"

#include <algorithm>

#include "actors/behalf.hpp"
#include "actors/contract.hpp"
#include "actors/member.hpp"
#include "actors/policy_keeper.hpp"
#include "actors/pool_owner.hpp"
#include "actors/recorder.hpp"
#include "actors/registry.hpp"
#include "actors/seat.hpp"
#include "actors/when_durable.hpp"

namespace inmail {
namespace {

constexpr Milliseconds waiting_full_retry{50};

const Principal by_clock{PrincipalKind::clock, 0};
const Principal by_system{PrincipalKind::system, 0};

template <class Decider>
class Shell final : public Entity {
 public:
  Shell(StreamId id, Surroundings& around) : id_(id), around_(around), recorder_(id, around) {}

  bool receive(Mail mail) override {
    recorder_.load();
    settlement_ = std::move(mail.settlement);
    bool stays = true;
    std::visit(match{
                   [&](Leave&) { stays = !leave(); },
                   [&](auto& each) { on(each); },
               },
               mail.content);
    settlement_.reset();
    if (stays) around_.registry.handled(id_, sizeof(*this) + Decider::footprint(state()));
    return stays;
  }

 private:
  /// Whether it may send on the pool of another stream, and whether others may on its own.
  static constexpr bool may_spend_elsewhere = requires { &Decider::needs_reservation; };
  static constexpr bool is_spent_by_others = requires { &Decider::reserve; };

  /// What others have said to a command.
  struct Heard {
    std::optional<Admission> author;     ///< Of what a seat dispatches.
    std::optional<Admission> recipient;  ///< Or whoever else it looks at.
    std::optional<bool> seat_is_open;
    std::optional<PoolAnswer> pool;
  };

  /// A command whose decision waits for what another actor knows.
  struct OpenQuestion {
    CommandMail command;
    SettlementShare settlement;
    Heard heard;
    std::optional<StreamId> asked{};  ///< A member or a seat; nothing: the owner of the pool.
  };

  // What comes in.

  void on(CommandMail& mail) {
    if (question_ && waiting_.size() >= around_.waiting_max) {
      mail.reply({.kind = AnswerKind::overloaded, .retry_after = waiting_full_retry});
      return;
    }
    waiting_.push_back({std::move(mail), std::move(settlement_)});
    go_on();
  }

  void on(Notice& notice) {
    if constexpr (may_spend_elsewhere)
      if (notice.key.kind == NoticeKind::confirm) return confirm(notice);
    if (waits_for_disk(notice.key) &&
        !around_.destroy_key(key_to_destroy(notice.key, id_.member()))) {
      if (settlement_) settlement_->lost();
      return;
    }
    Context context = make_context(notice.at);
    settle(context);
    std::vector<Event> events = Decider::on_notice(id_, state(), notice, context);
    record(std::move(events), context, context.now, {notice.cause, by_system, nullptr, {}});
  }

  void on(AskAdmission& ask) {
    if constexpr (std::is_same_v<Decider, Member>) {
      const auto book = around_.policies.book();
      post(ask.asker,
           AdmissionTold{id_.member(), Member::admission(state(), newest(*book), self().version)});
    } else {
      throw_defect("only a member has an admission");
    }
  }

  void on(AdmissionTold& told) {
    if (!awaits(told.member)) return;
    hear(asks_author() ? &Heard::author : &Heard::recipient, told.admission);
  }

  void on(AskSeat& ask) {
    if constexpr (std::is_same_v<Decider, Seat>)
      post(ask.asker, SeatTold{id_.seat(), state().open});
    else
      throw_defect("only a seat knows whether it is open");
  }

  void on(SeatTold& told) {
    if (awaits(told.seat)) hear(&Heard::seat_is_open, told.is_open);
  }

  void on(AskReserve& ask) {
    if constexpr (is_spent_by_others) {
      Context context = make_context({});
      settle(context);
      const Reserve& question = ask.question;
      const Behalf behalf{ask.cause, ask.asked_by, nullptr, {}};
      record(release_other_cost<Decider>(state(), question, context), context, context.now, behalf);
      Decision decision = Decider::reserve(state(), question, context);
      if (decision.refusal && !question.is_held)
        record(Decider::release_unsent(state(), question.inmail, ReleaseReason::send_rejected,
                                       context),
               context, context.now, behalf);
      const PoolAnswer answer = answer_to(state().account, question, decision);
      record(std::move(decision.events), context, context.now, behalf);
      if (!recorder_.is_lost()) post(question.sender, ReserveTold{question.inmail, answer});
    } else {
      throw_defect("only who owns a pool reserves");
    }
  }

  void on(ReserveTold& told) {
    if (awaits_reserve(told.inmail)) hear(&Heard::pool, told.answer);
  }

  void on(ReleaseUnsent& release) {
    if constexpr (is_spent_by_others) {
      Context context = make_context({});
      settle(context);
      record(Decider::release_unsent(state(), release.inmail, release.reason, context), context,
             context.now, {release.cause, by_system, nullptr, {}});
    } else {
      throw_defect("only who owns a pool releases");
    }
  }

  /// As a send would be decided now, and with nothing recorded but what had fallen due.
  void on(CheckMail& check) {
    Context context = make_context({});
    context.asked_by = check.asked_by;
    context.id = check.id;
    settle(context);
    if constexpr (is_spent_by_others)
      if (check.question)
        return check.reply(
            Decider::forecast(state(), std::move(check.so_far), *check.question, context));
    if constexpr (requires { Decider::forecast(state(), check.command, context); })
      forecast(check, context);
    else
      throw_defect("a send was asked about where nobody sends");
  }

  void on(CreditsMail& mail) {
    const Context context = make_context({});
    settle(context);
    if constexpr (requires { Decider::foretell_credits(state(), context, mail.until); })
      mail.reply(Decider::foretell_credits(state(), context, mail.until));
    else
      throw_defect("credits were asked for where there are none");
  }

  void forecast(CheckMail& check, Context& context) {
    const StreamId sender = target_of(check.command);
    if constexpr (std::is_same_v<Decider, Member>)
      if (id_ != sender) {
        check.admission = Member::admission(state(), context.policy(), self().version);
        return post(sender, std::move(check));
      }
    const auto whom = Decider::looks_at(state(), check.command);
    if (whom && !check.admission) check.admission = around_.admissions.find(*whom);
    if (whom && !check.admission) return post(*whom, std::move(check));
    if (check.admission) context.recipient = &*check.admission;
    check.so_far = Decider::forecast(state(), check.command, context);
    if constexpr (may_spend_elsewhere) {
      const auto pool = Decider::pool_of(state());
      if (pool && context.recipient != nullptr && context.recipient->exists) {
        check.question = Decider::question_of(id_, state(), check.command, context);
        return post(*pool, std::move(check));
      }
    }
    check.reply(check.so_far);
  }

  void on(Wake&) {
    settle(make_context({}));
    go_on();
  }

  void on(Save&) { recorder_.save(); }

  void on(Leave&) {}

  // Commands.

  /// Decides a command, or asks first what has to be known and waits.
  void begin(CommandMail mail, Heard heard) {
    Context context = context_of(mail, {});
    settle(context);
    // What has fallen due goes before any command.
    if (!mail.is_dispatch && next_to_dispatch(state().agenda, context.now)) {
      if (heard.pool) release_reserved(mail);
      waiting_.emplace_front(std::move(mail), settlement_);
      return;
    }
    if (mail.is_dispatch && !is_scheduled(inmail_of(mail.id))) return;
    if (const auto member = still_to_ask(mail, heard))
      return ask(std::move(mail), std::move(heard), *member, AskAdmission{id_});
    if (heard.author) context.author = &*heard.author;
    if (heard.recipient) context.recipient = &*heard.recipient;
    if constexpr (requires { Decider::asks(state(), mail.command, context); }) {
      const auto seat = Decider::asks(state(), mail.command, context);
      if (seat && !heard.seat_is_open)
        return ask(std::move(mail), std::move(heard), *seat, AskSeat{id_.contract()});
    }
    context.seat_is_open = heard.seat_is_open.value_or(false);
    context.pool = heard.pool;
    // Where the price has changed since the owner of the pool was asked, it is asked again.
    if constexpr (may_spend_elsewhere) {
      const auto wish =
          mail.is_dispatch
              ? Decider::needs_reservation_for(id_, state(), inmail_of(mail.id), context)
              : Decider::needs_reservation(id_, state(), mail.command, context);
      if (wish) {
        AskReserve question{*wish, mail.id, mail.asked_by};
        return ask(std::move(mail), std::move(heard), *Decider::pool_of(state()), question);
      }
    }
    if (mail.is_dispatch) return dispatch(mail, context);
    const auto reader = reader_in(mail.command, context);
    if (reader && !around_.seal_for_reader(mail.command, *reader)) return;
    Decision decision = Decider::decide(id_, state(), mail.command, context);
    if (heard.pool && !heard.pool->refusal && decision.refusal) release_reserved(mail);
    finish(mail, std::move(decision), context);
  }

  /// Whom a decision has to look at, and does not know yet. Fills in who is known to all.
  std::optional<MemberId> still_to_ask(const CommandMail& mail, Heard& heard) {
    const auto look_at = [&](MemberId member, std::optional<Admission>& known) {
      if (!known) known = around_.admissions.find(member);
      return known ? std::nullopt : std::optional(member);
    };
    if constexpr (std::is_same_v<Decider, Seat>)
      if (mail.is_dispatch) {
        const MemberId author = Seat::author_of(state(), inmail_of(mail.id));
        if (const auto asked = look_at(author, heard.author)) return asked;
      }
    if constexpr (requires { Decider::looks_at(state(), mail.command); })
      if (const auto member = Decider::looks_at(state(), mail.command))
        return look_at(*member, heard.recipient);
    return std::nullopt;
  }

  /// Who is there to receive what is written. Nobody is, of whom it is not known that they are
  /// there: so who writes to many who are not makes no keys.
  std::optional<MemberId> reader_in(const Command& command, const Context& context) const {
    if constexpr (std::is_same_v<Decider, Member>)
      if (const auto* answer = std::get_if<Respond>(&command)) {
        const Received* letter = find_received(state().received, answer->inmail);
        return letter != nullptr ? std::optional(letter->ref.from) : std::nullopt;
      }
    const bool is_there = context.recipient != nullptr && context.recipient->exists;
    return is_there ? reader_of(command) : std::nullopt;
  }

  // What was scheduled.

  bool is_scheduled(const InMailId& inmail) const {
    if constexpr (requires { state().outbox; })
      return state().outbox.scheduled.contains(inmail);
    else
      return false;
  }

  void dispatch(const CommandMail& mail, const Context& context) {
    if constexpr (requires { state().outbox; })
      record(Decider::dispatch(id_, state(), inmail_of(mail.id), context), context, context.now,
             {mail.id, by_clock, nullptr, {}});
  }

  /// The next one whose time has come, as if its sender gave the order now.
  std::optional<CommandMail> next_dispatch() {
    if constexpr (requires { state().outbox; }) {
      if (self().due() > std::max(around_.clock.now(), self().time)) return std::nullopt;
      const Context context = make_context({});
      const auto inmail = next_to_dispatch(state().agenda, context.now);
      if (!inmail) return std::nullopt;
      CommandMail mail{.command = state().outbox.scheduled.at(*inmail).letter,
                       .id = command_of(*inmail),
                       .asked_by = by_clock,
                       .reply = {}};
      mail.is_dispatch = true;
      return mail;
    } else {
      return std::nullopt;
    }
  }

  template <class Question>
  void ask(CommandMail mail, Heard heard, StreamId whom, Question question) {
    question_ = OpenQuestion{std::move(mail), settlement_, std::move(heard)};
    if constexpr (!std::is_same_v<Question, AskReserve>) question_->asked = whom;
    post(whom, std::move(question));
  }

  /// The answer to what was asked: the command begins anew with it.
  template <class Answered>
  void hear(std::optional<Answered> Heard::*what, const Answered& answer) {
    OpenQuestion asked = std::move(*question_);
    question_.reset();
    settlement_ = asked.settlement;
    asked.heard.*what = answer;
    begin(std::move(asked.command), std::move(asked.heard));
    go_on();
  }

  /// Lets go on what waits, until something has to ask: first what is due to be sent, then the
  /// commands.
  void go_on() {
    while (!question_) {
      if (auto due = next_dispatch()) {
        settlement_.reset();
        begin(std::move(*due), {});
        continue;
      }
      if (waiting_.empty()) return;
      auto [mail, settlement] = std::move(waiting_.front());
      waiting_.pop_front();
      settlement_ = std::move(settlement);
      begin(std::move(mail), {});
    }
  }

  /// Who wrote what a seat dispatches is asked first.
  bool asks_author() const {
    return std::is_same_v<Decider, Seat> && question_->command.is_dispatch &&
           !question_->heard.author;
  }

  bool awaits(StreamId asked) const { return question_ && question_->asked == asked; }

  bool awaits_reserve(const InMailId& inmail) const {
    return question_ && !question_->asked && inmail_of(question_->command.id) == inmail;
  }

  /// The owner of a pool has reserved: either a send waits, and what is told right after this
  /// decides it, or, after a crash, it asks whether the InMail was sent.
  void confirm(const Notice& notice) {
    const auto& reserved = std::get<CreditReserved>(*notice.event);
    if (awaits_reserve(reserved.inmail)) return;
    if constexpr (may_spend_elsewhere)
      if (!state().outbox.knows(reserved.inmail) && !is_scheduled(reserved.inmail))
        post(notice.from, ReleaseUnsent{reserved.inmail, ReleaseReason::lost, notice.cause});
  }

  /// What was reserved for a send that is refused after all.
  void release_reserved(const CommandMail& mail) {
    if constexpr (may_spend_elsewhere)
      post(*Decider::pool_of(state()),
           ReleaseUnsent{inmail_of(mail.id), ReleaseReason::send_rejected, mail.id});
  }

  void finish(CommandMail& mail, Decision decision, const Context& context) {
    std::vector<Event> events = std::move(decision.events);
    if (decision.refusal) {
      CommandRejected rejected{.code = decision.refusal->code,
                               .limit = decision.refusal->limit,
                               .actual = decision.refusal->actual,
                               .command_type = type_of(mail.command).number};
      encode_command(mail.command, rejected.command);
      events.assign(1, std::move(rejected));
    } else if (events.empty()) {
      events.emplace_back(CommandAccepted{type_of(mail.command).number});
    }
    record(std::move(events), context, context.now,
           {mail.id, mail.asked_by, &mail, decision.refusal});
  }

  // What goes out.

  /// Does all that is due by now, in order (D3.13). Correct however late it is called.
  void settle(const Context& context) {
    while (const auto next = next_to_settle(state().agenda, context.now)) {
      const Due due = *next;
      std::vector<Event> events = Decider::fall_due(id_, state(), due, context);
      invariant(!events.empty(), "what falls due changes something");
      record(std::move(events), context, due.at, {cause_of(due), by_clock, nullptr, {}});
      invariant(!state().agenda.contains(due), "what fell due is done");
    }
  }

  void record(std::vector<Event> events, const Context& context, Timestamp due_at,
              const Behalf& behalf) {
    recorder_.record(std::move(events), context, due_at, behalf, settlement_);
  }

  template <class Content>
  void post(StreamId whom, Content content) {
    around_.registry.post(whom, Mail{std::move(content), settlement_});
  }

  // Around it.

  /// One snapshot of time and policy; valid until the next one is taken. `not_before`: a cause is
  /// never later than its effect.
  Context make_context(Timestamp not_before) {
    book_ = around_.policies.book();
    const Timestamp now = std::max({around_.clock.now(), self().time, not_before});
    return {.now = now,
            .version = book_->current(),
            .policies = book_.get(),
            .asked_by = by_system,
            .id = {}};
  }

  Context context_of(const CommandMail& mail, Timestamp not_before) {
    Context context = make_context(not_before);
    context.asked_by = mail.asked_by;
    context.id = mail.id;
    return context;
  }

  static const Policy& newest(const PolicyBook& book) { return book.at(book.current()); }

  /// Goes to sleep, if nothing of it is undecided or not yet durable. True: it has left.
  bool leave() {
    const bool idle = recorder_.is_durable() && !question_ && waiting_.empty();
    if (!idle || !around_.registry.begin_leave(id_)) return false;
    recorder_.withdraw();
    recorder_.save();
    around_.registry.end_leave(id_);
    return true;
  }

  const Resident<Decider>& self() const { return recorder_.self(); }
  const typename Decider::State& state() const { return recorder_.self().state; }

  const StreamId id_;
  Surroundings& around_;
  Recorder<Decider> recorder_;
  std::shared_ptr<const PolicyBook> book_;
  SettlementShare settlement_;  ///< Of the mail at hand.
  std::optional<OpenQuestion> question_;
  std::deque<std::pair<CommandMail, SettlementShare>> waiting_;
};

}  // namespace

std::unique_ptr<Entity> make_entity(StreamId stream, Surroundings& surroundings) {
  switch (stream.kind()) {
    case StreamKind::member: return std::make_unique<Shell<Member>>(stream, surroundings);
    case StreamKind::seat: return std::make_unique<Shell<Seat>>(stream, surroundings);
    case StreamKind::contract: return std::make_unique<Shell<Contract>>(stream, surroundings);
    case StreamKind::policy: return std::make_unique<Shell<PolicyKeeper>>(stream, surroundings);
  }
  throw_defect("an actor was asked for a kind of stream that does not exist");
}

}  // namespace inmail
