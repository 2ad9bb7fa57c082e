#!/bin/bash
# Makes the embedded model: pictures, training, import. Can be stopped and started again at any time; what is done is not done again.
#
#   run.sh FOLDER [OPTION of train.py]...     e.g. run.sh /tmp/demo-model --start ../weights.safetensors
#
# FOLDER receives the data (5 GB), the training state, loss.csv, checkpoint.pth and the imported model. PICTURES is how many to train on,
# VALIDATION how many to measure on (each of two kinds).
set -euo pipefail
recipe=$(dirname "$(readlink -f "$0")")
root=$(readlink -f "$recipe/../../..")
[[ $# -ge 1 && $1 != -* ]] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
mkdir -p "$1"
folder=$(readlink -f "$1")
shift
python=${PYTHON:-/usr/bin/python3}
"$python" -c 'import torch, PIL' 2>/dev/null || { echo "run.sh: $python has no torch or no PIL: apt-get install python3-torch python3-pil libopenblas0-pthread g++, or set PYTHON" >&2; exit 1; }

# pictures NAME COUNT SEED COMPOSITIONS
pictures() {
  [[ -f $folder/$1.raw ]] || {
    rm -rf "$folder/$1"
    "$root/segr" synth --out "$folder/$1" --count "$2" --seed "$3" --size 320x192 --compositions "$4"
    "$python" "$recipe/pack.py" "$folder/$1" "$folder/$1.raw"
    rm -r "$folder/$1"
  }
}
# Every seed below a thousand million is left for evaluation.
pictures train "${PICTURES:-20000}" 1000000000 Seen
pictures seen "${VALIDATION:-200}" 500000000 Seen
pictures held-out "${VALIDATION:-200}" 500000000 HeldOut

OMP_NUM_THREADS=1 "$python" "$recipe/train.py" --data "$folder/train.raw" --validation "seen=$folder/seen.raw" --validation "held-out=$folder/held-out.raw" \
  --merges "$root/artifacts/data/clip-merges.txt" --out "$folder" "$@"
"$root/segr" import "$folder/checkpoint.pth" --out "$folder/model" --force
"$python" "$recipe/manifest.py" "$folder/model" "trained on synthetic scenes with models/demo/recipe"
echo "the model is in $folder/model; to look at it: ./segr demo --model $folder/model"
