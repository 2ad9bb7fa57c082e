#pragma once

#include "driver.h"

namespace segr::cuda {

/// Makes a context the calling thread's own for a while.
class CurrentContext {
 public:
  CurrentContext(const Driver& driver, void* context) : driver_(driver) {
    driver.check(driver.cuCtxPushCurrent(context), "cuCtxPushCurrent");
  }
  CurrentContext(const CurrentContext&) = delete;
  CurrentContext& operator=(const CurrentContext&) = delete;
  ~CurrentContext() {
    void* previous = nullptr;
    driver_.cuCtxPopCurrent(&previous);
  }

 private:
  const Driver& driver_;
};

}  // namespace segr::cuda
