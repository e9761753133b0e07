/** What the guard can only see beside other paths: names that one file system holds once, and lockfiles that change by themselves. */
import { isNamed, type Change, type Refusal } from "./guard.ts";

const GONE = "000000";

/** Lockfiles, each with what it follows from. */
const LOCKS: readonly (readonly [locks: readonly string[], manifests: readonly string[]])[] = [
  [
    ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"],
    ["package.json", "pnpm-workspace.yaml"],
  ],
  [["deno.lock"], ["deno.{json,jsonc}", "package.json"]],
  [["Cargo.lock"], ["Cargo.toml"]],
  [["poetry.lock", "uv.lock", "pdm.lock"], ["pyproject.toml"]],
  [["Pipfile.lock"], ["Pipfile"]],
  [["go.sum"], ["go.mod"]],
  [["Gemfile.lock"], ["Gemfile", "*.gemspec"]],
  [["composer.lock"], ["composer.json"]],
  [["mix.lock"], ["mix.exs"]],
  [["pubspec.lock"], ["pubspec.yaml"]],
  [["flake.lock"], ["flake.nix"]],
  [["Podfile.lock"], ["Podfile"]],
  [["Package.resolved"], ["Package.swift"]],
  [["packages.lock.json"], ["*.{cs,fs,vb}proj", "Directory.Packages.props"]],
  [["gradle.lockfile"], ["build.gradle", "build.gradle.kts"]],
];

/**
 * Lockfiles that change although nothing that they follow from does. They decide what is downloaded and run on everybody's machine, and
 * nobody reads them: without a change that explains theirs they need the config's leave. `branch`: every path that differs from the base.
 */
export function lockOnly(
  changes: readonly Change[],
  { branch, allow }: { branch: readonly string[]; allow: readonly string[] },
): Refusal[] {
  return changes
    .filter(({ path }) => isLoneLock(path, branch) && !isNamed(path, allow))
    .map(({ path }) => ({ path, rule: "lock_only" }));
}

function isLoneLock(path: string, branch: readonly string[]): boolean {
  const found = LOCKS.find(([locks]) => isNamed(path, locks));
  return found !== undefined && !branch.some((one) => isNamed(one, found[1]));
}

/**
 * New paths that some file systems cannot hold beside another one of the tree, or take for it: macOS and Windows know neither capitals nor
 * forms of the same letter apart, Windows no dots and spaces at the end. `tree`: all paths after the change.
 */
export function caseCollisions(changes: readonly Change[], tree: readonly string[]): Refusal[] {
  const added = changes.filter(({ mode }) => mode.before === GONE && mode.after !== GONE);
  const wanted = new Set(added.flatMap(({ path }) => stepsOf(path).map(folded)));
  if (wanted.size === 0) return [];
  const spellings = new Map<string, Set<string>>();
  for (const step of tree.flatMap(stepsOf)) {
    const key = folded(step);
    if (!wanted.has(key)) continue;
    const known = spellings.get(key);
    if (known === undefined) spellings.set(key, new Set([step]));
    else known.add(step);
  }
  return added
    .filter(({ path }) => stepsOf(path).some((step) => (spellings.get(folded(step))?.size ?? 0) > 1))
    .map(({ path }) => ({ path, rule: "case_collision" }));
}

/** The path and every folder on the way to it. */
function stepsOf(path: string): string[] {
  const names = path.split("/");
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
}

function folded(path: string): string {
  return path
    .normalize("NFD")
    .toLowerCase()
    .split("/")
    .map((name) => name.replace(/[. ]+$/u, "") || name)
    .join("/");
}
