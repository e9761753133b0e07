/** The guard: what an agent's changes must satisfy before anything of them is pushed; pure, it looks at a list of changes only. */
import { matchesGlob } from "./glob.ts";

/** One changed path of a tree. */
export interface Change {
  path: string;
  /** git's modes; `000000`: it was not there, or is gone. */
  mode: { before: string; after: string };
  /** Size of the file after the change; 0 when it is gone. */
  bytes: number;
  binary: boolean;
  /** Stands for a file that Git LFS keeps elsewhere, where nobody here can look at it. */
  pointer: boolean;
  /** Where a symbolic link points to; null for everything else. */
  target: string | null;
}

export interface GuardRules {
  /** Further protected paths, as patterns. */
  protect: readonly string[];
  /** Paths that may be touched although they are protected, and binary files that may be added. */
  allow: readonly string[];
  files: number;
  bytes: number;
}

export type GuardRule =
  | "protected"
  | "look_alike"
  | "odd_path"
  | "odd_mode"
  | "submodule"
  | "link_out_of_tree"
  | "binary"
  | "lfs_pointer"
  | "lock_only"
  | "case_collision"
  | "hidden_repository"
  | "too_many_files"
  | "too_many_bytes"
  | "too_many_commits"
  | "base_not_ancestor"
  | "outside_rebase"
  | "conflict_markers"
  | "bundle_too_big"
  | "bundle_broken";

/** A secret, and what it is; never its value. */
export type SecretRule = `secret: ${string}`;

export interface Refusal {
  /** `(all)` for what holds for the work as a whole. */
  path: string;
  rule: GuardRule | SecretRule;
}

/** Stands for the work as a whole where no single path is to blame. */
export const WHOLE_WORK = "(all)";

/** Characters of a path that are shown; git itself sets no bound. */
const MAX_PATH = 300;

/** At most so many refusals are worth a person's reading. */
const MAX_REFUSALS = 100;

/** What no config can open: GitHub refuses workflow files from GZA, and GZA's own settings are not an agent's to change. */
const LOCKED = [".github/workflows", ".github/actions", ".github/gza*", "/.gitmodules"];

/** What an agent leaves alone unless `guard.allow` names it: everything that runs, instructs or authorises by lying there. */
const PROTECTED = [
  "/.github",
  "CODEOWNERS",
  ".gitattributes",
  ".gitmodules",
  ".lfsconfig",
  ".husky/",
  ".githooks/",
  ".pre-commit-config.yaml",
  "lefthook.{yml,yaml,toml,json}",
  ".lefthook.{yml,yaml,toml,json}",
  "AGENTS.md",
  "AGENTS.override.md",
  "CLAUDE.md",
  "CLAUDE.local.md",
  "GEMINI.md",
  "REVIEW.md",
  ".claude/",
  ".codex/",
  ".gemini/",
  ".opencode/",
  "opencode.{json,jsonc}",
  ".cursor/",
  ".cursorrules",
  ".windsurf/",
  ".windsurfrules",
  ".clinerules",
  ".mcp.json",
  ".vscode/",
  ".idea/",
  ".devcontainer/",
  ".envrc",
  ".agents/",
  ".aider*",
  ".amazonq/",
  ".augment/",
  ".continue/",
  ".goosehints",
  ".junie/",
  ".kiro/",
  ".qwen/",
  "QWEN.md",
  ".roo/",
  ".zed/",
  // Other services run these on every push, with their own secrets.
  ".circleci/",
  ".buildkite/",
  ".woodpecker/",
  ".semaphore/",
  ".teamcity/",
  ".{gitlab-ci,travis,drone,woodpecker,cirrus,appveyor}.{yml,yaml}",
  "{appveyor,azure-pipelines,bitbucket-pipelines}.{yml,yaml}",
  "Jenkinsfile",
];

const MODES = new Set(["000000", "100644", "100755", "120000"]);
const GONE = "000000";
const LINK = "120000";
const SUBMODULE = "160000";

/** Everything that stands against the changes, in their order; an empty list lets them pass. */
export function guard(changes: readonly Change[], rules: GuardRules): Refusal[] {
  const refusals = changes.flatMap((change) =>
    rulesBroken(change, rules).map((rule) => ({ path: change.path.slice(0, MAX_PATH), rule })),
  );
  if (changes.length > rules.files) refusals.push({ path: WHOLE_WORK, rule: "too_many_files" });
  const bytes = changes.reduce((sum, change) => sum + change.bytes, 0);
  if (bytes > rules.bytes) refusals.push({ path: WHOLE_WORK, rule: "too_many_bytes" });
  // What holds for the whole stands last and must not fall to the cut.
  return refusals.length > MAX_REFUSALS
    ? [...refusals.slice(0, MAX_REFUSALS - 2), ...refusals.slice(-2)]
    : refusals;
}

function rulesBroken(change: Change, rules: GuardRules): GuardRule[] {
  const { path, mode } = change;
  const broken: GuardRule[] = [];
  if (isOddPath(path)) broken.push("odd_path");
  if (path.split("/").some((name) => isGitLookAlike(name))) broken.push("look_alike");
  if (isProtected(path, rules)) broken.push("protected");
  if (mode.before === SUBMODULE || mode.after === SUBMODULE) broken.push("submodule");
  else if (!MODES.has(mode.after)) broken.push("odd_mode");
  if (mode.after === LINK && leavesTree(path, change.target)) broken.push("link_out_of_tree");
  if (mode.after !== GONE && !isNamed(path, rules.allow)) {
    if (change.binary) broken.push("binary");
    if (change.pointer) broken.push("lfs_pointer");
    if (mode.before === GONE && isReserved(path)) broken.push("odd_path");
  }
  return broken;
}

/** Bytes of a name and of a path that the file systems of Linux hold. */
const MAX_NAME_BYTES = 255;
const MAX_PATH_BYTES = 4096;

/** Controls, invisible and direction-changing characters, bytes that are not UTF-8, and paths that git's own tools or no file system take. */
function isOddPath(path: string): boolean {
  if (bytesOf(path) >= MAX_PATH_BYTES || path.split("/").some((name) => bytesOf(name) > MAX_NAME_BYTES))
    return true;
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u{FFFD}\\]/u.test(path)) return true;
  return path.split("/").some((name) => name === "" || name === "." || name === "..");
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Names of devices, with any ending: a checkout on Windows fails at them. */
function isReserved(path: string): boolean {
  return path.split("/").some((name) => /^(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\.|$)/i.test(name));
}

/** `.GIT`, `.git.`, `git~1`, `.g<zero width>it`, `.git::$INDEX_ALLOCATION`: what some file system takes for `.git`. */
function isGitLookAlike(name: string): boolean {
  const plain = fold(name)
    .replace(/:.*$/su, "")
    .replace(/[. ]+$/u, "");
  return plain === ".git" || /^git~\d+$/.test(plain);
}

const FOLDED = { locked: LOCKED.map(fold), protected: PROTECTED.map(fold) };

export function isProtected(path: string, rules: Pick<GuardRules, "protect" | "allow">): boolean {
  const folded = fold(path);
  if (isNamed(folded, FOLDED.locked)) return true;
  const named = isNamed(folded, FOLDED.protected) || isNamed(folded, rules.protect.map(fold));
  return named && !isNamed(path, rules.allow);
}

/** Whether one of the config's patterns names the path. */
export function isNamed(path: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matchesGlob(path, pattern));
}

/** One spelling for all that file systems take for the same name: case, compatibility forms, invisible characters, dots and spaces at the end. */
function fold(path: string): string {
  const visible = path.normalize("NFKC").replace(/\p{Default_Ignorable_Code_Point}/gu, "");
  return visible
    .toLowerCase()
    .split("/")
    .map((name) => (/^[. ]*$/u.test(name) ? name : name.replace(/[. ]+$/u, "")))
    .join("/");
}

/** A link may point to anything inside the tree; absolute and climbing targets leave it, and what climbs on its way may do so through another link. */
function leavesTree(path: string, target: string | null): boolean {
  if (
    target === null ||
    target === "" ||
    target.startsWith("/") ||
    /[\\\0]/.test(target) ||
    /^[a-z]:/iu.test(target)
  ) {
    return true;
  }
  const names = target.split("/").filter((name) => name !== "" && name !== ".");
  const down = names.findIndex((name) => name !== "..");
  const climbed = down === -1 ? names.length : down;
  if (climbed > path.split("/").length - 1 || names.slice(climbed).includes("..")) return true;
  // A link into `.git` would hand out the repository's own machinery.
  return names.some((name) => isGitLookAlike(name));
}
