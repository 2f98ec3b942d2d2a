#!/usr/bin/env bash
# Installs what PixelSail needs and builds it into build/release; says nothing when all of that is done.
#
#   tools/bootstrap.sh [--cuda] [--plugin] [--programs | --demo | --predict | --no-build] [-- CMAKE ARGUMENTS]
#
#   --cuda      the full torch wheel with its CUDA libraries (about 5 GB), for a machine with an NVIDIA GPU
#   --plugin    libpixelsail_cuda.so too, kernels for GPUs; where the machine has no nvcc 13, .venv gets one (300 MB)
#   --programs  without the tests and what only they need
#   --demo      only the programs that tools/demo.sh runs: pixelsail-synth, -train, -eval and -predict
#   --predict   only pixelsail-predict
#   --no-build  install only
#   --          what follows goes to cmake; with -DCMAKE_PREFIX_PATH=/path/to/libtorch (or -DPIXELSAIL_TORCH_ROOT)
#               that LibTorch is used and none is installed
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly torch_version=2.11.0
readonly build_dir=build/release
readonly tmp=${TMPDIR:-/tmp}
readonly packages=(
  build-essential cmake ninja-build ccache git python3-venv
  libopencv-core-dev libopencv-imgproc-dev libopencv-imgcodecs-dev
  libcli11-dev libspdlog-dev libyaml-cpp-dev nlohmann-json3-dev
  libsentencepiece-dev libutf8proc-dev libzip-dev libgif-dev libpugixml-dev
  libstemmer-dev libmd-dev zlib1g-dev wordnet-base
)
# What only the tests and checks of the sources need.
readonly test_packages=(libgtest-dev universal-ctags chromium chromium-driver)

say() { echo "bootstrap: $*" >&2; }
fail() {
  say "$*"
  exit 1
}

# target: what ninja builds; empty: everything, tests too
cuda=false plugin=false build=true own_torch=false target=
while [[ $# -gt 0 ]]; do
  case $1 in
    --cuda) cuda=true ;;
    --plugin) plugin=true ;;
    --no-build) build=false ;;
    --programs) target=programs ;;
    --demo) target=demo_programs ;;
    --predict) target=pixelsail-predict ;;
    --)
      shift
      break
      ;;
    -h | --help)
      sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *) fail "unknown argument '$1' (see --help; arguments for cmake stand behind --)" ;;
  esac
  shift
done
cmake_args=("$@")
for argument in ${cmake_args[@]+"${cmake_args[@]}"}; do
  case $argument in
    -DCMAKE_PREFIX_PATH*=* | -DPIXELSAIL_TORCH_ROOT*=*) own_torch=true ;;
  esac
done

# A build that was configured with another LibTorch keeps it.
if ! $cuda && grep -qsE '^(CMAKE_PREFIX_PATH|PIXELSAIL_TORCH_ROOT):[A-Z]+=.+' $build_dir/CMakeCache.txt; then own_torch=true; fi

# free_mb FOLDER: megabytes free where it lies.
free_mb() { df -Pm "$1" | awk 'NR == 2 {print $4}'; }
need_mb() {
  local free
  free=$(free_mb "$1")
  [[ $free -ge $2 ]] ||
    fail "the disk is too full: $2 MB are needed in $1 and $free MB are free; make room and run this again."
}

install_packages() {
  command -v dpkg-query > /dev/null || return 0 # not Debian: cmake names what is missing
  local wanted=("${packages[@]}") missing=() package
  [[ -n $target ]] || wanted+=("${test_packages[@]}")
  for package in "${wanted[@]}"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null) == installed ]] || missing+=("$package")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  local as_root=()
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo > /dev/null ||
      fail "these packages are missing and neither root nor sudo is at hand; let an administrator run: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  need_mb / 2000
  say "installing ${missing[*]}"
  local log
  log=$(mktemp)
  if ! { ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive sh -c \
    'apt-get update -q && apt-get install -q -y --no-install-recommends "$@"' apt "${missing[@]}"; } > "$log" 2>&1; then
    explain_failure "$log" "apt-get could not install ${missing[*]}; its last words stand above." \
      "the package server cannot be reached; check the network (or http_proxy) and run this again, or install: ${missing[*]}"
  fi
  rm -f "$log"
}

# explain_failure LOG OTHERWISE NETWORK: ends with the sentence that fits what the log shows.
explain_failure() {
  local sentence=$2
  if grep -q 'No space left on device' "$1"; then
    sentence="the disk is full; make room ($(free_mb .) MB are free here, $(free_mb "$tmp") MB in $tmp) and run this again."
  elif grep -Eqi 'temporary failure (in name resolution|resolving)|could not resolve|failed to establish a new connection|network is unreachable|connection (refused|timed out)|no matching distribution|proxyerror|read timed out' "$1"; then
    sentence=$3
  else
    tail -n 15 "$1" >&2
  fi
  rm -f "$1"
  fail "$sentence"
}

check_compiler() {
  local compiler=${CXX:-c++} version
  command -v "${compiler%% *}" > /dev/null ||
    fail "no C++ compiler ('$compiler') was found; install g++ 12 or newer (apt-get install build-essential) or set CXX."
  if $compiler --version | grep -qi clang; then return 0; fi
  version=$($compiler -dumpfullversion 2> /dev/null || $compiler -dumpversion)
  [[ ${version%%.*} -ge 12 ]] ||
    fail "$compiler is version $version, and PixelSail (C++20) needs g++ 12 or newer; install it and set CXX=g++-12."
}

site_packages() { echo .venv/lib/python3*/site-packages; }

# torch_state: none, other VERSION, partial, light or cuda
torch_state() {
  local site version
  site=$(site_packages)
  [[ -d $site/torch ]] || { echo none && return; }
  version=$(sed -n "s/^__version__ = '\([0-9.]*\).*/\1/p" "$site/torch/version.py" 2> /dev/null)
  if [[ $version != "$torch_version" ]]; then
    echo "other ${version:-unknown}"
  elif [[ ! -s $(echo "$site"/torch-"$torch_version"*.dist-info/RECORD) || ! -s $site/torch/lib/libtorch_cpu.so ||
    ! -s $site/torch/include/ATen/ATen.h || ! -s $(echo "$site"/nvidia/cu13/lib/libcudart.so.13) ||
    ! -s $(echo "$site"/nvidia/cu13/lib/libcupti.so.13) ]]; then
    echo partial
  elif [[ -s $(echo "$site"/nvidia/cudnn/lib/libcudnn.so.9) && -s $(echo "$site"/nvidia/cu13/lib/libcublas.so.13) &&
    -s $(echo "$site"/nvidia/nccl/lib/libnccl.so.2) ]]; then
    echo cuda
  else
    echo light
  fi
}

# A virtual environment that was moved or lost its Python is made anew.
make_venv() {
  if .venv/bin/python -m pip --version > /dev/null 2>&1; then return 0; fi
  [[ -x /usr/bin/python3 ]] || fail "/usr/bin/python3 is missing; install it (apt-get install python3-venv)."
  /usr/bin/python3 -m venv --clear .venv ||
    fail "/usr/bin/python3 cannot make a virtual environment; install its venv module (apt-get install python3-venv)."
}

install_torch() {
  local state wanted=("torch==$torch_version") size=4000
  state=$(torch_state)
  case $state in
    cuda) return ;;
    light)
      $cuda || return 0
      ;;
    other*)
      say "torch ${state#other } lies in .venv, but PixelSail needs $torch_version: replacing it"
      ;;
  esac
  if $cuda; then
    size=11000
  else
    wanted=(--no-deps "torch==$torch_version" nvidia-cuda-runtime==13.0.96 nvidia-cuda-cupti==13.0.85)
  fi
  need_mb "$PWD" $size
  make_venv
  say "downloading torch $torch_version ($($cuda && echo 'with CUDA libraries, 3 GB' || echo '0.5 GB'))"
  mkdir -p .venv/tmp # not /tmp, which is often small
  local log=.venv/pip.log command=(.venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --progress-bar off)
  [[ $state == none || $state == light ]] || command+=(--force-reinstall)
  if ! TMPDIR=$PWD/.venv/tmp "${command[@]}" "${wanted[@]}" > "$log" 2>&1; then
    rm -rf .venv/tmp
    explain_failure "$log" "pip could not install torch $torch_version; its last words stand above." \
      "torch $torch_version cannot be downloaded; check the network (or https_proxy, PIP_INDEX_URL) and run this again, or bring your own LibTorch: tools/bootstrap.sh -- -DCMAKE_PREFIX_PATH=/path/to/libtorch"
  fi
  rm -rf .venv/tmp "$log"
  state=$(torch_state)
  [[ $state == cuda || ($state == light && $cuda == false) ]] ||
    fail "torch in .venv is incomplete after its installation ($state); remove the folder .venv and run this again."
}

# The machine's nvcc 13, else that of .venv; nothing where there is none.
nvcc_path() {
  local nvcc
  for nvcc in "$(command -v nvcc || true)" "${CUDA_HOME:-/usr/local/cuda}/bin/nvcc" "$(site_packages)/nvidia/cu13/bin/nvcc"; do
    if [[ -x $nvcc ]] && "$nvcc" --version 2> /dev/null | grep -q 'release 13\.'; then
      realpath "$nvcc"
      return
    fi
  done
}

install_nvcc() {
  local version=13.0.88 log=.venv/pip.log
  [[ -z $(nvcc_path) ]] || return 0
  need_mb "$PWD" 800
  make_venv
  say "downloading nvcc $version (0.1 GB)"
  if ! .venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --progress-bar off --no-deps \
    nvidia-cuda-nvcc==$version nvidia-nvvm==$version nvidia-cuda-crt==$version nvidia-cuda-cccl==13.0.85 \
    nvidia-cuda-runtime==13.0.96 > "$log" 2>&1; then
    explain_failure "$log" "pip could not install nvcc $version; its last words stand above." \
      "nvcc $version cannot be downloaded; check the network (or https_proxy, PIP_INDEX_URL) and run this again, or install CUDA 13 and run this again."
  fi
  rm -f "$log"
  [[ -n $(nvcc_path) ]] || fail "nvcc in .venv does not run; remove the folder .venv and run this again."
}

tell_gpu() {
  if $cuda || $own_torch || [[ $(torch_state) == cuda ]]; then return 0; fi
  if [[ -e /dev/nvidia0 ]] || nvidia-smi > /dev/null 2>&1; then
    say "this machine has an NVIDIA GPU; 'tools/bootstrap.sh --cuda' adds the libraries to use it."
  fi
}

# Compile jobs at once: all cores, but 2 GB of memory for each.
jobs() {
  local cores memory limit
  cores=$(nproc)
  memory=$(awk '/MemAvailable/ {print int($2 / 1024)}' /proc/meminfo)
  limit=$(cat /sys/fs/cgroup/memory.max 2> /dev/null || echo max)
  if [[ $limit =~ ^[0-9]+$ && $((limit >> 20)) -lt $memory ]]; then memory=$((limit >> 20)); fi
  local fitting=$((memory / 2048))
  if [[ $fitting -gt $cores ]]; then fitting=$cores; fi
  echo $((fitting > 0 ? fitting : 1))
}

build() {
  local cmake=/usr/bin/cmake ninja=/usr/bin/ninja # not one that a Python environment put in front
  [[ -x $cmake ]] || cmake=cmake
  [[ -x $ninja ]] || ninja=ninja
  command -v $cmake > /dev/null || fail "cmake is missing; install version 3.25 or newer."
  command -v $ninja > /dev/null || fail "ninja is missing; install it (apt-get install ninja-build)."
  local fresh=() log=build/bootstrap.log tests=()
  mkdir -p build
  if [[ -f $build_dir/CMakeCache.txt ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" $build_dir/CMakeCache.txt; then
    fresh=(--fresh) # the folder was copied from elsewhere
  fi
  # A folder that was made for the programs alone has no tests; one that has them keeps them.
  if [[ -n $target && ! -f $build_dir/build.ninja ]]; then
    tests=(-DPIXELSAIL_BUILD_TESTS=OFF)
    mkdir -p $build_dir
    touch $build_dir/without_tests
  elif [[ -z $target && -f $build_dir/without_tests ]]; then
    tests=(-DPIXELSAIL_BUILD_TESTS=ON)
    rm $build_dir/without_tests
  fi
  if [[ ! -f $build_dir/build.ninja || ${#cmake_args[@]} -gt 0 || ${#fresh[@]} -gt 0 || ${#tests[@]} -gt 0 ]]; then
    [[ -f $build_dir/build.ninja ]] || { need_mb "$PWD" 1500 && need_mb "$tmp" 500; }
    if ! $cmake --preset release ${fresh[@]+"${fresh[@]}"} ${tests[@]+"${tests[@]}"} ${cmake_args[@]+"${cmake_args[@]}"} > $log 2>&1; then
      grep -v '^--' $log | tail -n 25 >&2
      fail "cmake could not configure $build_dir; the reason stands above."
    fi
  fi
  if [[ $($ninja -C $build_dir -n $target 2> /dev/null | tail -n 1) == "ninja: no work to do." ]]; then return 0; fi
  local count
  count=$(jobs)
  say "building into $build_dir with $count jobs"
  local status=0
  if [[ -t 1 ]]; then
    $ninja -C $build_dir -j "$count" $target || status=$?
    : > $log
  else
    $ninja -C $build_dir -j "$count" $target > $log 2>&1 || status=$?
    [[ $status -eq 0 ]] || grep -A 30 -m 2 -E '^FAILED|CMake Error|ninja: error' $log >&2 || tail -n 30 $log >&2
  fi
  [[ $status -eq 0 ]] && return 0
  if [[ $(free_mb .) -lt 50 || $(free_mb "$tmp") -lt 20 ]]; then
    fail "the disk is full ($(free_mb .) MB free here, $(free_mb "$tmp") MB in $tmp); make room and run this again."
  elif grep -qE 'Killed|cannot allocate memory|out of memory' $log; then
    fail "the compiler ran out of memory; free some or build with fewer jobs: ninja -C $build_dir -j 1"
  fi
  fail "the build failed; the compiler's message stands above."
}

install_packages
check_compiler
$own_torch || install_torch
if $plugin; then
  install_nvcc
  cmake_args+=(-DPIXELSAIL_CUDA_PLUGIN=ON "-DPIXELSAIL_NVCC=$(nvcc_path)")
  target=${target:+$target pixelsail_cuda} # everything has it in it
fi
tell_gpu
if $build; then build; fi
