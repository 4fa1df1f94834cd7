#include "tools/event_json.hpp"

#include "events/codec.hpp"
#include "tools/command_json.hpp"
#include "tools/event_fields.hpp"

namespace inmail::tools {
namespace {

template <class Each>
Json fields_of(const Each& event, const TextReader& texts) {
  Json fields = Json::object();
  each_field(event, [&](const char* name, const auto& value) {
    if constexpr (requires { to_json(value, texts); })
      fields[name] = to_json(value, texts);
    else
      fields[name] = to_json(value);
  });
  return fields;
}

Json command_named(std::uint16_t number) {
  Json json = Json::object();
  json["command"] = command_name(number);
  return json;
}

Json fields_of(const CommandAccepted& event, const TextReader&) {
  return command_named(event.command_type);
}

Json fields_of(const CommandRejected& event, const TextReader& texts) {
  Json fields = {{"code", to_json(event.code)}, {"limit", event.limit}, {"actual", event.actual}};
  const auto command = decode_command(event.command_type, bytes_of(event.command));
  fields["command"] = command ? to_json(*command, texts) : command_named(event.command_type);
  return fields;
}

}  // namespace

Json to_json(const Event& event, const TextReader& texts) {
  return std::visit([&](const auto& each) { return fields_of(each, texts); }, event);
}

Json to_json(const Record& record, const TextReader& texts) {
  const RecordHeader& header = record.header;
  Json json = {
      {"position", to_json(header.position)}, {"time", to_json(header.time)},
      {"stream", to_json(header.stream)},     {"version", to_json(header.version)},
      {"event", type_of(record.event).name},  {"asked_by", to_json(header.asked_by)},
      {"policy", to_json(header.policy)},
  };
  if (!header.cause.is_zero()) json["cause"] = to_json(header.cause);
  if (header.due_at != header.time) json["due_at"] = to_json(header.due_at);
  if (header.is_receipt) json["is_receipt"] = true;
  json["data"] = to_json(record.event, texts);
  return json;
}

}  // namespace inmail::tools
