#include "stand_in_memory.h"

#include <sys/mman.h>

#include <csetjmp>
#include <csignal>
#include <cstring>
#include <map>
#include <mutex>

#include "stand_in.h"
#include "stand_in_streams.h"

namespace segr::cuda::test {

namespace {

constexpr size_t page = 4096, alignment = 256;
constexpr unsigned char fresh = 0xCD;

struct Block {
  unsigned char* mapping;
  size_t mapped;  // guard pages included
  size_t bytes;
};

std::map<uint64_t, Block>& blocks() {
  static auto& all = *new std::map<uint64_t, Block>;
  return all;
}

std::map<const void*, size_t>& pinned() {
  static auto& all = *new std::map<const void*, size_t>;
  return all;
}

thread_local sigjmp_buf* jump = nullptr;
struct sigaction previous;

void onFault(int signal, siginfo_t* info, void* context) {
  if (jump != nullptr) siglongjmp(*jump, 1);
  // Not ours: a runtime that turns faults into exceptions may have its own handler.
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, context);
  } else {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
}

}  // namespace

uint64_t allocateDevice(size_t bytes) {
  StandIn& state = *segrStandIn();
  if (state.allocated + static_cast<int64_t>(bytes) > state.memory) return 0;
  const size_t rounded = (bytes + alignment - 1) / alignment * alignment, body = (rounded + page - 1) / page * page,
               mapped = body + 2 * page;
  void* mapping = mmap(nullptr, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED) return 0;
  auto* first = static_cast<unsigned char*>(mapping) + page;
  mprotect(first, body, PROT_READ | PROT_WRITE);
  std::memset(first, fresh, body);
  const auto address = reinterpret_cast<uint64_t>(first + body - rounded);
  blocks()[address] = {static_cast<unsigned char*>(mapping), mapped, bytes};
  state.allocated += static_cast<int64_t>(bytes);
  ++state.objects;
  return address;
}

bool freeDevice(uint64_t address) {
  StandIn& state = *segrStandIn();
  const auto found = blocks().find(address);
  if (found == blocks().end()) return false;
  const Block block = found->second;
  const auto check = [&](const unsigned char* from, const unsigned char* to) {
    for (; from < to; ++from) {
      if (*from == fresh) continue;
      state.misuse.push_back("something wrote next to an allocation of " + std::to_string(block.bytes) + " bytes");
      return;
    }
  };
  const auto* start = reinterpret_cast<const unsigned char*>(address);
  check(block.mapping + page, start);
  check(start + block.bytes, block.mapping + block.mapped - page);
  forgetUses(address, block.bytes);
  // The addresses stay taken, so that a use after this is seen.
  mmap(block.mapping, block.mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  blocks().erase(found);
  state.allocated -= static_cast<int64_t>(block.bytes);
  --state.objects;
  return true;
}

size_t deviceBytesFrom(uint64_t address) {
  auto found = blocks().upper_bound(address);
  if (found == blocks().begin()) return 0;
  --found;
  const uint64_t end = found->first + found->second.bytes;
  return address < end ? static_cast<size_t>(end - address) : 0;
}

bool isDevice(uint64_t address, size_t bytes) {
  auto found = blocks().upper_bound(address);
  if (found == blocks().begin()) return false;
  --found;
  return address + bytes <= found->first + found->second.bytes;
}

void* allocatePinned(size_t bytes) {
  auto* memory = new unsigned char[bytes];
  std::memset(memory, fresh, bytes);
  pinned()[memory] = bytes;
  ++segrStandIn()->objects;
  return memory;
}

bool freePinned(void* address) {
  if (pinned().erase(address) == 0) return false;
  delete[] static_cast<unsigned char*>(address);
  --segrStandIn()->objects;
  return true;
}

bool isPinned(const void* address) {
  auto found = pinned().upper_bound(address);
  if (found == pinned().begin()) return false;
  --found;
  return address < static_cast<const unsigned char*>(found->first) + found->second;
}

bool runGuarded(const std::function<void()>& body) {
  static const bool installed = [] {
    struct sigaction action = {};
    action.sa_sigaction = onFault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    return sigaction(SIGSEGV, &action, &previous) == 0;
  }();
  sigjmp_buf here;
  // A fault leaves the harness without unwinding it: its shared memory leaks, in a test that is about a fault.
  if (!installed || sigsetjmp(here, 1) != 0) {
    jump = nullptr;
    return false;
  }
  jump = &here;
  body();
  jump = nullptr;
  return true;
}

}  // namespace segr::cuda::test
