#!/bin/sh
# What a library says without Mantel: date, albums, people and description of every photo as JSON. Needs find and exiftool: twenty-years.sh FOLDER
cd "$1" || exit
find . -type f ! -path '*/.*' ! -name '*.xmp' | while IFS= read -r photo; do
  if [ -e "$photo.xmp" ]; then echo "$photo.xmp"; else echo "$photo"; fi
done >"${list:=$(mktemp)}"
exiftool -q -j -struct -DateTimeOriginal -Albums -PersonInImage -Description -@ "$list"
rm "$list"
