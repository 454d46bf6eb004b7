#!/bin/sh
# What a library says without Mantel: date, albums, people and description of every photo, as JSON. Needs find and exiftool: twenty-years.sh FOLDER
cd "$1" || exit
list=$(mktemp)
find . -type f ! -path '*/.*' ! -name '*.xmp' ! -name '*.xmp.damaged*' | while IFS= read -r photo; do
  if [ -e "$photo.xmp" ]; then printf '%s\n' "$photo.xmp"; else printf '%s\n' "$photo"; fi
done >"$list"
exiftool -q -j -struct -DateTimeOriginal -Albums -PersonInImage -Description -@ "$list"
rm "$list"
