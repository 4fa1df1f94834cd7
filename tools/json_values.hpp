#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/attachment.hpp"
#include "events/credit_events.hpp"
#include "events/enums.hpp"
#include "events/ids.hpp"
#include "events/inmail_events.hpp"
#include "events/keys.hpp"
#include "events/rejection.hpp"
#include "events/text.hpp"
#include "events/text_print.hpp"
#include "tools/output.hpp"

namespace inmail::tools {

/// What people may read of a text: what was written; "erased" when its key is gone, "sealed" where
/// there are no keys at all, "unreadable" when it is not what was sealed. `keys` may be null and
/// must outlive it. One thread.
class TextReader {
 public:
  explicit TextReader(KeyStore* keys) : keys_(keys) {}
  std::string operator()(const Text& text) const;

 private:
  KeyStore* keys_;
};

// The values that events and commands are made of, as JSON: ids and times as text, counts as
// numbers.

template <class Value>
  requires std::integral<Value> Json to_json(Value value) { return Json(value); }
inline Json to_json(const std::string& value) { return Json(value); }
inline Json to_json(MemberId id) { return Json(to_text(StreamId(id))); }
inline Json to_json(SeatId id) { return Json(to_text(StreamId(id))); }
inline Json to_json(ContractId id) { return Json(to_text(StreamId(id))); }
inline Json to_json(StreamId id) { return id.is_set() ? Json(to_text(id)) : Json(); }
inline Json to_json(LotId id) { return Json(id.value); }
inline Json to_json(Position position) { return Json(position.value); }
inline Json to_json(Version version) { return Json(version.value); }
inline Json to_json(PolicyVersion version) { return Json(version.value); }
inline Json to_json(Timestamp time) { return Json(to_text(time)); }
inline Json to_json(const Principal& principal) { return Json(to_text(principal)); }
template <class Tag>
Json to_json(const Id128<Tag>& id) {
  return Json(to_text(id));
}

template <NamedEnum E>
Json to_json(E value) {
  return Json(name_of(value));
}
inline Json to_json(Rejection code) { return Json(name_of(code)); }
Json to_json(ReleaseReason reason);
Json to_json(VoidReason reason);
Json to_json(FailureReason reason);
Json to_json(ChargeEnd end);
Json to_json(Outcome outcome);

Json to_json(const LotSplits& splits);
Json to_json(const TransferParts& parts);
/// A text with commas, as commands take it.
Json to_json(const std::vector<std::string>& names);
Json to_json(const std::vector<ContractId>& contracts);
Json to_json(const std::vector<SeatId>& seats);
Json to_json(const TextPrint& print);
Json to_json(const AnsweredBeside& answered);
/// Their names, as a text with commas.
template <NamedEnum E>
Json to_json(const EnumSet<E>& values) {
  std::vector<std::string> names;
  for (const auto& each : names_of(E{}))
    if (values.has(each.value)) names.emplace_back(each.text);
  return to_json(names);
}

template <class Value>
Json to_json(const std::optional<Value>& value) {
  return value ? to_json(*value) : Json();
}

inline Json to_json(const Text& text, const TextReader& texts) { return texts(text); }
/// A line for each, as commands take them: "12 pdf 20480 CV of Ada.pdf".
Json to_json(const std::vector<Attachment>& attachments, const TextReader& texts);

}  // namespace inmail::tools
