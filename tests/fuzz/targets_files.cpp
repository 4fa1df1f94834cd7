#include <xxhash.h>

#include <cstring>
#include <fstream>

#include "events/file_key_store.hpp"
#include "events/head_file.hpp"
#include "events/log_format.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/file_bytes.hpp"
#include "tests/support/temp_dir.hpp"

namespace inmail::fuzz {
namespace {

const std::filesystem::path& folder() {
  static const test::TempDir made;
  return made.path();
}

/// The last eight bytes become the checksum of those before.
void put_checksum(std::string& bytes) {
  const std::uint64_t sum = XXH3_64bits(bytes.data(), bytes.size() - sizeof sum);
  std::memcpy(bytes.data() + bytes.size() - sizeof sum, &sum, sizeof sum);
}

// A head file: a byte of flags (1, 2: put right the checksum of the first, second slot; 4: the file
// ends within the second), then both slots.

constexpr std::size_t head_slot_bytes = 128;
constexpr std::size_t head_slot_distance = 4096;

void read_head_file(Bytes input) {
  InputReader reader(input);
  const std::uint8_t flags = reader.byte();
  std::string first = reader.take(head_slot_bytes);
  std::string second = reader.take(head_slot_bytes);
  if (flags & 1) put_checksum(first);
  if (flags & 2) put_checksum(second);
  std::string bytes = first;
  bytes.resize(head_slot_distance, '\0');
  bytes += second;
  if (flags & 4) bytes.resize(head_slot_distance + 64);
  const std::filesystem::path path = folder() / "head";
  test::write_file(path, bytes);

  const auto mark = HeadFile::read(path);
  auto file = HeadFile::open(path);
  demand(mark.ok() == file.ok(), "who may read a head file may go on with it");
  if (!mark) return;
  demand((*file)->mark() == *mark, "a head file says the same to its owner");
  const LogHead next{Position{mark->head.position.value + 1}, {}};
  if (const Status last = (*file)->write(mark->epoch, next); !last) {
    const bool is_at_its_end = last.error().message.find("counted to its end") != std::string::npos;
    return demand(is_at_its_end, "a head file can be written");
  }
  const auto written = HeadFile::read(path);
  demand(written.ok() && written->head == next, "the last mark written is the one that counts");
}

std::vector<std::string> head_file_seeds() {
  const std::filesystem::path path = folder() / "head-seed";
  const HeadMark mark{{{1, 2, 3}}, 1, {Position{41}, {}}};
  {
    const auto file = HeadFile::create(path, mark);
    demand(file.ok() && (*file)->write(1, {Position{42}, {7}}).ok(), "a head file can be made");
  }
  const std::string bytes = test::read_file(path);
  const std::string slots = bytes.substr(0, head_slot_bytes) + bytes.substr(head_slot_distance);
  return {'\3' + slots, '\0' + slots, '\7' + slots};
}

// A key file: a byte of flags (1: put right the checksum of the header; 2: of the slots; 4: the
// file ends where the next byte says), the header, then slots: where to, two bytes, and the slot.

constexpr std::size_t key_header_bytes = 64;
constexpr std::size_t key_table_at = 4096;
constexpr std::size_t key_slot_bytes = 64;
constexpr std::size_t key_slots = KeyTable::capacity_min + KeyTable::window;

struct KeyFile {
  std::string bytes = std::string(key_table_at + key_slots * key_slot_bytes, '\0');
  std::vector<MemberId> members;
};

KeyFile key_file_from(Bytes input) {
  KeyFile file;
  InputReader reader(input);
  const std::uint8_t flags = reader.byte();
  const std::size_t blocks = reader.byte();
  std::string header = reader.take(key_header_bytes);
  if (flags & 1) put_checksum(header);
  file.bytes.replace(0, header.size(), header);
  while (!reader.is_empty()) {
    const std::size_t slot = (reader.byte() | std::size_t{reader.byte()} << 8) % key_slots;
    std::string content = reader.take(key_slot_bytes);
    std::uint64_t member = 0;
    std::memcpy(&member, content.data(), sizeof member);
    file.members.push_back(MemberId{member});
    if (flags & 2) {
      put_checksum(content);
      content[key_slot_bytes - 8] = static_cast<char>(content[key_slot_bytes - 8] | 1);
    }
    file.bytes.replace(key_table_at + slot * key_slot_bytes, content.size(), content);
  }
  if (flags & 4) file.bytes.resize(blocks * 512);
  return file;
}

void read_keys(FileKeyStore& keys, const std::vector<MemberId>& members) {
  for (const MemberId member : members) {
    const auto first = keys.key_for_reading(member);
    const auto second = keys.key_for_reading(member);
    demand(first.ok() == second.ok() && (!first || *first == *second), "a key stays the same");
  }
}

void write_keys(FileKeyStore& keys, MemberId member) {
  const auto key = keys.key_for_writing(member);
  if (key) {
    const auto read = keys.key_for_reading(member);
    demand(read.ok() && *read == *key, "a key for writing is the one for reading");
  }
  if (!keys.erase(member)) return;
  const auto gone = keys.key_for_reading(member);
  demand(gone.ok() && !gone->has_value(), "an erased member has no key");
}

void read_key_store(Bytes input) {
  const KeyFile content = key_file_from(input);
  const std::filesystem::path path = folder() / "keys";
  test::write_file(path, content.bytes);
  FileKeyStore::Options options;
  options.read_only = true;
  if (const auto keys = FileKeyStore::open(path, options)) {
    read_keys(**keys, content.members);
    read_keys(**keys, {MemberId{0}, MemberId{1}});
  }
  options.read_only = false;
  options.cached_keys_max = 16;
  if (const auto keys = FileKeyStore::open(path, options)) {
    for (const MemberId member : content.members) write_keys(**keys, member);
    write_keys(**keys, MemberId{1});
    (void)(*keys)->sync();
  }
}

std::vector<std::string> key_store_seeds() {
  const std::filesystem::path path = folder() / "keys-seed";
  FileKeyStore::Options options;
  options.create = true;
  options.synthetic_seed = 7;
  {
    const auto keys = FileKeyStore::open(path, options);
    demand(keys.ok(), "a key store can be made");
    for (const std::uint64_t member : {1, 2, 3})
      demand((*keys)->key_for_writing(MemberId{member}).ok(), "a key can be made");
    demand((*keys)->key_for_writing({MemberId{1}, KeyUse::received}).ok(), "and the other key");
    demand((*keys)->erase(MemberId{2}).ok(), "a key can be erased");
  }
  const std::string bytes = test::read_file(path);
  std::string slots;
  for (std::size_t slot = 0; slot < key_slots; ++slot) {
    const std::string content = bytes.substr(key_table_at + slot * key_slot_bytes, key_slot_bytes);
    if (content == std::string(key_slot_bytes, '\0')) continue;
    slots += static_cast<char>(slot & 0xff);
    slots += static_cast<char>(slot >> 8);
    slots += content;
  }
  const std::string header = bytes.substr(0, key_header_bytes);
  std::vector<std::string> seeds;
  for (const char* flags : {"\0d", "\3d", "\7d"})
    seeds.push_back(std::string(flags, 2) + header + slots);
  return seeds;
}

// FORMAT in the folder of a log.

void read_format(Bytes input) {
  const std::filesystem::path log = folder() / "log";
  std::filesystem::create_directories(log);
  test::write_file(log / "FORMAT", {reinterpret_cast<const char*>(input.data()), input.size()});
  const auto format = read_log_format(system_files(), log);
  demand(!format || format->version <= LogFormat::known,
         "no newer format is taken for a known one");
  if (!format) return;
  demand(raise_log_format(system_files(), log).ok(), "a format that is known can be raised");
  const auto raised = read_log_format(system_files(), log);
  demand(raised.ok() && raised->version == LogFormat::known && raised->store == format->store,
         "and is the newest one then");
}

std::vector<std::string> format_seeds() {
  const std::filesystem::path log = folder() / "log-seed";
  std::filesystem::remove_all(log);
  std::vector<std::string> seeds;
  for (std::uint32_t version = 1; version <= LogFormat::known; ++version) {
    std::filesystem::remove_all(log);
    demand(write_log_format(system_files(), log, {.version = version, .store = {{1, 2, 3}}}).ok(),
           "FORMAT can be made");
    seeds.push_back(test::read_file(log / "FORMAT"));
  }
  return seeds;
}

}  // namespace

std::vector<Target> file_targets() {
  return {{.name = "head_file", .run = read_head_file, .seeds = head_file_seeds},
          {.name = "key_store",
           .run = read_key_store,
           .seeds = key_store_seeds,
           .bytes_base = std::size_t{4} << 20},
          {.name = "format_file", .run = read_format, .seeds = format_seeds}};
}

}  // namespace inmail::fuzz
