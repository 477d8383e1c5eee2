# What the suites' make have in common: for sourcing, with the directory to make as $1.
# shellcheck shell=bash
set -euo pipefail
here=$(dirname "$(realpath "$0")")
repository=$(realpath "$here/../../..")

# source_tree NAME: the directory with the program's sources.
source_tree() {
	"$repository/tools/third-party" "$repository/build/third-party" "$1" >&2
	echo "$repository/build/third-party/$1"
}

rm -rf "$1"
mkdir -p "$1"
