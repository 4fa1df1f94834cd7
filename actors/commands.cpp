#include "actors/commands.hpp"

#include "events/codec.hpp"

namespace inmail {
namespace {

/// The one principal that a command speaks for, or the kind that may give it whatever its number.
struct Speaker {
  PrincipalKind kind;
  std::optional<std::uint64_t> number;
};

Speaker sender(MemberId member, const std::optional<SeatId>& seat) {
  if (seat) return {PrincipalKind::seat, seat->value};
  return {PrincipalKind::member, member.value};
}

Speaker sender(StreamId stream) {
  const bool by_seat = stream.kind() == StreamKind::seat;
  return {by_seat ? PrincipalKind::seat : PrincipalKind::member, stream.number()};
}

/// Who buys for the owner of a pool.
Speaker buyer(StreamId owner) {
  if (owner.kind() == StreamKind::member) return {PrincipalKind::member, owner.number()};
  return {PrincipalKind::admin, {}};
}

template <class Command, class... Of>
constexpr bool is_one_of = (std::is_same_v<Command, Of> || ...);

Speaker speaker_of(const Command& command) {
  using enum PrincipalKind;
  return std::visit(
      []<class Each>(const Each& c) -> Speaker {
        if constexpr (is_one_of<Each, RegisterMember, UpdateProfile, SetConnection,
                                RemoveConnection, EraseMember>)
          return {system, {}};
        else if constexpr (is_one_of<Each, StartSubscription, ChangePlan, CancelSubscription,
                                     CreateContract, ReversePurchase, PaymentFailed,
                                     PaymentRecovered>)
          return {billing, {}};
        else if constexpr (is_one_of<Each, AddSeat, AdoptPolicy, SetSeatMonthlyLimit>)
          return {admin, {}};
        else if constexpr (is_one_of<Each, GrantBonus, AdjustCredits, TransferCredits>)
          return {admin, c.approver};
        else if constexpr (is_one_of<Each, LinkAccounts, UnlinkAccount>)
          return {member, c.pool.value};
        else if constexpr (is_one_of<Each, PurchaseCredits>)
          return buyer(c.owner);
        else if constexpr (is_one_of<Each, SendInMail, SendMessage, SaveDraft>)
          return sender(c.from, c.seat);
        else if constexpr (is_one_of<Each, UndoSend, RescheduleInMail, CancelScheduled>)
          return sender(c.sender);
        else if constexpr (is_one_of<Each, DiscardDraft>)
          return sender(c.author_id);
        else if constexpr (requires { c.letter; })
          return sender(c.letter.from, c.letter.seat);
        else if constexpr (is_one_of<Each, RetractInMail>)
          return {member, c.author_id.value};
        else if constexpr (requires { c.view; })
          return sender(c.view.member, c.view.seat);
        else if constexpr (requires { c.recipient; })
          return {member, c.recipient.value};
        else
          return {member, c.member.value};
      },
      command);
}

/// An admin may also take care of what somebody has scheduled.
bool is_for_admins_too(const Command& command) {
  return std::holds_alternative<RescheduleInMail>(command) ||
         std::holds_alternative<CancelScheduled>(command);
}

/// Nobody is held in a pool: who is linked to one may leave it.
bool leaves_pool(const Principal& asked_by, const Command& command) {
  const auto* unlink = std::get_if<UnlinkAccount>(&command);
  return unlink != nullptr && asked_by == Principal::of(unlink->member);
}

template <class... Commands>
Result<Command> decode_any(std::variant<Commands...>*, std::uint16_t number, Bytes bytes) {
  Result<Command> decoded =
      Error{ErrorCode::newer_format, "command number " + std::to_string(number) + " is not known"};
  const auto try_one = [&]<class Each>(std::type_identity<Each>) {
    if (Each::type.number != number) return false;
    auto one = decode_as<Each>(bytes);
    if (one) {
      decoded = Command{std::move(one).value()};
    } else {
      decoded = one.error();
    }
    return true;
  };
  (try_one(std::type_identity<Commands>{}) || ...);
  return decoded;
}

}  // namespace

Status take_marks(Command& command, KeyStore& keys) {
  SendInMail* send = letter_in(command);
  if (send == nullptr || send->subject.is_sealed() || send->body.is_sealed()) return {};
  const auto subject = normalise(send->subject.plain());
  if (!subject) return subject.error();
  const auto body = normalise(send->body.plain());
  if (!body) return body.error();
  const auto signature = normalise(send->signature.plain());
  if (!signature) return signature.error();
  send->markup = markup_of(*body);
  send->markup.html = send->markup.html || has_html(*subject) || has_html(*signature);
  auto print = print_of(*subject, *body, send->author(), keys);
  if (!print) return print.error();
  send->print = *print;
  return {};
}

const SendInMail* letter_in(const Command& command) {
  if (const auto* send = std::get_if<SendInMail>(&command)) return send;
  if (const auto* schedule = std::get_if<ScheduleInMail>(&command)) return &schedule->letter;
  if (const auto* follow_up = std::get_if<AddFollowUp>(&command)) return &follow_up->letter;
  return nullptr;
}

std::optional<MemberId> reader_of(const Command& command) {
  std::optional<MemberId> author;
  std::optional<MemberId> reader;
  if (const SendInMail* letter = letter_in(command)) {
    author = letter->from;
    reader = letter->to;
  } else if (const auto* message = std::get_if<SendMessage>(&command)) {
    author = message->from;
    reader = message->to;
  } else if (const auto* draft = std::get_if<SaveDraft>(&command)) {
    author = draft->from;
    reader = draft->to;
  }
  return reader == author ? std::nullopt : reader;
}

Status seal_for_reader(Command& command, MemberId reader, KeyStore& keys) {
  std::vector<Text*> texts;
  std::visit(
      [&](auto& each) {
        if constexpr (requires { each.author(); })
          each.each_text([&](TextField field, Text& text) {
            if (is_for_reader(field)) texts.push_back(&text);
          });
      },
      command);
  return seal_for_reader(texts, reader, keys);
}

const CommandType& type_of(const Command& command) {
  return std::visit(
      [](const auto& each) -> const CommandType& {
        return std::remove_cvref_t<decltype(each)>::type;
      },
      command);
}

StreamId target_of(const Command& command) {
  return std::visit([](const auto& each) { return each.target(); }, command);
}

Principal usual_principal(const Command& command) {
  const Speaker speaker = speaker_of(command);
  return {speaker.kind, speaker.number.value_or(0)};
}

bool may_give(const Principal& asked_by, const Command& command) {
  if (asked_by.kind == PrincipalKind::admin && is_for_admins_too(command)) return true;
  if (leaves_pool(asked_by, command)) return true;
  const Speaker speaker = speaker_of(command);
  return asked_by.kind == speaker.kind && (!speaker.number || *speaker.number == asked_by.number);
}

void encode_command(const Command& command, std::string& out) {
  std::visit([&](const auto& each) { encode_to(each, out); }, command);
}

Result<Command> decode_command(std::uint16_t number, std::span<const std::uint8_t> bytes) {
  return decode_any(static_cast<Command*>(nullptr), number, bytes);
}

}  // namespace inmail
