#include "events/policy.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/sample_events.hpp"
#include "tools/command_json.hpp"
#include "tools/edge_list.hpp"

namespace inmail::fuzz {
namespace {

std::string_view text_of(Bytes input) {
  return {reinterpret_cast<const char*>(input.data()), input.size()};
}

void read_policy(Bytes input) {
  const auto policy = parse_policy(text_of(input), "fuzz.toml");
  if (!policy) {
    demand(policy.error().code == ErrorCode::invalid_argument, "a bad policy is a bad argument");
    return;
  }
  const auto again = parse_policy(to_toml(*policy), "fuzz.toml");
  demand(again.ok() && *again == *policy, "a policy is the same after another round");
}

std::vector<std::string> policy_seeds() {
  std::vector<std::string> seeds;
  for (const std::string_view name : preset_names())
    if (!preset_document(name).empty()) seeds.emplace_back(preset_document(name));
  seeds.push_back("name = \"weekend\"\n[plan.career]\nlot.ttl_s = 0\n[refund]\non = []\n");
  return seeds;
}

/// An order is the same when it is told and read again.
void read_command_json(Bytes input) {
  const auto request = tools::request_from_json(text_of(input));
  if (!request) {
    demand(!request.error().empty(), "what is wrong is said");
    return;
  }
  const tools::Json told = tools::to_json(request->command, tools::TextReader(nullptr));
  const std::string text = told.dump();
  const auto again = tools::request_from_json(text);
  demand(again.ok(), "a command that was read can be told");
  demand(again->command == request->command, "a command is the same after another round");
}

std::vector<std::string> command_json_seeds() {
  const std::string inmail = to_text(test::sample_inmail());
  return {
      R"({"command": "register_member", "member": 7, "display_name": "Ada",
          "public_profile": true, "lists": "press,platform_staff"})",
      R"({"command": "set_preference", "member": 7, "inmail": "on", "open_profile": true})",
      R"({"command": "set_connection", "a": 7, "b": "member:9"})",
      R"({"command": "send_inmail", "from": 7, "seat": "seat:3", "to": "member:9",
          "subject": "Hello", "body": "\u00e9 \ud83d\ude00", "asked_by": "seat:3",
          "degree": "second", "applicant": true, "purpose": "job"})",
      R"({"command": "respond", "recipient": 9, "kind": "decline", "inmail": ")" + inmail + "\"}",
      R"({"command": "start_subscription", "owner": "contract:1", "plan": "recruiter_corp",
          "id": ")" +
          inmail + "\"}",
      R"({"command": "adopt_policy", "document": "name = \"x\"\n"})",
      R"({"command": "add_seat", "contract": 1, "seat": 2, "holder": 3, "role": "recruiter"})",
  };
}

void read_edge_list(Bytes input) {
  const auto edges = tools::parse_edges(text_of(input), "fuzz.txt");
  if (!edges) {
    demand(edges.error().message.starts_with("fuzz.txt"), "a bad trace is named");
    return;
  }
  demand(!edges->empty(), "a trace holds a message");
  for (std::size_t i = 1; i < edges->size(); ++i)
    demand((*edges)[i - 1].at <= (*edges)[i].at, "a trace goes by time");
}

std::vector<std::string> edge_list_seeds() {
  return {"# a trace\n1 2 1082040961\n3\t4 1082155839\r\n\n2 1 1082040961"};
}

}  // namespace

std::vector<Target> text_targets() {
  return {{.name = "policy",
           .run = read_policy,
           .seeds = policy_seeds,
           .bytes_base = std::size_t{4} << 20,
           .bytes_each = 256},
          {.name = "command_json",
           .run = read_command_json,
           .seeds = command_json_seeds,
           .bytes_each = 256},
          {.name = "edge_list", .run = read_edge_list, .seeds = edge_list_seeds}};
}

}  // namespace inmail::fuzz
