#include <algorithm>

#include "actors/credit_cycle.hpp"
#include "actors/credit_purchase.hpp"
#include "actors/credit_transfer.hpp"
#include "actors/dispatch.hpp"
#include "actors/linking.hpp"
#include "actors/member.hpp"
#include "actors/member_sender.hpp"
#include "actors/received_charges.hpp"

// What a member decides on each command that it is given.

namespace inmail {
namespace {

Decision on(const MemberState& member, const RegisterMember& command, const Context&) {
  if (member.membership != Membership::stranger) return Decision::reject(Rejection::already_exists);

  return Decision::happened(MemberRegistered{command.display_name, command.headline, command.locale,
                                             command.public_profile, command.lists});
}

Decision on(const MemberState& member, const EraseMember& command, const Context& context) {
  const bool ends_received = command.also_received && member.received_texts == ReceivedTexts::kept;
  if (member.is_erased())
    return ends_received ? Decision::happened(ReceivedErased{command.member}) : Decision::accept();

  Decision decision = Decision::happened(MemberErased{command.member});
  if (ends_received) decision.events.emplace_back(ReceivedErased{command.member});
  if (member.linked_to) decision.events.emplace_back(AccountUnlinked{*member.linked_to});
  for (Event& end : charges_ended_by(InboxTrigger::leave, member.received, {}, context))
    decision.events.push_back(std::move(end));
  for (Event& end :
       close_account(member.account, cancel_all(member.outbox, member.account, context), context))
    decision.events.push_back(std::move(end));
  for (Event& end : discard_all(member.drafts)) decision.events.push_back(std::move(end));
  return decision;
}

Decision on(const MemberState& member, const UndoSend& command, const Context& context) {
  return undo_send(member.outbox, &member.account, command, context);
}

Decision on(const MemberState& member, const SetPreference& command, const Context& context) {
  return set_preference(member.recipient, command, is_premium(member, context.policy()));
}

Decision on(const MemberState& member, const SetInboundRules& command, const Context&) {
  return set_inbound_rules(member.recipient, command);
}

Decision on(const MemberState&, const UpdateProfile& command, const Context&) {
  return Decision::happened(ProfileUpdated{command.display_name, command.headline, command.locale,
                                           command.public_profile, command.lists});
}

Decision on(const MemberState& member, const BlockMember& command, const Context& context) {
  Decision decision = block(member.recipient, command);
  if (decision.events.empty()) return decision;
  for (Event& end :
       charges_ended_by(InboxTrigger::block, member.received, command.blocked, context))
    decision.events.push_back(std::move(end));
  return decision;
}

Decision on(const MemberState& member, const UnblockMember& command, const Context&) {
  return unblock(member.recipient, command);
}

Decision on(const MemberState& member, const StopSender& command, const Context& context) {
  std::set<ContractId> writes_from;
  for (const auto& [id, letter] : member.received)
    if (letter.ref.from == command.sender && letter.ref.pool.kind() == StreamKind::contract &&
        letter.lifecycle != Lifecycle::failed)
      writes_from.insert(letter.ref.pool.contract());
  return stop_sender(member.recipient, command, std::move(writes_from),
                     context.policy().recipient.stop_scope);
}

Decision on(const MemberState& member, const AllowSender& command, const Context&) {
  return allow_sender(member.recipient, command);
}

Decision on(const MemberState& member, const SetConnection& command, const Context& context) {
  return set_connection(member.recipient, command, context.recipient && context.recipient->exists);
}

Decision on(const MemberState& member, const RemoveConnection& command, const Context&) {
  return remove_connection(member.recipient, command);
}

Decision on(const MemberState& member, const StartSubscription& command, const Context& context) {
  return start_subscription(member.account, command, 1, context);
}

Decision on(const MemberState& member, const ChangePlan& command, const Context& context) {
  return change_plan(member.account, command.plan, 1, context);
}

Decision on(const MemberState& member, const CancelSubscription&, const Context& context) {
  return cancel_subscription(member.account, context);
}

Decision on(const MemberState& member, const GrantBonus& command, const Context& context) {
  return grant_bonus(member.account, command.credits, command.approver, command.reason, context);
}

Decision on(const MemberState& member, const PurchaseCredits& command, const Context& context) {
  return purchase(member.account, command, context);
}

Decision on(const MemberState& member, const ReversePurchase& command, const Context& context) {
  return reverse_purchase(member.account, command, context);
}

Decision on(const MemberState& member, const TransferCredits& command, const Context& context) {
  return transfer_credits(member.account, command, context);
}

Decision on(const MemberState& member, const AdjustCredits& command, const Context& context) {
  return adjust_credits(member.account, command, context);
}

Decision on(const MemberState& member, const PaymentFailed&, const Context&) {
  return fail_payment(member.account);
}

Decision on(const MemberState& member, const PaymentRecovered&, const Context& context) {
  return recover_payment(member.account, 1, context);
}

/// Now, for later, or after another one.
Decision send_or_schedule(const MemberState& member, const Command& command,
                          const Context& context) {
  const SendInMail& letter = *letter_in(command);
  if (is_stray(member.outbox, command)) return Decision::reject(Rejection::unknown_target);
  const SenderFacts sender = sender_facts(member, letter.from, context.policy());
  const Wish wish = *wish_in(member.outbox, sender, command, context);
  LotSplits splits;
  if (Guard guard = check_and_pay(member, wish, splits)) return {{}, guard};

  if (wish.send.stage == SendStage::now)
    return with_draft_used({sent_by(wish.send, std::move(splits)), {}}, member.drafts, letter);
  InMailScheduled scheduled = scheduled_by(wish.send, command);
  scheduled.splits = std::move(splits);
  return with_draft_used(Decision::happened(std::move(scheduled)), member.drafts, letter);
}

Decision on(const MemberState& member, const LinkAccounts& command, const Context& context) {
  const Policy& policy = context.policy();
  const Admission holder = context.recipient ? *context.recipient : Admission{};
  const LinkCase wish{.is_other = command.pool != command.member,
                      .holder_exists = holder.exists,
                      .holder_has_plan = holder.plan.has_value(),
                      .is_shared = is_shared(holder.plan, policy),
                      .holder_is_linked = holder.is_linked,
                      .shares_own = is_shared(member.account.plan, policy)};
  if (Guard no = check_link(link_of(member.linked_to), LinkTrigger::link, wish)) return {{}, no};

  return Decision::happened(AccountLinked{command.pool});
}

Decision on(const MemberState& member, const UnlinkAccount& command, const Context& context) {
  const LinkCase wish{.is_that_pool = member.linked_to == command.pool};
  if (Guard no = check_link(link_of(member.linked_to), LinkTrigger::unlink, wish)) return {{}, no};

  Decision decision = Decision::happened(AccountUnlinked{command.pool});
  for (Event& each : cancel_on_pool(member.outbox, member.account, command.pool, context))
    decision.events.push_back(std::move(each));
  return decision;
}

Decision on(const MemberState& member, const RescheduleInMail& command, const Context& context) {
  return reschedule(member.outbox, command, context);
}

Decision on(const MemberState& member, const CancelScheduled& command, const Context& context) {
  return cancel_scheduled(member.outbox, &member.account, command, context);
}

Decision on(const MemberState& member, const SaveDraft& command, const Context& context) {
  return save_draft(member.drafts, command, context);
}

Decision on(const MemberState& member, const DiscardDraft& command, const Context&) {
  return discard_draft(member.drafts, command);
}

Decision on(const MemberState& member, const OpenInMail& command, const Context& context) {
  Decision decision = open_inmail(member.received, command, context);
  if (!decision.refusal) add_reading(decision.events, member.views, command.inmail);
  return decision;
}

Decision on(const MemberState& member, const Respond& command, const Context& context) {
  return respond(member.received, command, context);
}

Decision on(const MemberState& member, const RetractInMail& command, const Context& context) {
  return retract(member.received, command, context);
}

Decision on(const MemberState& member, const FollowLink& command, const Context& context) {
  return follow_link(member.received, command, context);
}

/// The conversation that a message is for, and as whom it is written.
struct Threading {
  ThreadState state = ThreadState::none;
  ThreadTrigger trigger = ThreadTrigger::sender_writes;
  StreamId sender{};  ///< Of the InMail that the writer received.
};

Threading threading_of(const MemberState& member, const SendMessage& command) {
  if (command.conversation.is_zero())
    return {ThreadState::direct, ThreadTrigger::connection_writes, {}};
  const Received* letter = find_received(member.received, command.conversation);
  if (letter && letter->ref.from == command.to)
    return {letter->thread, ThreadTrigger::recipient_writes, letter->ref.sender};
  return {
      thread_of(member.outbox, command.conversation, command.to), ThreadTrigger::sender_writes, {}};
}

Decision on(const MemberState& member, const SendMessage& command, const Context& context) {
  const Threading thread = threading_of(member, command);
  const Admission& other = *context.recipient;
  const ThreadCase between{.is_barred = member.recipient.blocked.contains(command.to) ||
                                        other.blocks(command.from) ||
                                        other.stops(command.from, command.from),
                           .other_exists = other.exists,
                           .is_connected = other.is_connected(command.from)};
  if (Guard refusal = check_thread(thread.state, thread.trigger, between)) return {{}, refusal};
  if (Guard words = check_words(command.text, context.policy().limit)) return {{}, words};

  const bool is_direct = thread.state == ThreadState::direct;
  Decision decision = Decision::happened(
      MessageSent{.conversation = is_direct ? direct_conversation(command.from, command.to)
                                            : command.conversation,
                  .from = command.from,
                  .to = command.to,
                  .text = command.text});
  if (thread.state == ThreadState::closed_silent)
    decision.events.insert(
        decision.events.begin(),
        ConversationReopened{
            .conversation = command.conversation, .sender = thread.sender, .by = command.from});
  return decision;
}

/// Whether the member has a conversation, for a mark of its own.
Guard check_own(const MemberState& member, MemberId self, const InMailId& conversation) {
  if (const auto pair = direct_between(conversation)) {
    const bool is_party = pair->first == self || pair->second == self;
    const MemberId other = pair->first == self ? pair->second : pair->first;
    return is_party && member.recipient.ties.contains(other) ? pass()
                                                             : refuse(Rejection::unknown_target);
  }
  if (const Received* letter = find_received(member.received, conversation)) {
    const bool is_gone =
        letter->lifecycle == Lifecycle::retracted || letter->lifecycle == Lifecycle::hidden;
    return is_gone ? refuse(Rejection::message_retracted) : pass();
  }
  return member.outbox.knows(conversation) ? pass() : refuse(Rejection::unknown_target);
}

template <class Mark>
  requires requires(const OwnViews& views, const Mark& command) { mark(views, command); }
Decision on(const MemberState& member, const Mark& command, const Context&) {
  if (Guard refusal = check_own(member, command.view.member, command.view.conversation))
    return {{}, refusal};
  return mark(member.views, command);
}

template <class Other>
Decision on(const MemberState&, const Other&, const Context&) {
  throw_defect("a command came to a member whose target is no member");
}

}  // namespace

Decision Member::decide(StreamId id, const State& state, const Command& command,
                        const Context& context) {
  if (!may_give(context.asked_by, command)) return Decision::reject(Rejection::not_allowed);
  const bool joins = std::holds_alternative<RegisterMember>(command);
  const bool erases_again = state.is_erased() && std::holds_alternative<EraseMember>(command);
  if (!state.is_registered() && !joins && !erases_again)
    return Decision::reject(letter_in(command) ? Rejection::unknown_sender
                                               : Rejection::unknown_target);
  (void)id;
  Decision decision =
      letter_in(command)
          ? send_or_schedule(state, command, context)
          : std::visit([&](const auto& each) { return on(state, each, context); }, command);
  decision.events = keep_under_cap(state.account, 1, std::move(decision.events), context);
  return decision;
}

}  // namespace inmail
