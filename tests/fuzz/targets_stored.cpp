#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "actors/commands.hpp"
#include "events/codec.hpp"
#include "events/frame.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/sample_events.hpp"
#include "tests/support/sample_states.hpp"

namespace inmail::fuzz {
namespace {

constexpr std::uint8_t put_right = 1;  ///< In the first byte of an input.

std::span<std::uint8_t> writable(std::string& bytes, std::size_t from, std::size_t count) {
  return {reinterpret_cast<std::uint8_t*>(bytes.data()) + from, count};
}

RecordHeader sample_header(const Event& event, std::uint64_t position) {
  const Timestamp time = timestamp_from_ms(1'767'600'000'000);
  return {.position = Position{position},
          .stream = MemberId{7},
          .version = Version{position},
          .time = time,
          .due_at = time - Milliseconds{position % 2},
          .cause = command_of(test::sample_inmail()),
          .is_receipt = position % 3 == 0,
          .payload_hash = {},
          .next_due = position % 2 == 0 ? std::optional{time} : std::nullopt,
          .asked_by = Principal::of(MemberId{7}),
          .policy = PolicyVersion{1},
          .event_number = type_of(event).number,
          .event_version = type_of(event).version};
}

std::string record_bytes(const Event& event, std::uint64_t position) {
  std::string bytes;
  encode_record(sample_header(event, position), event, bytes);
  place_record(writable(bytes, 0, bytes.size()), Position{position});
  return bytes;
}

/// What was read must survive being written and read again; written in the newest version.
void check_record(const RecordView& view) {
  auto record = decode_record(view);
  if (!record) return;
  record->header.event_version = type_of(record->event).version;
  std::string bytes;
  encode_record(record->header, record->event, bytes);
  place_record(writable(bytes, 0, bytes.size()), record->header.position);
  const auto again = view_record(bytes_of(bytes));
  demand(again.ok(), "a record that was read can be written");
  const auto decoded = decode_record(*again);
  demand(decoded.ok() && *decoded == *record, "a record is the same after another round");
}

void read_record(Bytes input) {
  InputReader reader(input);
  const bool repair = (reader.byte() & put_right) != 0;
  std::string bytes = reader.take(reader.rest().size());
  if (repair && bytes.size() >= record_bytes_min) {
    const auto length = static_cast<std::uint32_t>(bytes.size());
    std::memcpy(bytes.data(), &length, sizeof length);
    std::uint64_t position = 0;
    std::memcpy(&position, bytes.data() + 8, sizeof position);
    place_record(writable(bytes, 0, bytes.size()), Position{position});
  }
  const auto view = view_record(bytes_of(bytes));
  if (view) check_record(*view);
}

std::vector<std::string> record_seeds() {
  std::vector<std::string> seeds;
  std::uint64_t position = 0;
  for (const Event& event : test::sample_events())
    seeds.push_back('\1' + record_bytes(event, ++position));
  return seeds;
}

/// Puts right the checksums of the records and the hash of a frame, as far as its records reach.
void seal_frame(std::string& bytes) {
  if (bytes.size() < frame_bytes_min) return;
  const std::size_t end = bytes.size() - sizeof(Hash);
  std::uint64_t position = 0;
  std::memcpy(&position, bytes.data() + 8, sizeof position);
  for (std::size_t at = frame_header_bytes; at + record_bytes_min <= end; ++position) {
    std::uint32_t length = 0;
    std::memcpy(&length, bytes.data() + at, sizeof length);
    if (length < record_bytes_min || length > end - at) break;
    place_record(writable(bytes, at, length), Position{position});
    at += length;
  }
  const Hash hash = blake2b(bytes_of(bytes).first(end));
  std::memcpy(bytes.data() + end, hash.data(), hash.size());
}

void read_frame(Bytes input) {
  InputReader reader(input);
  const bool repair = (reader.byte() & put_right) != 0;
  std::string bytes = reader.take(reader.rest().size());
  if (repair) seal_frame(bytes);
  const auto frame = view_frame(bytes_of(bytes));
  if (!frame) return;
  demand(!frame->records.empty(), "a frame has records");
  std::uint64_t position = frame->first.value;
  for (const RecordView& record : frame->records) {
    demand(record.header.position.value == position++, "the positions of a frame are dense");
    check_record(record);
  }
}

std::vector<std::string> frame_seeds() {
  std::vector<std::string> seeds;
  const std::vector<Event> events = test::sample_events();
  for (const std::size_t count : {std::size_t{1}, std::size_t{3}, events.size()}) {
    FrameBuilder builder;
    builder.begin({Position{count}, {}}, 2);
    for (std::size_t i = 0; i < count; ++i) builder.add(record_bytes(events[i], count + 1 + i));
    seeds.push_back('\1' + builder.seal().bytes);
  }
  return seeds;
}

/// The first byte picks the event, the second its version, the others are its payload.
void read_event(Bytes input) {
  static const std::vector<Event> samples = test::sample_events();
  InputReader reader(input);
  const EventType& type = type_of(samples[reader.byte() % samples.size()]);
  const auto version = static_cast<std::uint8_t>(reader.byte() % (type.version + 2));
  const auto event = decode_event(type.number, version, reader.rest());
  if (!event) return;
  std::string bytes;
  encode_event(*event, bytes);
  const Bytes given = reader.rest();
  demand(version != type.version || std::ranges::equal(bytes_of(bytes), given),
         "an event has one encoding");
}

std::vector<std::string> event_seeds() {
  std::vector<std::string> seeds;
  for (const Event& event : test::sample_events()) {
    std::string seed{static_cast<char>(event.index()), static_cast<char>(type_of(event).version)};
    encode_event(event, seed);
    seeds.push_back(std::move(seed));
  }
  const Event with_reader =
      MessageSent{test::sample_inmail(), MemberId{7}, MemberId{9},
                  test::sample_text_to_read("Thanks.", TextField::message), true};
  std::string seed{static_cast<char>(with_reader.index()),
                   static_cast<char>(type_of(with_reader).version)};
  encode_event(with_reader, seed);
  seeds.push_back(std::move(seed));
  return seeds;
}

template <std::size_t... Index>
std::vector<Command> one_of_each(std::index_sequence<Index...>) {
  return {Command(std::in_place_index<Index>)...};
}
std::vector<Command> empty_commands() {
  return one_of_each(std::make_index_sequence<std::variant_size_v<Command>>{});
}

/// The first byte picks the command, the others are its bytes, as a rejection keeps them.
void read_command(Bytes input) {
  static const std::vector<Command> commands = empty_commands();
  InputReader reader(input);
  const CommandType& type = type_of(commands[reader.byte() % commands.size()]);
  const auto command = decode_command(type.number, reader.rest());
  if (!command) return;
  std::string bytes;
  encode_command(*command, bytes);
  demand(std::ranges::equal(bytes_of(bytes), reader.rest()), "a command has one encoding");
}

std::vector<std::string> command_seeds() {
  std::vector<Command> commands = empty_commands();
  const Text text = test::sample_text("Hello", TextField::subject);
  commands.push_back(SendInMail{MemberId{7}, SeatId{3}, MemberId{9}, text, text});
  commands.push_back(Respond{MemberId{9}, test::sample_inmail(), ReplyKind::reply, text});
  const Text to_read = test::sample_text_to_read("Hello", TextField::body);
  commands.push_back(SendInMail{MemberId{7}, SeatId{3}, MemberId{9}, text, to_read});
  commands.push_back(EraseMember{MemberId{7}, true});
  commands.push_back(AdoptPolicy{"name = \"trace\"\n"});
  std::vector<std::string> seeds;
  for (const Command& command : commands) {
    std::string seed(1, static_cast<char>(command.index()));
    encode_command(command, seed);
    seeds.push_back(std::move(seed));
  }
  return seeds;
}

template <class Decider>
void read_row(Bytes row) {
  const auto resident = decode_as<Resident<Decider>>(row);
  if (!resident) return;
  std::string bytes;
  encode_to(*resident, bytes);
  demand(std::ranges::equal(bytes_of(bytes), row), "a row has one encoding");
}

/// The first byte picks the kind of stream, the others are the row of its state.
void read_state_row(Bytes input) {
  InputReader reader(input);
  switch (reader.byte() % 4) {
    case 0: return read_row<Member>(reader.rest());
    case 1: return read_row<Seat>(reader.rest());
    case 2: return read_row<Contract>(reader.rest());
    default: return read_row<PolicyKeeper>(reader.rest());
  }
}

template <class Decider>
std::string row_seed(char kind, const Resident<Decider>& resident) {
  std::string seed(1, kind);
  encode_to(resident, seed);
  return seed;
}

std::vector<std::string> state_row_seeds() {
  return {row_seed(0, test::sample_member()), row_seed(1, test::sample_seat()),
          row_seed(2, test::sample_contract()), row_seed(3, test::sample_policy_keeper())};
}

}  // namespace

std::vector<Target> stored_targets() {
  return {{.name = "record", .run = read_record, .seeds = record_seeds},
          {.name = "frame", .run = read_frame, .seeds = frame_seeds},
          {.name = "event", .run = read_event, .seeds = event_seeds},
          {.name = "command", .run = read_command, .seeds = command_seeds},
          {.name = "state_row", .run = read_state_row, .seeds = state_row_seeds}};
}

}  // namespace inmail::fuzz
