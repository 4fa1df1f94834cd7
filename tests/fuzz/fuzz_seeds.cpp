// fuzz_seeds FOLDER: writes the seeds of every target into FOLDER/<target>/, one file each.

#include <cstdio>

#include "tests/fuzz/targets.hpp"
#include "tests/support/file_bytes.hpp"

int main(int count, char** arguments) {
  using namespace inmail;
  if (count != 2) {
    (void)std::fputs("fuzz_seeds: a folder is wanted\n", stderr);
    return 2;
  }
  for (const fuzz::Target& target : fuzz::targets()) {
    const auto folder = std::filesystem::path(arguments[1]) / target.name;
    std::filesystem::create_directories(folder);
    std::size_t number = 0;
    for (const std::string& seed : target.seeds())
      test::write_file(folder / ("seed" + std::to_string(++number)), seed);
  }
}
