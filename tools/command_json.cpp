#include "tools/command_json.hpp"

#include <limits>
#include <set>
#include <sstream>
#include <type_traits>

#include "tools/command_fields.hpp"
#include "tools/command_line.hpp"

namespace inmail::tools {
namespace {

// `wanted(value)` says what a value is given as, `read(json, value)` takes it; false: it cannot.

std::string wanted(const std::string&) { return "a text"; }
bool read(const Json& json, std::string& value) {
  if (json.is_string()) value = json.get<std::string>();
  return json.is_string();
}

std::string wanted(const Text&) { return "a text"; }
bool read(const Json& json, Text& value) {
  if (json.is_string()) value = Text(json.get<std::string>());
  return json.is_string();
}

std::string wanted(const std::vector<std::string>&) { return "names, as a text with commas"; }
bool read(const Json& json, std::vector<std::string>& value) {
  if (!json.is_string()) return false;
  std::string_view rest = json.get_ref<const std::string&>();
  value.clear();
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    if (comma != 0) value.emplace_back(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  }
  return true;
}

std::string wanted(const std::vector<Attachment>&) {
  return "lines like \"12 pdf 20480 CV of Ada.pdf\": file, type, bytes and name";
}
bool read(const Json& json, std::vector<Attachment>& value) {
  if (!json.is_string()) return false;
  std::istringstream lines(json.get_ref<const std::string&>());
  value.clear();
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string file;
    std::string type;
    std::string bytes;
    std::string name;
    if (!(words >> file >> type >> bytes) || !std::getline(words >> std::ws, name)) return false;
    const auto number = number_from_text(file);
    const auto size = number_from_text(bytes);
    if (!number || !size) return false;
    value.push_back({.file = *number, .type = type, .bytes = *size, .name = name});
  }
  return true;
}

std::string wanted(bool) { return "true or false"; }
bool read(const Json& json, bool& value) {
  if (json.is_boolean()) value = json.get<bool>();
  return json.is_boolean();
}

template <std::unsigned_integral Count>
std::string wanted(Count) {
  return "a whole number from 0 to " + std::to_string(std::numeric_limits<Count>::max());
}
template <std::unsigned_integral Count>
bool read(const Json& json, Count& value) {
  if (!json.is_number_unsigned()) return false;
  const auto number = json.get<std::uint64_t>();
  if (number > std::numeric_limits<Count>::max()) return false;
  value = static_cast<Count>(number);
  return true;
}

std::string wanted(std::int32_t) { return "a whole number from -2147483648 to 2147483647"; }
bool read(const Json& json, std::int32_t& value) {
  if (!json.is_number_integer()) return false;
  // Beyond the largest signed number, `get` would come out on the other side.
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > INT32_MAX) return false;
  const auto number = json.get<std::int64_t>();
  const bool fits = number >= INT32_MIN && number <= INT32_MAX;
  if (fits) value = static_cast<std::int32_t>(number);
  return fits;
}

constexpr StreamKind kind_of(MemberId) { return StreamKind::member; }
constexpr StreamKind kind_of(SeatId) { return StreamKind::seat; }
constexpr StreamKind kind_of(ContractId) { return StreamKind::contract; }

template <class Id>
concept NumberOfStream = requires(Id id) {
  kind_of(id);
};

template <NumberOfStream Id>
std::string wanted(Id) {
  const std::string example = to_text(StreamId(kind_of(Id{}), 7));
  return "a number like 7, or \"" + example + "\"";
}
template <NumberOfStream Id>
bool read(const Json& json, Id& value) {
  if (json.is_string()) {
    const auto stream = stream_from_text(json.get_ref<const std::string&>());
    if (!stream || stream->kind() != kind_of(Id{})) return false;
    value = Id{stream->number()};
    return true;
  }
  return read(json, value.value) && value.value <= StreamId::number_max;
}

std::string wanted(const std::vector<SeatId>&) {
  return "seats, as a text with commas, like \"seat:3,seat:4\"";
}
bool read(const Json& json, std::vector<SeatId>& value) {
  std::vector<std::string> names;
  if (!read(json, names)) return false;
  value.assign(names.size(), SeatId{});
  for (std::size_t at = 0; at < names.size(); ++at)
    if (!read(Json(names[at]), value[at])) return false;
  return true;
}

std::string wanted(StreamId) { return "a text like \"member:7\" or \"contract:1\""; }
bool read(const Json& json, StreamId& value) {
  if (!json.is_string()) return false;
  const auto stream = stream_from_text(json.get_ref<const std::string&>());
  if (stream) value = *stream;
  return stream.has_value();
}

std::string wanted(Timestamp) { return "a time like \"2026-01-31T12:00:00Z\""; }
bool read(const Json& json, Timestamp& value) {
  if (!json.is_string()) return false;
  const auto time = timestamp_from_text(json.get_ref<const std::string&>());
  if (time) value = *time;
  return time.has_value();
}

template <class Tag>
std::string wanted(const Id128<Tag>&) {
  return "32 hexadecimal digits";
}
template <class Tag>
bool read(const Json& json, Id128<Tag>& value) {
  if (!json.is_string()) return false;
  const auto bytes = id_bytes_from_text(json.get_ref<const std::string&>());
  if (bytes) value.bytes = *bytes;
  return bytes.has_value();
}

template <NamedEnum E>
std::string wanted(E) {
  std::string list;
  for (const auto& each : names_of(E{})) {
    if (!list.empty()) list += ", ";
    list += each.text;
  }
  return "one of " + list;
}
template <NamedEnum E>
bool read(const Json& json, E& value) {
  if (!json.is_string()) return false;
  const auto found = from_text<E>(json.get_ref<const std::string&>());
  if (found) value = *found;
  return found.has_value();
}

std::string wanted(const Principal&) { return "a text like \"member:7\" or \"admin:1\""; }
bool read(const Json& json, Principal& value) {
  if (!json.is_string()) return false;
  const auto& text = json.get_ref<const std::string&>();
  const auto number = number_from_text(std::string_view(text).substr(text.find(':') + 1));
  if (!number) return false;
  for (auto kind = PrincipalKind::system; kind <= PrincipalKind::clock;
       kind = static_cast<PrincipalKind>(static_cast<std::uint8_t>(kind) + 1)) {
    if (to_text(Principal{kind, *number}) != text) continue;
    value = {kind, *number};
    return true;
  }
  return false;
}

template <NamedEnum E>
std::string wanted(const EnumSet<E>&) {
  return "a text with commas, of " + wanted(E{}).substr(std::string_view("one of ").size());
}
template <NamedEnum E>
bool read(const Json& json, EnumSet<E>& value) {
  std::vector<std::string> names;
  if (!read(json, names)) return false;
  value = {};
  for (const std::string& each : names) {
    const auto found = from_text<E>(each);
    if (!found) return false;
    value.insert(*found);
  }
  return true;
}

template <class Value>
std::string wanted(const std::optional<Value>&) {
  return wanted(Value{});
}
template <class Value>
bool read(const Json& json, std::optional<Value>& value) {
  if (json.is_null()) {
    value.reset();
    return true;
  }
  Value read_value{};
  const bool is_fine = read(json, read_value);
  if (is_fine) value = read_value;
  return is_fine;
}

/// Takes the members of an object one after another; what nobody took is a mistake of its writer.
class FieldReader {
 public:
  explicit FieldReader(const Json& object) : object_(object) {}

  template <class Value>
  void operator()(const char* name, Value& value, Presence presence) {
    const auto found = object_.find(name);
    known_.insert(name);
    if (found == object_.end()) {
      if (presence == Presence::required) blame(in_quotes(name) + " is missing");
    } else if (!read(*found, value)) {
      blame(in_quotes(name) + " wants " + wanted(value) + ", not " + shown(*found));
    }
  }

  /// What is wrong, if anything is.
  std::string problem() {
    for (const auto& [name, value] : object_.items())
      if (!known_.contains(name)) blame("nothing is called " + in_quotes(name) + " here");
    return problem_;
  }

 private:
  static std::string shown(const Json& value) {
    return value.is_string() ? in_quotes(value.get_ref<const std::string&>()) : to_line(value);
  }
  void blame(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  const Json& object_;
  std::set<std::string, std::less<>> known_;
  std::string problem_;
};

/// Calls `visit` with an empty command of each kind, until it returns true.
template <class Visit, class... Commands>
bool any_command(std::variant<Commands...>*, const Visit& visit) {
  return (visit(Commands{}) || ...);
}
template <class Visit>
bool any_command(const Visit& visit) {
  return any_command(static_cast<Command*>(nullptr), visit);
}

/// What the library says is wrong, without the parts that only its authors understand.
std::string problem_of(const Json::exception& failure) {
  std::string text = failure.what();
  if (const auto end = text.find("] "); text.starts_with("[") && end != std::string::npos)
    text.erase(0, end + 2);
  return "this is not JSON: " + text;
}

/// An object without two members of one name, of which JSON would forget one, and without lists and
/// objects within: no command has them, and the library goes as deep as they do, until the stack
/// ends.
Result<Json, std::string> parse_object(std::string_view text) {
  std::set<std::string> names;
  std::string name;
  std::string repeated;
  std::string nested;
  const auto notice = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::key && depth == 1) {
      name = parsed.get<std::string>();
      if (!names.insert(name).second) repeated = name;
    }
    const bool begins_one =
        event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (begins_one && depth > 0) nested = name;
    return !begins_one || depth == 0;
  };
  try {
    Json json = Json::parse(text, notice);
    if (!json.is_object()) return std::string("a command is a JSON object");
    if (!repeated.empty()) return in_quotes(repeated) + " is there twice";
    if (!nested.empty()) return in_quotes(nested) + " wants one value, not a list or an object";
    return json;
  } catch (const Json::exception& failure) {
    return problem_of(failure);
  }
}

std::string_view name_of(AnswerKind kind) {
  switch (kind) {
    case AnswerKind::ok: return "ok";
    case AnswerKind::rejected: return "rejected";
    case AnswerKind::overloaded: return "overloaded";
    case AnswerKind::read_only: return "read_only";
    case AnswerKind::unknown: return "unknown";
    case AnswerKind::command_id_expired: return "command_id_expired";
  }
  return "unknown";
}

}  // namespace

std::vector<CommandShape> command_shapes() {
  std::vector<CommandShape> shapes;
  any_command([&](auto command) {
    CommandShape shape{.name = std::string(command.type.name), .required = {}, .optional = {}};
    each_field(command, [&](const char* name, const auto&, Presence presence) {
      (presence == Presence::required ? shape.required : shape.optional).emplace_back(name);
    });
    shapes.push_back(std::move(shape));
    return false;
  });
  return shapes;
}

std::string_view command_name(std::uint16_t number) {
  std::string_view name = "unknown";
  any_command([&](const auto& command) {
    const bool is_it = command.type.number == number;
    if (is_it) name = command.type.name;
    return is_it;
  });
  return name;
}

Json to_json(const Command& command, const TextReader& texts) {
  Json json = Json::object();
  json["command"] = type_of(command).name;
  std::visit(
      [&](const auto& each) {
        each_field(each, [&](const char* name, const auto& value, Presence) {
          if constexpr (requires { to_json(value, texts); })
            json[name] = to_json(value, texts);
          else
            json[name] = to_json(value);
        });
      },
      command);
  return json;
}

Result<Request, std::string> request_from_json(std::string_view text) {
  const auto json = parse_object(text);
  if (!json) return json.error();

  FieldReader fields(*json);
  Request request;
  std::string name;
  fields("command", name, Presence::required);
  fields("id", request.id, Presence::optional);
  fields("asked_by", request.asked_by, Presence::optional);
  const bool is_known = any_command([&](auto command) {
    if (command.type.name != name) return false;
    each_field(command, fields);
    request.command = std::move(command);
    return true;
  });
  if (!is_known && json->contains("command") && json->at("command").is_string())
    return "there is no command " + in_quotes(name);
  if (std::string problem = fields.problem(); !problem.empty()) return problem;
  return request;
}

Json to_json(const CommandId& id, const Answer& answer) {
  Json json = {{"id", to_json(id)}, {"answer", name_of(answer.kind)}};
  if (answer.position.value != 0) json["position"] = to_json(answer.position);
  if (answer.kind == AnswerKind::rejected) {
    json["code"] = to_json(answer.refusal.code);
    if (answer.refusal.limit != 0 || answer.refusal.actual != 0) {
      json["limit"] = answer.refusal.limit;
      json["actual"] = answer.refusal.actual;
    }
  }
  if (!answer.sentence.empty()) json["sentence"] = answer.sentence;
  if (answer.retry_after.count() != 0) json["retry_after_ms"] = answer.retry_after.count();
  return json;
}

}  // namespace inmail::tools
