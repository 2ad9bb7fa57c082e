# shellcheck shell=bash disable=SC2154
# The test command of ./segr, which sources this file and lends it its variables.

results=$artifacts/test-results
# A suite that hangs must end some day: far above what the slowest machine needs.
suite_seconds=${SEGR_SUITE_SECONDS:-3600}

total_passed=0
total_failed=0
total_skipped=0

# report SUITE PASSED FAILED SKIPPED SECONDS [NOTE] : one line for a suite, added to the totals.
report() {
  local line
  line=$(printf '%-16s %5d passed, %d failed' "$1" "$2" "$3")
  [[ $4 -eq 0 ]] || line+=", $4 skipped"
  printf '%s (%s s)%s\n' "$line" "$5" "${6:+: $6}"
  total_passed=$((total_passed + $2))
  total_failed=$((total_failed + $3))
  total_skipped=$((total_skipped + $4))
}

# run_suite NAME COMMAND... : runs it with a time limit and its output in a log; its status is in the global 'status', its time in 'seconds'.
run_suite() {
  local log=$results/$1.log started=$SECONDS
  shift
  status=0
  timeout -k 10 "$suite_seconds" "$@" >"$log" 2>&1 </dev/null || status=$?
  seconds=$((SECONDS - started))
}

# The first lines of each failed test in a log of xunit, without stack frames of the runner; the log has all of it.
show_failures() {
  awk '
    /\[FAIL\]$/ { tests++; lines = 0; on = tests <= 30 }
    /\[SKIP\]$|=== TEST EXECUTION SUMMARY ===|^  Finished:/ { on = 0 }
    on && !/at System\.|at Xunit\.|at InvokeStub_|--- End of stack trace/ && ++lines <= 12
    END { if (tests > 30) printf "    ... and %d more\n", tests - 30 }' "$1"
}

run_managed_suite() {
  local folder=$1 filter=$2 name runner log summary numbers failed passed note=
  name=$(basename "$folder")
  log=$results/$name.log
  runner=$(find "$artifacts/bin/$name/release" -maxdepth 1 -type f -name '*.Tests' -perm -u+x -print -quit 2>/dev/null) || true
  if [[ -z $runner ]]; then
    report "$name" 0 1 0 0 "there is no test program in artifacts/bin/$name/release"
    return
  fi
  run_suite "$name" "$runner" -noColor -xml "$results/$name.xml" ${filter:+-method "*$filter*"}
  if [[ $status -eq 0 ]] && grep -qE 'Total: 0$' "$log"; then
    [[ -n $filter ]] || report "$name" 0 0 0 "$seconds"
    return
  fi
  summary=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+, Not Run: [0-9]+' "$log" | tail -n 1) || true
  if [[ -z $summary ]]; then
    note="ended with status $status before its summary, see artifacts/test-results/$name.log"
    [[ $status -ne 124 && $status -ne 137 ]] || note="ran longer than $suite_seconds s or was killed, see artifacts/test-results/$name.log"
    tail -n 20 "$log" >&2
    report "$name" "$(grep -c '\[PASS\]' "$log" || true)" 1 0 "$seconds" "$note"
    return
  fi
  read -r -a numbers < <(grep -oE '[0-9]+' <<<"${summary#*Total}" | head -n 5 | paste -sd' ')
  # Errors are failures outside of a test (a class's clean-up); they count as failures.
  failed=$((numbers[1] + numbers[2]))
  passed=$((numbers[0] - numbers[2] - numbers[3] - numbers[4]))
  if [[ $failed -eq 0 && $status -ne 0 ]]; then
    failed=1
    note="all tests passed, but the program ended with status $status"
  fi
  [[ $failed -eq 0 ]] || show_failures "$log" >&2
  report "$name" "$passed" "$failed" "${numbers[3]}" "$seconds" "$note"
}

run_native_suite() {
  local filter=$1 log=$results/native.log count failed
  [[ -f $native_build/CTestTestfile.cmake ]] || return 0
  run_suite native ctest --test-dir "$native_build" --output-on-failure --no-tests=ignore ${filter:+-R "$filter"}
  count=$(sed -nE 's/.* tests passed, [0-9]+ tests failed out of ([0-9]+).*/\1/p' "$log" | tail -n 1)
  failed=$(sed -nE 's/.* tests passed, ([0-9]+) tests failed out of [0-9]+.*/\1/p' "$log" | tail -n 1)
  if [[ -z $count ]]; then
    [[ $status -ne 0 ]] || return 0
    tail -n 20 "$log" >&2
    report native 0 1 0 "$seconds" "ended with status $status, see artifacts/test-results/native.log"
    return
  fi
  [[ $failed -eq 0 ]] || cat "$log" >&2
  report native $((count - failed)) "$failed" 0 "$seconds"
}

command_test() {
  local filter=${1-} folder status seconds
  if [[ $# -gt 1 || $filter == -* ]]; then
    say "usage: ./segr test [WORD], where WORD is a part of a test's name"
    exit 2
  fi
  check_dotnet
  lock
  install_packages packages-test "${apt_commands[@]}" "${apt_test_commands[@]}" -- "${apt_libraries[@]}"
  fetch_packages
  fresh native-tests "$root" "${native_sources[@]}" || { install_gpu_compiler; build_native native-tests ON; }
  build_managed tests "$root/OpenSegR.Realtime.sln" "${managed_sources[@]}" "${test_sources[@]}"
  unlock
  rm -rf "$results"
  mkdir -p "$results"
  for folder in "$root"/tests/*.Tests; do
    run_managed_suite "$folder" "$filter"
  done
  run_native_suite "$filter"
  if [[ $((total_passed + total_failed + total_skipped)) -eq 0 ]]; then
    say "no test has '$filter' in its name"
    total_failed=1
  fi
  local line="$total_passed passed, $total_failed failed"
  [[ $total_skipped -eq 0 ]] || line+=", $total_skipped skipped"
  echo "$line"
  [[ $total_failed -eq 0 ]]
}
