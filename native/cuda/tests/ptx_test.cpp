#include "host/ptx.h"

#include <algorithm>
#include <set>
#include <string>

#include "check.h"
#include "kernels/deform_attn.h"
#include "kernels/depthwise_norm.h"
#include "kernels/expand.h"
#include "kernels/labels.h"
#include "kernels/preprocess.h"

using namespace segr::cuda;

namespace {

/// What each entry file declares: its name for the driver.
struct Entry {
  const char* module;
  const char* name;
};

#define SEGR_ENTRY(NAME, ...) {SEGR_MODULE, #NAME},
constexpr Entry entries[] = {
#define SEGR_MODULE "deform_attn"
#include "kernels/deform_attn.cu"
#undef SEGR_MODULE
#define SEGR_MODULE "depthwise_norm"
#include "kernels/depthwise_norm.cu"
#undef SEGR_MODULE
#define SEGR_MODULE "expand"
#include "kernels/expand.cu"
#undef SEGR_MODULE
#define SEGR_MODULE "labels"
#include "kernels/labels.cu"
#undef SEGR_MODULE
#define SEGR_MODULE "preprocess"
#include "kernels/preprocess.cu"
#undef SEGR_MODULE
};
#undef SEGR_ENTRY

void requireBuilt() {
  if (allPtx().empty()) throw segr::cpu::test::Skipped("the build had no compiler for GPU code: install clang-19");
}

size_t count(std::string_view text, std::string_view part) {
  size_t n = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

/// The text of one entry point, empty where there is none.
std::string_view body(const Ptx& ptx, const std::string& name) {
  const std::string_view text = ptx.text;
  const size_t begin = text.find(".visible .entry " + name + "(");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find("\n}", begin) - begin);
}

TEST("PTX holds every entry point, for each architecture, and keeps everything in registers") {
  requireBuilt();
  std::set<int> architectures;
  for (const Ptx& ptx : allPtx()) architectures.insert(ptx.architecture);
  for (int architecture : architectures) {
    for (const Entry& entry : entries) {
      const std::string context = std::string(entry.name) + ", sm_" + std::to_string(architecture);
      const Ptx* ptx = findPtx(entry.module, architecture);
      REQUIRE(ptx != nullptr && ptx->architecture == architecture, context);
      const std::string_view text = body(*ptx, entry.name);
      REQUIRE(!text.empty(), context + ": entry point");
      REQUIRE(text.find(".local") == std::string_view::npos, context + ": local memory");
      REQUIRE(text.find("call") == std::string_view::npos, context + ": a call that was not inlined");
      REQUIRE(text.find(".maxntid") != std::string_view::npos, context + ": number of threads");
    }
  }
}

TEST("PTX moves 16 bytes at once where it matters, past the coherent cache") {
  requireBuilt();
  for (const Ptx& ptx : allPtx()) {
    for (const Entry& entry : entries) {
      const std::string name = entry.name;
      if (ptx.module != std::string_view(entry.module) || name.find("_vector") == std::string::npos) continue;
      const std::string_view text = body(ptx, name);
      if (name.find("deform") != std::string::npos) {
        REQUIRE(count(text, "ld.global.nc.v4.u32") == 4, name + ": a load for each corner");
        REQUIRE(count(text, "st.global.v4.u32") == 1, name + ": one store");
      } else {
        REQUIRE(count(text, "ld.global.nc.v4.u32") >= 7, name + ": weights");
        REQUIRE(count(text, name.find("f32") != std::string::npos ? "st.global.v4.u32" : "st.global.v2.u32") >= 1, name + ": store");
      }
      REQUIRE(count(text, "fma.rn.f32") > 0, name + ": fused multiply-add in float32");
    }
  }
}

TEST("PTX expands pixels 16 bytes at a time") {
  requireBuilt();
  for (const Ptx& ptx : allPtx()) {
    if (ptx.module != std::string_view("expand")) continue;
    const std::string_view text = body(ptx, "segr_expand_pixels");
    REQUIRE(count(text, "ld.global.nc.v4.u32") == 3, "16 pixels of three bytes");
    REQUIRE(count(text, "st.global.v4.u32") == 4, "16 pixels of four bytes");
  }
}

TEST("PTX is chosen by what the GPU can run") {
  requireBuilt();
  REQUIRE(findPtx("deform_attn", 70) == nullptr, "older than all");
  REQUIRE(findPtx("nothing", 90) == nullptr, "no such module");
  const int oldest = allPtx().front().architecture, newest = allPtx().back().architecture;
  REQUIRE(findPtx("labels", oldest)->architecture == oldest, "its own");
  REQUIRE(findPtx("labels", oldest - 1) == nullptr, "older than what was built");
  REQUIRE(findPtx("labels", 120)->architecture == newest, "newer than all");
  for (const Ptx& ptx : allPtx()) {
    REQUIRE(std::string_view(ptx.text).find(".target sm_" + std::to_string(ptx.architecture)) != std::string_view::npos, "target");
  }
}

}  // namespace
