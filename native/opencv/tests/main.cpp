#include "check.h"

int main(int argc, char** argv) {
  return segr::cpu::test::run(argc, argv);
}
