#include "actors/shell.hpp"

#include <algorithm>
#include <stdexcept>

#include "actors/contract.hpp"
#include "actors/member.hpp"
#include "actors/policy_keeper.hpp"
#include "actors/pool_owner.hpp"
#include "actors/registry.hpp"
#include "actors/seat.hpp"

namespace inmail {
namespace {

constexpr Milliseconds waiting_full_retry{50};

/// On whose behalf records are made: what stands in each of their headers.
struct Behalf {
  CommandId cause;
  Principal asked_by;
  const CommandMail* answers = nullptr;  ///< Set: the last record is this command's receipt.
  std::optional<Refusal> refusal;        ///< Why the command was refused, if it was.
};

const Principal by_clock{PrincipalKind::clock, 0};
const Principal by_system{PrincipalKind::system, 0};

template <class Decider>
class Shell final : public Entity {
 public:
  Shell(StreamId id, Surroundings& around) : id_(id), around_(around) {}

  bool receive(Mail mail) override {
    activate();
    settlement_ = std::move(mail.settlement);
    bool stays = true;
    std::visit(match{
                   [&](Leave&) { stays = !leave(); },
                   [&](auto& each) { on(each); },
               },
               mail.content);
    settlement_.reset();
    if (stays) around_.registry.handled(id_, sizeof(*this) + Decider::footprint(self_.state));
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
    std::optional<PoolAnswer> pool;
  };

  /// A command whose decision waits for what another actor knows.
  struct OpenQuestion {
    CommandMail command;
    SettlementShare settlement;
    Heard heard;
    std::optional<MemberId> member{};  ///< Who is asked; nothing: the owner of the pool.
  };

  void activate() {
    if (active_) return;
    auto row = around_.states.load(id_);
    // The disk's fault, not ours: whoever runs the actor may try again.
    if (!row)
      throw std::runtime_error("the row of a stream cannot be read: " + row.error().message);
    if (*row) {
      auto resident = decode_as<Resident<Decider>>(bytes_of(**row));
      invariant(resident.ok(), "the row of a stream can be decoded");
      self_ = std::move(resident).value();
      saved_ = self_.version;
    }
    active_ = true;
    publish();
  }

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
    if (waits_for_disk(notice.key) && !around_.destroy_key(key_of(notice.key))) {
      if (settlement_) settlement_->lost();
      return;
    }
    Context context = make_context(notice.at);
    settle(context);
    std::vector<Event> events = Decider::on_notice(id_, self_.state, notice, context);
    record(std::move(events), context, context.now, {notice.cause, by_system, nullptr, {}});
  }

  void on(AskAdmission& ask) {
    if constexpr (std::is_same_v<Decider, Member>) {
      const auto book = around_.policies.book();
      post(ask.asker, AdmissionTold{id_.member(),
                                    Member::admission(self_.state, newest(*book), self_.version)});
    } else {
      throw_defect("only a member has an admission");
    }
  }

  void on(AdmissionTold& told) {
    if (!question_ || question_->member != told.member) return;
    hear(asks_author() ? &Heard::author : &Heard::recipient, told.admission);
  }

  void on(AskReserve& ask) {
    if constexpr (is_spent_by_others) {
      Context context = make_context({});
      settle(context);
      const Reserve& question = ask.question;
      const Behalf behalf{ask.cause, ask.asked_by, nullptr, {}};
      record(Decider::release_other_cost(self_.state, question, context), context, context.now,
             behalf);
      Decision decision = Decider::reserve(self_.state, question, context);
      if (decision.refusal && !question.is_held)
        record(Decider::release_unsent(self_.state, question.inmail, ReleaseReason::send_rejected,
                                       context),
               context, context.now, behalf);
      const PoolAnswer answer = answer_to(self_.state.account, question, decision);
      record(std::move(decision.events), context, context.now, behalf);
      if (!is_lost_) post(question.sender, ReserveTold{question.inmail, answer});
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
      record(Decider::release_unsent(self_.state, release.inmail, release.reason, context), context,
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
            Decider::forecast(self_.state, std::move(check.so_far), *check.question, context));
    if constexpr (requires { Decider::forecast(self_.state, check.command, context); })
      forecast(check, context);
    else
      throw_defect("a send was asked about where nobody sends");
  }

  void on(CreditsMail& mail) {
    const Context context = make_context({});
    settle(context);
    if constexpr (requires { Decider::foretell_credits(self_.state, context, mail.until); })
      mail.reply(Decider::foretell_credits(self_.state, context, mail.until));
    else
      throw_defect("credits were asked for where there are none");
  }

  void forecast(CheckMail& check, Context& context) {
    const StreamId sender = target_of(check.command);
    if constexpr (std::is_same_v<Decider, Member>)
      if (id_ != sender) {
        check.admission = Member::admission(self_.state, context.policy(), self_.version);
        return post(sender, std::move(check));
      }
    const auto whom = Decider::looks_at(self_.state, check.command);
    if (whom && !check.admission) check.admission = around_.admissions.find(*whom);
    if (whom && !check.admission) return post(*whom, std::move(check));
    if (check.admission) context.recipient = &*check.admission;
    check.so_far = Decider::forecast(self_.state, check.command, context);
    if constexpr (may_spend_elsewhere) {
      const auto pool = Decider::pool_of(self_.state);
      if (pool && context.recipient != nullptr && context.recipient->exists) {
        check.question = Decider::question_of(id_, self_.state, check.command, context);
        return post(*pool, std::move(check));
      }
    }
    check.reply(check.so_far);
  }

  void on(Wake&) {
    settle(make_context({}));
    go_on();
  }

  void on(Save&) { save(); }

  void on(Leave&) {}

  // Commands.

  /// Decides a command, or asks first what has to be known and waits.
  void begin(CommandMail mail, Heard heard) {
    Context context = context_of(mail, {});
    settle(context);
    // What has fallen due goes before any command.
    if (!mail.is_dispatch && next_to_dispatch(self_.state.agenda, context.now)) {
      if (heard.pool) release_reserved(mail);
      waiting_.emplace_front(std::move(mail), settlement_);
      return;
    }
    if (mail.is_dispatch && !is_scheduled(inmail_of(mail.id))) return;
    if (const auto member = still_to_ask(mail, heard))
      return ask(std::move(mail), std::move(heard), *member, AskAdmission{id_});
    if (heard.author) context.author = &*heard.author;
    if (heard.recipient) context.recipient = &*heard.recipient;
    context.pool = heard.pool;
    // Where the price has changed since the owner of the pool was asked, it is asked again.
    if constexpr (may_spend_elsewhere) {
      const auto wish =
          mail.is_dispatch
              ? Decider::needs_reservation_for(id_, self_.state, inmail_of(mail.id), context)
              : Decider::needs_reservation(id_, self_.state, mail.command, context);
      if (wish) {
        AskReserve question{*wish, mail.id, mail.asked_by};
        return ask(std::move(mail), std::move(heard), *Decider::pool_of(self_.state), question);
      }
    }
    if (mail.is_dispatch) return dispatch(mail, context);
    const auto reader = reader_in(mail.command, context);
    if (reader && !around_.seal_for_reader(mail.command, *reader)) return;
    Decision decision = Decider::decide(id_, self_.state, mail.command, context);
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
        const MemberId author = Seat::author_of(self_.state, inmail_of(mail.id));
        if (const auto asked = look_at(author, heard.author)) return asked;
      }
    if constexpr (requires { Decider::looks_at(self_.state, mail.command); })
      if (const auto member = Decider::looks_at(self_.state, mail.command))
        return look_at(*member, heard.recipient);
    return std::nullopt;
  }

  /// Who is there to receive what is written. Nobody is, of whom it is not known that they are
  /// there: so who writes to many who are not makes no keys.
  std::optional<MemberId> reader_in(const Command& command, const Context& context) const {
    if constexpr (std::is_same_v<Decider, Member>)
      if (const auto* answer = std::get_if<Respond>(&command)) {
        const Received* letter = find_received(self_.state.received, answer->inmail);
        return letter != nullptr ? std::optional(letter->ref.from) : std::nullopt;
      }
    const bool is_there = context.recipient != nullptr && context.recipient->exists;
    return is_there ? reader_of(command) : std::nullopt;
  }

  // What was scheduled.

  bool is_scheduled(const InMailId& inmail) const {
    if constexpr (requires { self_.state.outbox; })
      return self_.state.outbox.scheduled.contains(inmail);
    else
      return false;
  }

  void dispatch(const CommandMail& mail, const Context& context) {
    if constexpr (requires { self_.state.outbox; })
      record(Decider::dispatch(id_, self_.state, inmail_of(mail.id), context), context, context.now,
             {mail.id, by_clock, nullptr, {}});
  }

  /// The next one whose time has come, as if its sender gave the order now.
  std::optional<CommandMail> next_dispatch() {
    if constexpr (requires { self_.state.outbox; }) {
      if (self_.due() > std::max(around_.clock.now(), self_.time)) return std::nullopt;
      const Context context = make_context({});
      const auto inmail = next_to_dispatch(self_.state.agenda, context.now);
      if (!inmail) return std::nullopt;
      CommandMail mail{.command = self_.state.outbox.scheduled.at(*inmail).letter,
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
    if constexpr (std::is_same_v<Question, AskAdmission>) question_->member = whom.member();
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

  bool awaits_reserve(const InMailId& inmail) const {
    return question_ && !question_->member && inmail_of(question_->command.id) == inmail;
  }

  /// The owner of a pool has reserved: either a send waits, and what is told right after this
  /// decides it, or, after a crash, it asks whether the InMail was sent.
  void confirm(const Notice& notice) {
    const auto& reserved = std::get<CreditReserved>(*notice.event);
    if (awaits_reserve(reserved.inmail)) return;
    if constexpr (may_spend_elsewhere)
      if (!self_.state.outbox.knows(reserved.inmail) && !is_scheduled(reserved.inmail))
        post(notice.from, ReleaseUnsent{reserved.inmail, ReleaseReason::lost, notice.cause});
  }

  /// What was reserved for a send that is refused after all.
  void release_reserved(const CommandMail& mail) {
    if constexpr (may_spend_elsewhere)
      post(*Decider::pool_of(self_.state),
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
    while (const auto next = next_to_settle(self_.state.agenda, context.now)) {
      const Due due = *next;
      std::vector<Event> events = Decider::fall_due(id_, self_.state, due, context);
      invariant(!events.empty(), "what falls due changes something");
      record(std::move(events), context, due.at, {cause_of(due), by_clock, nullptr, {}});
      invariant(!self_.state.agenda.contains(due), "what fell due is done");
    }
  }

  /// Folds events, hands them to the journal as one entry, and sends on what they oblige to.
  void record(std::vector<Event> events, const Context& context, Timestamp due_at,
              const Behalf& behalf) {
    if (events.empty()) return;
    JournalEntry entry;
    entry.count = static_cast<std::uint32_t>(events.size());
    bool admission_changed = false;
    std::optional<Timestamp> next_due;
    for (std::size_t i = 0; i < events.size(); ++i) {
      const bool is_last = i + 1 == events.size();
      RecordHeader header{.stream = id_,
                          .version = Version{self_.version.value + 1},
                          .time = context.now,
                          .due_at = due_at,
                          .cause = behalf.cause,
                          .asked_by = behalf.asked_by,
                          .policy = context.version};
      Decider::evolve(self_.state, events[i], {due_at, header.version, context.version});
      self_.version = header.version;
      if (is_last && self_.due() != self_.next_due) {
        self_.next_due = self_.due();
        header.next_due = next_due = self_.next_due;
      }
      if (is_last && behalf.answers != nullptr) {
        header.is_receipt = true;
        header.payload_hash = behalf.answers->payload_hash;
      }
      encode_record(header, events[i], entry.records);
      admission_changed = admission_changed || changes_admission(events[i]);
    }
    self_.time = context.now;
    self_.policy = context.version;
    entry.on_durable = completion(behalf);
    if constexpr (std::is_same_v<Decider, PolicyKeeper>)
      entry.on_durable = adoption(events, std::move(entry.on_durable));
    if constexpr (std::is_same_v<Decider, Member>)
      entry.on_durable =
          erasure(events, context, due_at, behalf.cause, std::move(entry.on_durable));
    const Position handed_in = around_.journal.append(std::move(entry));
    if (handed_in.value == 0) is_lost_ = true;
    if (is_lost_) return;
    self_.position = handed_in;
    if (next_due) around_.waits_until(*next_due);
    if (admission_changed || fullness_changed())
      publish();
    else if (std::any_of(events.begin(), events.end(),
                         [&](const Event& each) { return changes_arrivals(each); }))
      publish_arrivals();
    if constexpr (may_spend_elsewhere) release_unpaid(events, behalf.cause);
    oblige(events, context, due_at, behalf.cause);
  }

  /// What another pool may have reserved for an InMail that was cancelled before it could go on
  /// record as paid, in an earlier life of this actor or in this one.
  void release_unpaid(const std::vector<Event>& events, const CommandId& cause) {
    for (const Event& event : events)
      if (const auto* e = std::get_if<InMailCancelled>(&event);
          e && e->set_aside == 0 && e->pool != id_)
        post(e->pool, ReleaseUnsent{e->inmail, release_reason(e->reason), cause});
  }

  OnDurable completion(const Behalf& behalf) {
    OnAnswer reply = behalf.answers != nullptr ? behalf.answers->reply : OnAnswer{};
    return [reply = std::move(reply), refusal = behalf.refusal,
            settlement = settlement_](Result<Position> written) {
      if (settlement) {
        if (written)
          settlement->reached(*written);
        else
          settlement->lost();
      }
      if (!reply) return;
      Answer answer;
      if (written) {
        answer.kind = refusal ? AnswerKind::rejected : AnswerKind::ok;
        answer.position = *written;
        if (refusal) answer.refusal = *refusal;
      }
      reply(answer);
    };
  }

  void oblige(std::vector<Event>& events, const Context& context, Timestamp at,
              const CommandId& cause) {
    const std::uint64_t first = self_.position.value + 1 - events.size();
    for (std::size_t i = 0; i < events.size(); ++i) {
      const auto duties = obligations_of(id_, events[i]);
      if (duties.empty()) continue;
      const auto event = std::make_shared<const Event>(std::move(events[i]));
      for (const Obligation& duty : duties)
        if (!waits_for_disk(duty.key))
          post(duty.target,
               Notice{duty.key, Position{first + i}, id_, at, context.version, cause, event});
    }
  }

  /// A key that was destroyed does not come back. So it must be certain that its member is erased,
  /// before it goes: this duty is not told when the event was handed in, but when it is durable.
  static bool waits_for_disk(const NoticeKey& key) {
    return key.kind == NoticeKind::destroy_key || key.kind == NoticeKind::destroy_received;
  }

  /// Of the member whose key it is the duty to destroy.
  KeyId key_of(const NoticeKey& duty) const {
    const bool is_received = duty.kind == NoticeKind::destroy_received;
    return {id_.member(), is_received ? KeyUse::received : KeyUse::wrote};
  }

  static bool is_erasure(const Event& event) {
    return std::holds_alternative<MemberErased>(event) ||
           std::holds_alternative<ReceivedErased>(event);
  }

  OnDurable erasure(const std::vector<Event>& events, const Context& context, Timestamp at,
                    const CommandId& cause, OnDurable then) {
    std::vector<std::pair<std::size_t, Notice>> notices;  // With how many records come behind.
    for (std::size_t i = 0; i < events.size() && is_erasure(events[i]); ++i)
      for (const Obligation& duty : obligations_of(id_, events[i]))
        notices.emplace_back(events.size() - 1 - i,
                             Notice{duty.key,
                                    {},
                                    id_,
                                    at,
                                    context.version,
                                    cause,
                                    std::make_shared<const Event>(events[i])});
    if (notices.empty()) return then;
    return [notices = std::move(notices), settlement = settlement_, &registry = around_.registry,
            then = std::move(then)](Result<Position> written) mutable {
      // Answered first: it is on record, however the duty fares.
      then(written);
      if (!written) return;
      for (auto& [behind, notice] : notices) {
        const StreamId itself = notice.from;
        notice.position = Position{written->value - behind};
        registry.post(itself, Mail{std::move(notice), settlement});
      }
    };
  }

  /// A policy is in force for all from the moment it is durable: before anybody hears of it, and
  /// what uses it stands behind it in the log.
  OnDurable adoption(const std::vector<Event>& events, OnDurable then) {
    const auto* adopted = std::get_if<PolicyAdopted>(&events.back());
    if (adopted == nullptr) return then;
    auto policy = parse_policy(adopted->document, "policy");
    invariant(policy.ok(), "an adopted policy can be read");
    return [&shelf = around_.policies, version = adopted->version, then = std::move(then),
            shared = std::make_shared<const Policy>(std::move(policy).value())](
               Result<Position> written) {
      if (written) shelf.add(version, shared);
      then(std::move(written));
    };
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
    const Timestamp now = std::max({around_.clock.now(), self_.time, not_before});
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

  static bool changes_admission(const Event& event) {
    return std::visit(match{
                          [](const MemberRegistered&) { return true; },
                          [](const MemberErased&) { return true; },
                          [](const PreferenceChanged&) { return true; },
                          [](const InboundRulesSet&) { return true; },
                          [](const ProfileUpdated&) { return true; },
                          [](const MemberBlocked&) { return true; },
                          [](const MemberUnblocked&) { return true; },
                          [](const OpenProfileSet&) { return true; },
                          [](const SenderStopped&) { return true; },
                          [](const SenderAllowed&) { return true; },
                          [](const ConnectionSet&) { return true; },
                          [](const ConnectionRemoved&) { return true; },
                          [](const SubscriptionStarted&) { return true; },
                          [](const SubscriptionChanged&) { return true; },
                          [](const SubscriptionEnded&) { return true; },
                          [](const AccountLinked&) { return true; },
                          [](const AccountUnlinked&) { return true; },
                          [](const auto&) { return false; },
                      },
                      event);
  }

  /// Only asked under a policy that minds: it counts all that the inbox holds.
  bool fullness_changed() const {
    if constexpr (std::is_same_v<Decider, Member>)
      return Member::inbox_is_full(self_.state, newest(*book_).inbox) != is_known_full_;
    return false;
  }

  /// What others see of who has written, and how much.
  bool changes_arrivals(const Event& event) const {
    if constexpr (std::is_same_v<Decider, Member>)
      if (std::holds_alternative<InMailDelivered>(event) &&
          Member::has_quota(self_.state, newest(*book_).recipient))
        return true;
    return std::visit(
        [](const auto& e) {
          if constexpr (requires { e.ref.sender; })
            return e.ref.sender.kind() == StreamKind::seat;
          else
            return false;
        },
        event);
  }

  void publish_arrivals() {
    if constexpr (std::is_same_v<Decider, Member>) {
      auto known = around_.admissions.find(id_.member());
      if (!known) return;
      Member::show_arrivals(*known, self_.state, self_.version);
      around_.admissions.publish(id_.member(), std::move(*known));
    }
  }

  void publish() {
    if constexpr (std::is_same_v<Decider, Member>) {
      const auto book = around_.policies.book();
      Admission admission = Member::admission(self_.state, newest(*book), self_.version);
      is_known_full_ = admission.inbox_full;
      if (self_.state.membership != Membership::stranger)
        around_.admissions.publish(id_.member(), std::move(admission));
    }
  }

  /// Goes to sleep, if nothing of it is undecided or not yet durable. True: it has left.
  bool leave() {
    const bool idle =
        !is_lost_ && !question_ && waiting_.empty() && self_.position <= around_.journal.durable();
    if (!idle || !around_.registry.begin_leave(id_)) return false;
    if constexpr (std::is_same_v<Decider, Member>) around_.admissions.withdraw(id_.member());
    save();
    around_.registry.end_leave(id_);
    return true;
  }

  void save() {
    if (is_lost_ || self_.version == saved_) return;
    std::string row;
    encode_to(self_, row);
    const Status saved = around_.states.save(id_, self_.position, std::move(row));
    invariant(saved.ok(), "the row of a stream can be written");
    saved_ = self_.version;
  }

  const StreamId id_;
  Surroundings& around_;
  bool active_ = false;
  Resident<Decider> self_;
  Version saved_;  ///< Of the row as last saved.
  /// The journal has failed, and never took what this state has folded: no row may hold it.
  bool is_lost_ = false;
  std::shared_ptr<const PolicyBook> book_;
  bool is_known_full_ = false;  ///< A member's inbox, to others.
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
