#!/usr/bin/env bash
# A browser and the fonts of the browser tests, where apt gives them to root; elsewhere one notice. It never fails: with CI=true the tests do.
set -uo pipefail

packages=(chromium fonts-dejavu-core fonts-inter fonts-noto-color-emoji)
here="$(cd "$(dirname "$0")" && pwd)"

ready() {
    for program in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
        if [ -n "$program" ] && command -v "$program" >/dev/null; then
            # the fonts are a matter of pictures only: where they cannot be had, the rest runs
            for font in "DejaVu Sans" "Inter" "Noto Color Emoji"; do
                command -v fc-list >/dev/null && [ -z "$(fc-list "$font")" ] && return 1
            done
            return 0
        fi
    done
    return 1
}

ready && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing a browser for its tests: ${packages[*]}"
    export DEBIAN_FRONTEND=noninteractive
    timeout 120 apt-get update -qq >/dev/null 2>&1
    timeout 300 apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null 2>&1 && ready && exit 0
fi
echo "no browser, or not its fonts: the tests in $(basename "$(dirname "$here")")/browser that need them are skipped." \
    "Install Chromium or Chrome and the fonts DejaVu, Inter and Noto Color Emoji; on Debian: sudo apt-get install ${packages[*]}"
exit 0
