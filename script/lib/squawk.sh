# Sourced after setup.sh: the linter of the migrations. Nothing is linted here.

# require_squawk: the version that .squawk.toml names, from PyPI, into a place of its own in the user's cache.
require_squawk() {
    local version folder
    version="$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/.squawk.toml")"
    folder="${XDG_CACHE_HOME:-$HOME/.cache}/paceline-squawk/$version"
    if [[ -x "$folder/bin/squawk" ]] || [[ "$(squawk --version 2>/dev/null)" == "squawk $version" ]]; then
        return
    fi
    require_venv
    say "installing squawk $version, which lints the migrations, from PyPI into $folder"
    local half="$folder.half"
    rm -rf "$half"
    python3 -m venv "$half"
    "$half/bin/pip" install --quiet --disable-pip-version-check "squawk-cli==$version"
    # The program alone: it needs nothing beside it, and the folder may move.
    mkdir -p "$folder/bin"
    install -m 755 "$(readlink -f "$half/bin/squawk")" "$folder/bin/squawk"
    rm -rf "$half"
}

# require_venv: Python with its own way to make a private environment, from the distribution.
require_venv() {
    if has python3 && python3 -c 'import venv, ensurepip' 2>/dev/null; then
        return
    fi
    say "missing: Python with venv, from whose registry the linter of the migrations comes"
    has apt-get || fail "install Python 3 with venv, then run this again"
    if [[ "$(id -u)" != 0 ]]; then
        fail "run this, then the same command again: sudo apt-get install --yes python3 python3-venv"
    fi
    install_packages python3 python3-venv
}
