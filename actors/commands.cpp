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

Speaker speaker_of(const Command& command) {
  return std::visit(match{
                        [](const RegisterMember&) {
                          return Speaker{PrincipalKind::system, {}};
                        },
                        [](const SetPreference& c) {
                          return Speaker{PrincipalKind::member, c.member.value};
                        },
                        [](const BlockMember& c) {
                          return Speaker{PrincipalKind::member, c.member.value};
                        },
                        [](const UnblockMember& c) {
                          return Speaker{PrincipalKind::member, c.member.value};
                        },
                        [](const SetConnection&) {
                          return Speaker{PrincipalKind::system, {}};
                        },
                        [](const RemoveConnection&) {
                          return Speaker{PrincipalKind::system, {}};
                        },
                        [](const StopSender& c) {
                          return Speaker{PrincipalKind::member, c.member.value};
                        },
                        [](const AllowSender& c) {
                          return Speaker{PrincipalKind::member, c.member.value};
                        },
                        [](const StartSubscription&) {
                          return Speaker{PrincipalKind::billing, {}};
                        },
                        [](const ChangePlan&) {
                          return Speaker{PrincipalKind::billing, {}};
                        },
                        [](const CancelSubscription&) {
                          return Speaker{PrincipalKind::billing, {}};
                        },
                        [](const GrantBonus& c) {
                          return Speaker{PrincipalKind::admin, c.approver};
                        },
                        [](const CreateContract&) {
                          return Speaker{PrincipalKind::billing, {}};
                        },
                        [](const AddSeat&) {
                          return Speaker{PrincipalKind::admin, {}};
                        },
                        [](const SendInMail& c) { return sender(c.from, c.seat); },
                        [](const RetractInMail& c) {
                          return Speaker{PrincipalKind::member, c.author_id.value};
                        },
                        [](const SendMessage& c) { return sender(c.from, c.seat); },
                        [](const AdoptPolicy&) {
                          return Speaker{PrincipalKind::admin, {}};
                        },
                        [](const EraseMember&) {
                          return Speaker{PrincipalKind::system, {}};
                        },
                        [](const UndoSend& c) { return sender(c.sender); },
                        [](const SetSeatMonthlyLimit&) {
                          return Speaker{PrincipalKind::admin, {}};
                        },
                        [](const auto& c) {
                          if constexpr (requires { c.view; })
                            return sender(c.view.member, c.view.seat);
                          else
                            return Speaker{PrincipalKind::member, c.recipient.value};
                        },
                    },
                    command);
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
  auto* send = std::get_if<SendInMail>(&command);
  if (send == nullptr || send->subject.is_sealed() || send->body.is_sealed()) return {};
  const auto subject = normalise(send->subject.plain());
  if (!subject) return subject.error();
  const auto body = normalise(send->body.plain());
  if (!body) return body.error();
  send->markup = markup_of(*body);
  send->markup.html = send->markup.html || has_html(*subject);
  auto print = print_of(*subject, *body, send->author(), keys);
  if (!print) return print.error();
  send->print = *print;
  return {};
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
