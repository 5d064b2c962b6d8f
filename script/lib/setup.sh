# Shared by script/up and script/test: finds what a build needs, and installs what is missing on a Debian-like
# machine, saying what and why. Nothing is built, run or tested here.

# The compiler of `rust-version` in Cargo.toml.
readonly RUST_MINOR=95

readonly root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)"

say() {
    printf '==> %s\n' "$*" >&2
}

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

has() {
    command -v "$1" >/dev/null 2>&1
}

# require_rust: a compiler that is new enough. The distribution's is usually too old, so it is never installed here.
require_rust() {
    if ! has cargo && [[ -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ]]; then
        PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
    fi
    local how="Install Rust 1.$RUST_MINOR or newer from https://rustup.rs, or run: rustup update stable"
    has cargo || fail "cargo is not installed. $how"
    local version minor
    version="$(cd "$root" && cargo --version | cut -d ' ' -f 2)"
    minor="$(cut -d . -f 2 <<<"$version")"
    if [[ "$version" != 1.* ]] || ((minor < RUST_MINOR)); then
        fail "cargo is $version, too old. $how"
    fi
}

# require_component NAME: a part of the Rust toolchain that a check runs.
require_component() {
    if cargo "${1/rustfmt/fmt}" --version >/dev/null 2>&1; then
        return
    fi
    has rustup || fail "cargo ${1/rustfmt/fmt} is missing; add the $1 component of the toolchain"
    say "adding the toolchain component $1"
    rustup component add "$1"
}

# require_nextest: the test runner, built from source when it is missing.
require_nextest() {
    if cargo nextest --version >/dev/null 2>&1; then
        return
    fi
    say "installing cargo-nextest, the test runner, from source; this happens once and takes some minutes"
    env -u CARGO_TARGET_DIR cargo install cargo-nextest --locked
}

has_postgres() {
    local folder
    for folder in "${PG_BIN_DIR:-}" /usr/lib/postgresql/*/bin /usr/local/pgsql/bin; do
        if [[ -n "$folder" && -x "$folder/postgres" && -x "$folder/initdb" ]]; then
            return 0
        fi
    done
    has postgres && has initdb
}

# has_xkey: the module that finds what Varnish keeps by its tags.
has_xkey() {
    local module
    for module in /usr/lib/varnish/vmods/libvmod_xkey.so /usr/lib/*/varnish/vmods/libvmod_xkey.so \
        /usr/local/lib/varnish/vmods/libvmod_xkey.so; do
        if [[ -e "$module" ]]; then
            return 0
        fi
    done
    return 1
}

# require_packages: the C compiler and the server's programs, from the distribution.
require_packages() {
    local missing=()
    if ! has cc; then
        say "missing: a C compiler, which links Rust programs and builds zstd and the allocator"
        missing+=(gcc libc6-dev)
    fi
    # With a server of one's own the programs are still needed by the tests, never by `paceline up`.
    if ! has_postgres && [[ "${1:-}" == tests || -z "${DATABASE_URL:-}" ]]; then
        say "missing: the PostgreSQL server programs, for a private server that only this project uses"
        missing+=(postgresql)
    fi
    if [[ "${1:-}" == tests ]] && ! has redis-server; then
        say "missing: Redis, through which the tests' nodes share what they have read"
        missing+=(redis-server)
    fi
    if [[ "${1:-}" == tests ]] && ! { has varnishd && has_xkey; }; then
        say "missing: Varnish with its module xkey, the cache in front of the service in the tests of purging"
        missing+=(varnish varnish-modules)
    fi
    if ((${#missing[@]} == 0)); then
        [[ "${1:-}" != tests ]] || require_hypopg
        return
    fi
    has apt-get || fail "install these by your system's means, then run this again: ${missing[*]}"
    if [[ "$(id -u)" != 0 ]]; then
        fail "run this, then the same command again: sudo apt-get install --yes ${missing[*]}"
    fi
    install_packages "${missing[@]}"
    [[ "${1:-}" != tests ]] || require_hypopg
}

# require_hypopg: what the tests of the index advisor imagine indexes with, for the server whose programs are used.
require_hypopg() {
    local config="" folder major
    for folder in "${PG_BIN_DIR:-}" $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V -r); do
        if [[ -n "$folder" && -x "$folder/postgres" ]]; then
            config="$folder"
            break
        fi
    done
    [[ -n "$config" ]] || return 0
    major="$("$config/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')"
    if [[ -e "/usr/share/postgresql/$major/extension/hypopg.control" || -n "${TEST_DATABASE_URL:-}" ]]; then
        return 0
    fi
    say "missing: HypoPG, with which the tests of the index advisor imagine indexes"
    has apt-get || fail "install HypoPG for PostgreSQL $major by your system's means, then run this again"
    if [[ "$(id -u)" != 0 ]]; then
        fail "run this, then the same command again: sudo apt-get install --yes postgresql-$major-hypopg"
    fi
    install_packages "postgresql-$major-hypopg"
}

# install_packages NAME…: as root. The distribution would also set up and start a server of its own; nobody asked
# for that one, so its creation is switched off while PostgreSQL is installed.
install_packages() {
    say "installing: apt-get install --yes $*"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet=2 || say "the package lists could not be renewed; trying with the old ones"
    local switch=/etc/postgresql-common/createcluster.d/no-main-cluster.conf
    if [[ " $* " == *" postgresql "* && ! -e "$switch" ]]; then
        mkdir -p "${switch%/*}"
        printf 'create_main_cluster = false\n' >"$switch"
        trap 'rm -f '"$switch" EXIT
    fi
    apt-get install --yes --quiet=2 --no-install-recommends "$@" >&2
    rm -f "$switch"
    trap - EXIT
    # Of Varnish, too, and from every start of the machine on; the tests start theirs.
    if [[ " $* " == *" varnish "* ]] && has systemctl; then
        systemctl disable --now --quiet varnish.service varnishncsa.service 2>/dev/null || true
    fi
}

# use_writable_target: a checkout that belongs to somebody else is built in one's own cache.
use_writable_target() {
    local target="${CARGO_TARGET_DIR:-$root/target}" existing
    existing="$target"
    [[ -e "$existing" ]] || existing="$(dirname -- "$target")"
    if [[ -n "${CARGO_TARGET_DIR:-}" || -w "$existing" ]]; then
        return
    fi
    export CARGO_TARGET_DIR="${XDG_CACHE_HOME:-$HOME/.cache}/paceline-target"
    say "$existing belongs to somebody else; building in $CARGO_TARGET_DIR"
}
