#include "engine/edge.hpp"

#include "events/codec.hpp"
#include "events/policy.hpp"
#include "events/policy_value.hpp"

namespace inmail {
namespace {

Error malformed(std::string sentence) { return {ErrorCode::invalid_argument, std::move(sentence)}; }

template <class Id>
Status check_id(Id id, const char* what) {
  if (id.value == 0 || id.value > StreamId::number_max)
    return malformed(std::string(what) + " is " + std::to_string(id.value) +
                     ", but ids are from 1 to " + std::to_string(StreamId::number_max));
  return {};
}

Status check_size(std::string_view text, const char* what) {
  if (text.size() > text_input_bytes_max)
    return malformed(std::string(what) + " has " + std::to_string(text.size()) +
                     " bytes, but at most " + std::to_string(text_input_bytes_max) + " come in");
  return {};
}

Status check_text(const Text& text, const char* what) {
  if (text.empty()) return {};
  return check_size(text.is_sealed() ? std::string_view{text.sealed_bytes()} : text.plain(), what);
}

template <class Enum>
Status check_enum(Enum value, const char* what) {
  if (name_of(value) != "unknown") return {};
  return malformed(std::string(what) + " has no value " +
                   std::to_string(static_cast<unsigned>(value)));
}

/// The first of several checks that fails.
template <class... Checks>
Status all_of(Checks&&... checks) {
  Status result;
  ((result = std::forward<Checks>(checks), result.ok()) && ...);
  return result;
}

/// A list, as `recipient.banned_lists` names it.
Status check_list(const std::string& list) {
  if (word_form.accepts(list)) return {};
  return malformed("a list is named by " + std::string(word_form.sentence));
}

Status check_locale(const std::string& locale) {
  return locale.size() <= 35 ? Status{} : malformed("locale is longer than 35 bytes");
}

/// Of whoever joins, and of the same later.
Status check_profile(const auto& c) {
  for (const std::string& list : c.lists)
    if (const Status fine = check_list(list); !fine) return fine;
  return all_of(check_id(c.member, "member"), check_text(c.display_name, "display_name"),
                check_text(c.headline, "headline"), check_locale(c.locale),
                c.lists.size() <= 100 ? Status{} : malformed("lists has more than 100 of them"));
}
Status check(const RegisterMember& c) { return check_profile(c); }
Status check(const UpdateProfile& c) { return check_profile(c); }
Status check_minute(std::int32_t minute, const char* what) {
  return minute >= 0 && minute < 1'440
             ? Status{}
             : malformed(std::string(what) + " is " + std::to_string(minute) +
                         ", but a day has minutes from 0 to 1439");
}
Status check_quota(std::int32_t most, const char* what) {
  return most >= 0 ? Status{}
                   : malformed(std::string(what) + " is " + std::to_string(most) +
                               ", but must be 0 for no limit, or above");
}
Status check(const SetInboundRules& c) {
  const AcceptFilters& filters = c.rules.filters;
  for (const std::string& each : filters.languages)
    if (!locale_form.accepts(each))
      return malformed("languages: a language is named by " + std::string(locale_form.sentence));
  EnumSet<Purpose> known;
  for (const auto& each : names_of(Purpose{})) known.insert(each.value);
  return all_of(
      check_id(c.member, "member"),
      filters.purposes.is_subset_of(known) ? Status{} : malformed("purposes has an unknown one"),
      filters.languages.size() <= 100 ? Status{} : malformed("languages has more than 100 of them"),
      check_enum(filters.min_degree, "min_degree"), check_enum(filters.max_degree, "max_degree"),
      filters.min_degree <= filters.max_degree ? Status{}
                                               : malformed("min_degree is above max_degree"),
      check_minute(filters.quiet_from_minute, "quiet_from_minute"),
      check_minute(filters.quiet_until_minute, "quiet_until_minute"),
      check_quota(c.rules.daily_max, "daily_max"), check_quota(c.rules.weekly_max, "weekly_max"));
}
Status check(const SetPreference& c) {
  return all_of(check_id(c.member, "member"), check_enum(c.inmail, "inmail"));
}
Status check(const BlockMember& c) {
  return all_of(check_id(c.member, "member"), check_id(c.blocked, "blocked"));
}
Status check(const UnblockMember& c) {
  return all_of(check_id(c.member, "member"), check_id(c.blocked, "blocked"));
}
Status check(const EraseMember& c) { return check_id(c.member, "member"); }
Status check_pair(MemberId a, MemberId b) {
  if (a == b) return malformed("a and b are the same member");
  return all_of(check_id(a, "a"), check_id(b, "b"));
}
Status check(const SetConnection& c) { return check_pair(c.a, c.b); }
Status check(const RemoveConnection& c) { return check_pair(c.a, c.b); }
Status check(const LinkAccounts& c) {
  return all_of(check_id(c.pool, "pool"), check_id(c.member, "member"));
}
Status check(const UnlinkAccount& c) {
  return all_of(check_id(c.pool, "pool"), check_id(c.member, "member"));
}
Status check(const StopSender& c) {
  return all_of(check_id(c.member, "member"), check_id(c.sender, "sender"));
}
Status check(const AllowSender& c) {
  return all_of(check_id(c.member, "member"), check_id(c.sender, "sender"));
}
constexpr std::uint32_t trial_days_max = 366;

Status check(const StartSubscription& c) {
  return all_of(check_owner(c.owner), check_enum(c.plan, "plan"),
                c.trial_days <= trial_days_max
                    ? Status{}
                    : malformed("trial_days is " + std::to_string(c.trial_days) +
                                ", but must be from 0 to " + std::to_string(trial_days_max)));
}
Status check(const ChangePlan& c) {
  return all_of(check_owner(c.owner), check_enum(c.plan, "plan"));
}
Status check(const CancelSubscription& c) { return check_owner(c.owner); }
Status check(const GrantBonus& c) {
  return all_of(check_owner(c.owner), check_text(c.reason, "reason"),
                c.credits >= 1 && c.credits <= 1'000'000
                    ? Status{}
                    : malformed("credits is " + std::to_string(c.credits) +
                                ", but must be from 1 to 1000000"));
}
Status check(const SetSeatMonthlyLimit& c) {
  for (const SeatId seat : c.seats)
    if (const Status fine = check_id(seat, "seats"); !fine) return fine;
  return all_of(check_id(c.contract, "contract"),
                c.seats.size() <= 1'000 ? Status{} : malformed("seats has more than 1000 of them"));
}
constexpr std::size_t payment_ref_bytes_max = 64;

Status check_payment_ref(std::string_view payment_ref) {
  if (!payment_ref.empty() && payment_ref.size() <= payment_ref_bytes_max) return {};
  return malformed("payment_ref has " + std::to_string(payment_ref.size()) +
                   " bytes, but must have from 1 to " + std::to_string(payment_ref_bytes_max));
}
Status check(const PurchaseCredits& c) {
  return all_of(check_owner(c.owner), check_payment_ref(c.payment_ref),
                c.pack.size() <= 64 ? Status{} : malformed("pack is longer than 64 bytes"));
}
Status check(const ReversePurchase& c) {
  return all_of(check_owner(c.owner), check_payment_ref(c.payment_ref));
}
Status check(const AdjustCredits& c) {
  const bool is_fine = c.credits != 0 && c.credits >= -1'000'000 && c.credits <= 1'000'000;
  return all_of(check_owner(c.owner), check_text(c.reason, "reason"),
                is_fine ? Status{}
                        : malformed("credits is " + std::to_string(c.credits) +
                                    ", but must be from -1000000 to 1000000, and not 0"));
}
Status check(const TransferCredits& c) {
  const bool is_some = c.credits >= 1 && c.credits <= 1'000'000;
  return all_of(check_owner(c.from), check_owner(c.to),
                c.from == c.to ? malformed("from and to are the same") : Status{},
                is_some ? Status{}
                        : malformed("credits is " + std::to_string(c.credits) +
                                    ", but must be from 1 to 1000000"));
}
Status check(const PaymentFailed& c) { return check_owner(c.owner); }
Status check(const PaymentRecovered& c) { return check_owner(c.owner); }
Status check(const CreateContract& c) { return check_id(c.contract, "contract"); }
Status check(const AddSeat& c) {
  return all_of(check_id(c.contract, "contract"), check_id(c.seat, "seat"),
                check_id(c.holder, "holder"), check_enum(c.role, "role"));
}
Status check(const SendHints& hints) {
  if (hints.degree == Degree::first)
    return malformed("degree is first, but who is connected says set_connection");
  return all_of(hints.degree ? check_enum(*hints.degree, "degree") : Status{},
                check_enum(hints.purpose, "purpose"));
}
Status check(const std::vector<Attachment>& attachments) {
  for (const Attachment& each : attachments) {
    if (!word_form.accepts(each.type))
      return malformed("attachments: a type is named by " + std::string(word_form.sentence));
    if (const Status fine = check_text(each.name, "the name of an attachment"); !fine) return fine;
  }
  return attachments.size() <= 100 ? Status{} : malformed("attachments has more than 100 of them");
}
Status check(const SendInMail& c) {
  return all_of(check(c.hints), check_id(c.from, "from"),
                c.seat ? check_id(*c.seat, "seat") : Status{}, check_id(c.to, "to"),
                check_text(c.subject, "subject"), check_text(c.body, "body"),
                check_text(c.override_reason, "override_reason"),
                check_text(c.signature, "signature"), check(c.attachments), check_locale(c.locale));
}
Status check(const OpenInMail& c) { return check_id(c.recipient, "recipient"); }
Status check(const Respond& c) {
  return all_of(check_id(c.recipient, "recipient"), check_enum(c.kind, "kind"),
                check_text(c.text, "text"));
}
Status check(const RetractInMail& c) {
  return all_of(check_id(c.author_id, "author"), check_id(c.recipient, "recipient"));
}
Status check_sender(StreamId sender) {
  if (sender.kind() != StreamKind::member && sender.kind() != StreamKind::seat)
    return malformed("sender is " + to_text(sender) + ", but only members and seats send");
  return check_id(MemberId{sender.number()}, "sender");
}
Status check(const UndoSend& c) { return check_sender(c.sender); }
/// Before the year 10000, so that it can be written down, and after 1970.
Status check_instant(Timestamp at, const char* what) {
  const std::int64_t end = std::int64_t{253'402'300'800'000};
  if (to_ms(at) >= 0 && to_ms(at) < end) return {};
  return malformed(std::string(what) + " is " + std::to_string(to_ms(at)) +
                   " ms, but must be from 1970 to 9999");
}
Status check_time_zone(const std::string& zone) {
  return zone.size() <= 64 ? Status{} : malformed("time_zone is longer than 64 bytes");
}
Status check(const ScheduleInMail& c) {
  return all_of(check(c.letter), check_instant(c.send_at, "send_at"), check_time_zone(c.time_zone));
}
Status check(const RescheduleInMail& c) {
  return all_of(check_sender(c.sender), check_instant(c.send_at, "send_at"),
                check_time_zone(c.time_zone));
}
Status check(const CancelScheduled& c) { return check_sender(c.sender); }
Status check(const AddFollowUp& c) { return check(c.letter); }
Status check(const SaveDraft& c) {
  return all_of(check_id(c.from, "from"), c.seat ? check_id(*c.seat, "seat") : Status{},
                c.to ? check_id(*c.to, "to") : Status{}, check_text(c.subject, "subject"),
                check_text(c.body, "body"));
}
Status check(const DiscardDraft& c) { return check_sender(c.author_id); }
Status check(const SendMessage& c) {
  return all_of(check_id(c.from, "from"), c.seat ? check_id(*c.seat, "seat") : Status{},
                check_id(c.to, "to"), check_text(c.text, "text"));
}
Status check(const PartyView& view) {
  return all_of(check_id(view.member, "member"),
                view.seat ? check_id(*view.seat, "seat") : Status{});
}
Status check(const MarkUnread& c) { return check(c.view); }
Status check(const ArchiveConversation& c) { return check(c.view); }
Status check(const StarConversation& c) { return check(c.view); }
Status check(const TagConversation& c) {
  return all_of(check(c.view), check_text(c.tag, "tag"),
                c.tag.empty() ? malformed("tag is empty") : Status{});
}
Status check(const FollowLink& c) { return check_id(c.recipient, "recipient"); }
Status check(const AdoptPolicy& c) {
  const auto policy = parse_policy(c.document, "policy");
  return policy ? Status{} : Status{policy.error()};
}

/// Tells whether two tags of one member are the same words; once the member is erased, nobody can
/// try whether words that they guess were a tag.
Status take_key(Command& command, KeyStore& keys) {
  auto* tagging = std::get_if<TagConversation>(&command);
  if (tagging == nullptr || tagging->tag.is_sealed()) return {};
  const auto words = normalise(tagging->tag.plain());
  if (!words) return words.error();
  const auto own = keys.key_for_writing(tagging->view.member);
  if (!own) return own.error();
  // Apart from all else that the key is used for.
  const PayloadHash hash = keyed_hash(*own, bytes_of("inmail.tag.v1 " + *words));
  tagging->key = 0;
  for (std::size_t i = 0; i < 8; ++i) tagging->key = tagging->key << 8 | hash[i];
  return {};
}

/// Without what the edge has found in the texts: the same order may come again after a release that
/// finds more in them.
void encode_as_ordered(const Command& command, std::string& out) {
  if (const auto* tagging = std::get_if<TagConversation>(&command)) {
    TagConversation ordered = *tagging;
    ordered.key = 0;
    return encode_command(ordered, out);
  }
  const SendInMail* send = letter_in(command);
  if (send == nullptr || (send->markup == TextMarkup{} && !send->print.is_taken()))
    return encode_command(command, out);
  Command ordered = command;
  letter_in(ordered)->markup = {};
  letter_in(ordered)->print = {};
  encode_command(ordered, out);
}

/// A text that comes in sealed for a reader is for that reader still.
Status check_reader(const Command& command, TextField field, const Text& text) {
  if (!text.reader() || (is_for_reader(field) && text.reader() == reader_of(command))) return {};
  return Error{ErrorCode::invalid_argument,
               "a text that was sealed for one reader cannot be written to another"};
}

/// Who joins will be written to. With this key made now, hardly ever has a send to wait for one to
/// reach the disk.
Status make_reader_key(const Command& command, KeyStore& keys) {
  const auto* joining = std::get_if<RegisterMember>(&command);
  if (joining == nullptr) return {};
  const auto made = keys.key_for_writing({joining->member, KeyUse::received});
  return made ? Status{} : Status{made.error()};
}

}  // namespace

Status check_owner(StreamId owner) {
  if (owner.kind() != StreamKind::member && owner.kind() != StreamKind::contract)
    return malformed("owner is " + to_text(owner) + ", but only members and contracts own credits");
  return check_id(MemberId{owner.number()}, "owner");
}

Status check_input(const Command& command) {
  return std::visit([](const auto& each) { return check(each); }, command);
}

std::optional<Command> without_html(const Command& command, HtmlRule rule) {
  const SendInMail* letter = letter_in(command);
  if (letter == nullptr || rule == HtmlRule::reject) return std::nullopt;
  std::optional<Command> clean;
  for (const auto part : {&SendInMail::subject, &SendInMail::body, &SendInMail::signature}) {
    const Text& text = letter->*part;
    if (text.is_sealed()) return std::nullopt;
    const auto words = normalise(text.plain());
    if (!words || !has_html(*words)) continue;
    if (!clean) clean = command;
    letter_in(*clean)->*part = rule == HtmlRule::strip ? strip_html(*words) : escape_html(*words);
  }
  return clean;
}

Status seal_texts(Command& command, const CommandId& id, KeyStore& keys) {
  Status result = take_marks(command, keys);
  if (result) result = take_key(command, keys);
  std::visit(
      [&](auto& each) {
        if constexpr (requires { each.author(); })
          each.each_text([&](TextField field, Text& text) {
            if (result) result = seal(text, field, each.author(), each.target(), id, keys);
            if (result) result = check_reader(command, field, text);
          });
      },
      command);
  if (result) result = make_reader_key(command, keys);
  return result;
}

PayloadHash hash_payload(const Command& command, const Principal& asked_by, const KeyStore& keys,
                         std::size_t& encoded_bytes) {
  std::string payload;
  encode_to(type_of(command).number, payload);
  encode_to(asked_by, payload);
  encode_as_ordered(command, payload);
  encoded_bytes = payload.size();
  return keyed_hash(keys.store_key(), bytes_of(payload));
}

}  // namespace inmail
