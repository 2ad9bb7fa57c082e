#!/bin/bash
# bench/gpu/run.sh : on a machine with an NVIDIA GPU builds, checks and times; writes a Markdown table.
#
#   bench/gpu/run.sh [--out DIR] [--kernels] [--segr PROGRAM] [--model-b MODEL] [--model-l MODEL]
#
# Kernels need python3 with a CUDA build of PyTorch (and Pillow), and nvcc or clang 16 or newer, or PTX that was built elsewhere
# (native/cuda, artifacts/native-build/cuda or bench/gpu/ptx). The engine needs the program: --segr names a published, self-contained one
# with ONNX Runtime's CUDA provider beside it, so that neither .NET nor a network is needed; without --segr ./segr is used where it was
# built, and left out where not. Kernels come first: what fails later does not cost them.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${here%/bench/gpu}
out=$root/artifacts/bench-gpu
kernels_only=false
segr=
model_b=maftp_b
model_l=maftp_l

say() { printf 'bench/gpu: %s\n' "$*" >&2; }
while [[ $# -gt 0 ]]; do
  case $1 in
    --out) out=$2; shift 2 ;;
    --kernels) kernels_only=true; shift ;;
    --segr) segr=$2; shift 2 ;;
    --model-b) model_b=$2; shift 2 ;;
    --model-l) model_l=$2; shift 2 ;;
    *) say "unknown option '$1'; see the head of this file"; exit 2 ;;
  esac
done
command -v nvidia-smi >/dev/null || { say "there is no NVIDIA driver (nvidia-smi): nothing to measure here"; exit 1; }
python3 -c 'import sys, torch; sys.exit(not torch.cuda.is_available())' 2>/dev/null || { say "python3 has no PyTorch that sees the GPU"; exit 1; }
mkdir -p "$out"
architecture=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader | head -n 1 | tr -d .)

# PTX for this GPU: built here where there is a compiler, else what was carried here.
ptx=$out/ptx
# PTX of sm_90 runs on what came after it too, which older clangs do not know.
clang_architecture=$((architecture < 90 ? architecture : 90))
mkdir -p "$ptx"
clang=
for name in clang-{22,21,20,19,18,17,16}; do
  [[ -n $clang ]] || ! command -v "$name" >/dev/null || clang=$name
done
nvcc=$(command -v nvcc || ls /usr/local/cuda/bin/nvcc 2>/dev/null || true)
for module in deform_attn depthwise_norm labels preprocess; do
  source=$root/native/cuda/src/kernels/$module.cu
  if [[ -n $nvcc ]]; then
    "$nvcc" -ptx -std=c++20 --fmad=false -arch="compute_$architecture" "$source" -o "$ptx/$module.sm_$architecture.ptx"
  elif [[ -n $clang ]]; then
    "$clang" -x cuda --cuda-device-only -nocudainc -nocudalib -ffreestanding -std=c++20 -O3 -ffp-contract=off -S \
      --cuda-gpu-arch="sm_$clang_architecture" -Xclang -target-feature -Xclang +ptx78 -Wno-unknown-cuda-version "$source" \
      -o "$ptx/$module.sm_$clang_architecture.ptx"
  else
    found=$(ls "$here/ptx/$module".sm_*.ptx "$root/artifacts/native-build/cuda/$module".sm_*.ptx 2>/dev/null || true)
    [[ -n $found ]] || { say "there is no nvcc, no clang 16 or newer and no PTX of $module"; exit 1; }
    # shellcheck disable=SC2086
    cp $found "$ptx/"
  fi
done

[[ -n $segr || ! -x $root/artifacts/bin/Cli/release/segr ]] || segr=$root/artifacts/bin/Cli/release/segr
failed=0
python3 "$here/kernels.py" --ptx "$ptx" --out "$out/kernels.json" || failed=1
ops=$([[ -n $segr ]] && echo "${segr%/*}/libsegr_ops.so" || echo "$root/artifacts/native/libsegr_ops.so")
if [[ -f $ops ]]; then
  python3 "$here/frames.py" --library "$ops" --out "$out/frames.json" || failed=1
else
  say "the way of a frame is left out: there is no $ops"
fi
if ! $kernels_only; then
  for model in b l; do
    for size in 640 1024; do
      python3 "$here/reference.py" --model "$model" --size "$size" --out "$out/reference-$model-$size.json" || failed=1
    done
  done
  if [[ -n $segr ]]; then
    for provider in cuda tensorrt; do
      for graph in "" --cuda-graph; do
        for letter in b l; do
          model=model_$letter
          # 1080p frames, twenty words, in one process; precisions and sizes are columns of its report.
          "$segr" bench --model "${!model}" --ep "$provider" --precision fp32 fp16 bf16 --size 640x640 1024x1024 --input synthetic:21:1920x1080:48 \
            --frames 300 --peers none $graph --out "$out/engine-$provider${graph:+-graph}-$letter" >/dev/null ||
            { say "segr bench with $provider $graph and ${!model} failed, see above"; failed=1; }
        done
      done
    done
  else
    say "the engine is left out: there is no program; give --segr PROGRAM"
  fi
fi
python3 "$here/report.py" "$out" | tee "$out/table.md"
say "the table is in $out/table.md"
exit $failed
