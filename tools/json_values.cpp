#include "tools/json_values.hpp"

namespace inmail::tools {

std::string TextReader::operator()(const Text& text) const {
  if (!text.is_sealed()) return std::string(text.plain());
  if (keys_ == nullptr) return "sealed";
  auto plain = open(text, *keys_);
  if (!plain) return "unreadable";
  return plain->value_or("erased");
}

Json to_json(ReleaseReason reason) {
  switch (reason) {
    case ReleaseReason::send_rejected: return "send_rejected";
    case ReleaseReason::delivery_failed: return "delivery_failed";
    case ReleaseReason::lost: return "lost";
    case ReleaseReason::taken_back: return "taken_back";
    case ReleaseReason::not_dispatched: return "not_dispatched";
    case ReleaseReason::not_accepted: return "not_accepted";
  }
  return "unknown";
}

Json to_json(VoidReason reason) {
  switch (reason) {
    case VoidReason::subscription_ended: return "subscription_ended";
    case VoidReason::plan_changed: return "plan_changed";
    case VoidReason::member_erased: return "member_erased";
    case VoidReason::purchase_reversed: return "purchase_reversed";
    case VoidReason::adjusted: return "adjusted";
    case VoidReason::released: return "released";
    case VoidReason::transferred: return "transferred";
  }
  return "unknown";
}

Json to_json(FailureReason reason) {
  switch (reason) {
    case FailureReason::recipient_unavailable: return "recipient_unavailable";
    case FailureReason::unknown_recipient: return "unknown_recipient";
  }
  return "unknown";
}

Json to_json(ChargeEnd end) {
  switch (end) {
    case ChargeEnd::none: return "none";
    case ChargeEnd::refund: return "refund";
    case ChargeEnd::final: return "final";
    case ChargeEnd::spend: return "spend";
    case ChargeEnd::release: return "release";
  }
  return "unknown";
}

Json to_json(Outcome outcome) {
  switch (outcome) {
    case Outcome::accepted: return "accepted";
    case Outcome::declined: return "declined";
    case Outcome::declined_silently: return "declined_silently";
    case Outcome::replied: return "replied";
    case Outcome::quick_reply: return "quick_reply";
    case Outcome::failed: return "failed";
    case Outcome::retracted: return "retracted";
  }
  return "unknown";
}

Json to_json(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ",") + name;
  return list;
}

Json to_json(const std::vector<ContractId>& contracts) {
  Json list = Json::array();
  for (const ContractId contract : contracts) list.push_back(to_json(contract));
  return list;
}

Json to_json(const std::vector<SeatId>& seats) {
  std::vector<std::string> names;
  for (const SeatId seat : seats) names.push_back(to_text(StreamId(seat)));
  return to_json(names);
}

Json to_json(const TextPrint& print) {
  return print.is_taken() ? Json(to_hex(print.least.data(), print.least.size())) : Json();
}

Json to_json(const LotSplits& splits) {
  Json list = Json::array();
  for (const LotSplit& split : splits)
    list.push_back({{"lot", split.lot.value}, {"amount", split.amount}});
  return list;
}

Json to_json(const TransferParts& parts) {
  Json list = Json::array();
  for (const TransferPart& part : parts)
    list.push_back({{"amount", part.amount},
                    {"expires_at", part.expires_at ? to_json(*part.expires_at) : Json()}});
  return list;
}

Json to_json(const std::vector<Attachment>& attachments, const TextReader& texts) {
  std::string lines;
  for (const Attachment& each : attachments)
    lines += (lines.empty() ? "" : "\n") + std::to_string(each.file) + " " + each.type + " " +
             std::to_string(each.bytes) + " " + texts(each.name);
  return lines;
}

Json to_json(const AnsweredBeside& answered) {
  return {{"inmail", to_json(answered.inmail)},
          {"kind", to_json(answered.kind)},
          {"as_auto_reply", answered.as_auto_reply}};
}

}  // namespace inmail::tools
