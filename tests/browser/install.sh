#!/usr/bin/env bash
# A browser and the fonts of the browser tests, where apt gives them to root; elsewhere one notice. It never fails: with CI=true the tests do.
set -uo pipefail

fonts=(fonts-dejavu-core fonts-inter fonts-noto-color-emoji)
here="$(cd "$(dirname "$0")" && pwd)"

ready() {
    for program in "${CHROMIUM:-}" chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
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
    echo "installing a browser and fonts for their tests"
    export DEBIAN_FRONTEND=noninteractive
    timeout 120 apt-get update -qq >/dev/null 2>&1
    # the shell is Chromium without its windows, and takes half the time; not every release has it
    for browser in chromium-headless-shell chromium; do
        timeout 300 apt-get -o DPkg::Lock::Timeout=60 install -y -qq --no-install-recommends "$browser" "${fonts[@]}" >/dev/null 2>&1 && ready && exit 0
    done
fi
echo "no browser, or not its fonts: the tests in $(basename "$(dirname "$here")")/browser that need them are skipped." \
    "Install Chromium or Chrome and the fonts DejaVu, Inter and Noto Color Emoji;" \
    "on Debian: sudo apt-get install chromium ${fonts[*]}"
exit 0
