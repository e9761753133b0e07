/** The two hooks of every bare repository: one refuses what GitHub refuses, one notes which refs a push moved. */

/** Refs that this push may not move: one a line, `<ref> <reason>`; a tab in the reason begins a new line. */
export const REFUSED = "PLAYGROUND_REFUSED";
/** Refs that may only move forward, one a line, with the reason that is given otherwise; written as in `REFUSED`. */
export const FORWARD_ONLY = "PLAYGROUND_FORWARD_ONLY";
/** Set to `refused` for tokens without the `workflows` permission. */
export const WORKFLOW_FILES = "PLAYGROUND_WORKFLOW_FILES";
/** File that receives one line, `<before> <after> <ref>`, for each ref that moved. */
export const MOVED = "PLAYGROUND_MOVED";

/**
 * Runs once for each ref before it moves, with the arguments ref, old oid and new oid; what it prints reaches the client
 * as `remote:` lines. A workflow file may pass if some branch already has the very same one.
 */
export const UPDATE_HOOK = `#!/bin/sh
ref=$1 old=$2 new=$3
reason_in() {
  printf '%s\\n' "$1" | while read -r name words; do
    [ "$name" = "$ref" ] && printf '%s' "$words" | tr '\\t' '\\n' && break
  done
}
refuse() {
  printf '%s\\n' "$1" >&2
  exit 1
}
reason=
[ -z "$${REFUSED}" ] || reason=$(reason_in "$${REFUSED}")
[ -z "$reason" ] || refuse "$reason"
[ -z "$${FORWARD_ONLY}" ] || reason=$(reason_in "$${FORWARD_ONLY}")
[ -z "$reason" ] || git merge-base --is-ancestor "$old" "$new" || refuse "$reason"
[ "$${WORKFLOW_FILES}" = refused ] || exit 0
case $new in *[!0]*) ;; *) exit 0 ;; esac

folder=.github/workflows
mine=$(git rev-parse -q --verify "$new:$folder" || echo none)
case $old in *[!0]*) before=$(git rev-parse -q --verify "$old:$folder" || echo none) ;; *) before=none ;; esac
[ "$mine" = "$before" ] && exit 0
standing=$(git for-each-ref --format="%(objectname):$folder" refs/heads |
  git cat-file --batch-check='%(objectname)' | sed 's/.* missing$/none/' | sort -u)
printf '%s\\n' "$standing" | grep -qx "$mine" && exit 0
[ "$mine" = none ] && [ -z "$standing" ] && exit 0

list() { [ "$1" = none ] || git ls-tree -r "$1"; }
known=$(for tree in $before $standing; do list "$tree"; done)
fresh=$(list "$mine" | while IFS= read -r line; do
  printf '%s\\n' "$known" | grep -qxF "$line" || printf '%s\\n' "$line" | cut -f2
done | head -n 1)
if [ -z "$fresh" ]; then
  kept=$(list "$mine" | cut -f2)
  fresh=$(list "$before" | cut -f2 | while IFS= read -r path; do
    printf '%s\\n' "$kept" | grep -qxF "$path" || printf '%s\\n' "$path"
  done | head -n 1)
fi
[ -z "$fresh" ] && exit 0
refuse "refusing to allow a GitHub App to create or update workflow \\\`$folder/$fresh\\\` without \\\`workflows\\\` permission"
`;

export const POST_RECEIVE_HOOK = `#!/bin/sh
[ -z "$${MOVED}" ] || while read -r line; do printf '%s\\n' "$line"; done > "$${MOVED}"
`;
