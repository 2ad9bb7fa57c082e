#include "ptx.h"

namespace segr::cuda {

const Ptx* findPtx(std::string_view module, int architecture) {
  const Ptx* best = nullptr;
  for (const Ptx& ptx : allPtx()) {
    if (ptx.module == module && ptx.architecture <= architecture && (best == nullptr || ptx.architecture > best->architecture)) best = &ptx;
  }
  return best;
}

}  // namespace segr::cuda
