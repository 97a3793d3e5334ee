#!/bin/sh
set -eu
state=$(dirname "$0")/state
echo "$*" >>"$state/calls"
case "$1 $2" in
  "issue view") cat "$state/issue-$3" ;;
  "pr list") if [ -f "$state/url" ]; then cat "$state/url"; fi ;;
  "pr create")
    while [ "$1" != --body-file ]; do shift; done
    cp "$2" "$state/body"
    echo https://example.org/pull/7 | tee "$state/url"
    ;;
  "pr view") wc -l <"$state/checks" | tr -d ' ' ;;
  "pr checks")
    code=$(sed -n 1p "$state/checks")
    sed 1d "$state/checks" >"$state/rest"
    mv "$state/rest" "$state/checks"
    exit "$code"
    ;;
  *) exit 2 ;;
esac
