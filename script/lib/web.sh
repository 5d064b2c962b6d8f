# Sourced after setup.sh: what the web application needs, and how it is built. Nothing is tested here.

# The oldest Node.js that its tools run on.
readonly NODE_MAJOR=20

# require_node: Node.js and npm, from the distribution where its version is new enough.
require_node() {
    if ! has node || ! has npm; then
        say "missing: Node.js and npm, which build the web application"
        has apt-get || fail "install Node.js $NODE_MAJOR or newer with npm, then run this again"
        if [[ "$(id -u)" != 0 ]]; then
            fail "run this, then the same command again: sudo apt-get install --yes nodejs npm"
        fi
        install_packages nodejs npm
    fi
    local major
    major="$(node --version | sed 's/^v\([0-9]*\).*/\1/')"
    if ((major < NODE_MAJOR)); then
        fail "Node.js is version $major, too old; install $NODE_MAJOR or newer, for example from https://nodejs.org"
    fi
}

# require_chromium: the browser of the tests, from the distribution.
require_chromium() {
    if has chromium || [[ -n "${CHROMIUM:-}" ]]; then
        return
    fi
    say "missing: Chromium, in which the pages are tested"
    has apt-get || fail "install Chromium and name it in CHROMIUM, then run this again"
    if [[ "$(id -u)" != 0 ]]; then
        fail "run this, then the same command again: sudo apt-get install --yes chromium"
    fi
    install_packages chromium
}

# build_web: the pages that are compiled into the binary; only when their source is newer than what was built.
build_web() {
    local built="$root/web/build/index.html"
    if [[ -e "$built" && -z "$(find "$root/web" "$root/openapi.json" -newer "$built" -type f \
        -not -path '*/node_modules/*' -not -path '*/build/*' -not -path '*/.svelte-kit/*' -print -quit)" ]]; then
        return
    fi
    say "building the web application"
    (
        cd "$root/web"
        if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
            npm ci --no-audit --no-fund
        fi
        npm run --silent build
    )
}
