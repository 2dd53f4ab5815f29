#!/usr/bin/env bash
# Renders the drawings to the files that the packages want. Run it after a drawing changed; its output is checked in.
# Needs: librsvg2-bin imagemagick icnsutils
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# draw DRAWING SIZE FILE: always RGBA, which Tauri insists on, and without dates, so that the same drawing gives the same bytes.
draw() {
  rsvg-convert --width "$2" --height "$2" "$1" --output "$work/drawn.png"
  convert "$work/drawn.png" -strip -depth 8 -define png:exclude-chunks=date,time "PNG32:$3"
}

draw app-small.svg 32 32x32.png
draw app.svg 128 128x128.png
draw app.svg 256 128x128@2x.png
draw app.svg 512 icon.png
draw tray.svg 44 tray.png

for size in 16 24 32 48 128 256 512; do
  drawing=app.svg
  ((size > 32)) || drawing=app-small.svg
  draw "$drawing" "$size" "$work/$size.png"
done
convert "$work"/{16,24,32,48,256}.png icon.ico
png2icns icon.icns "$work"/{16,32,48,128,256,512}.png >"$work/icns.log" || { cat "$work/icns.log" >&2; exit 1; }
