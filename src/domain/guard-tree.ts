/** What the guard can only see beside other paths: names that one file system holds once, and lockfiles that change by themselves. */
import { isNamed, isProtected, type Change, type GuardRules, type Refusal } from "./guard.ts";

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

/**
 * Folders that git takes for a repository: whoever asks git for anything in there, as prompts of shells do, runs the programs that its
 * settings name. They hold a file `HEAD`, and `objects` and `refs` or a file that says where these are. `tree`: all paths after the change.
 */
export function hiddenRepositories(
  changes: readonly Change[],
  { tree, allow }: { tree: readonly string[]; allow: readonly string[] },
): Refusal[] {
  const parts = new Map<string, Set<string>>();
  for (const path of tree) {
    const names = path.split("/");
    names.forEach((name, depth) => {
      const part = name.toLowerCase();
      const isFile = depth === names.length - 1;
      if (depth === 0 || !(isFile ? [...FILES, ...FOLDERS] : FOLDERS).includes(part)) return;
      const folder = names.slice(0, depth).join("/");
      parts.set(folder, (parts.get(folder) ?? new Set()).add(part));
    });
  }
  return [...parts]
    .filter(([, has]) => has.has("head") && (has.has("commondir") || FOLDERS.every((name) => has.has(name))))
    .map(([folder]) => folder)
    .filter((folder) => !isNamed(folder, allow))
    .filter((folder) =>
      changes.some(({ path, mode }) => mode.after !== GONE && path.startsWith(`${folder}/`)),
    )
    .map((path) => ({ path, rule: "hidden_repository" }));
}

/** In small letters, for not every file system knows capitals. What should be a folder may be a link, or a file that can be run. */
const FILES = ["head", "commondir"];
const FOLDERS = ["objects", "refs"];

/** Links that one file leads through at most; Linux itself follows forty. */
const MAX_HOPS = 40;

/**
 * Where links at protected places of a tree lead to, as patterns: whoever changes a file there changes what is read at the protected place.
 * `links`: where each link of the tree points to, by its path. GitHub itself follows no links in `.github`.
 */
export function ledTo(
  links: ReadonlyMap<string, string>,
  rules: Pick<GuardRules, "protect" | "allow">,
): string[] {
  const places = [...links.keys()].filter(
    (path) => isProtected(path, rules) && !/^\.github(?:\/|$)/i.test(path),
  );
  return [...new Set(places.flatMap((path) => wayOf(path, links)))].map((path) => `/${path}`);
}

/** Every path on the way from a link to what it stands for; what leads out of the tree ends it. */
function wayOf(path: string, links: ReadonlyMap<string, string>, hops = 0): string[] {
  const link = stepsOf(path).find((step) => links.has(step));
  if (link === undefined || hops === MAX_HOPS) return [];
  const folder = link.split("/").slice(0, -1);
  const target = links.get(link) ?? "";
  const names = [...folder, ...target.split("/"), ...path.slice(link.length).split("/")];
  const next = target.startsWith("/") ? null : joined(names);
  if (next === null) return [];
  return [next, ...stepsOf(next).filter((step) => links.has(step)), ...wayOf(next, links, hops + 1)];
}

/** null: it leads out of the tree, or stands for all of it. */
function joined(names: readonly string[]): string | null {
  const path: string[] = [];
  for (const name of names) {
    if (name === ".." && path.pop() === undefined) return null;
    if (name !== ".." && name !== "." && name !== "") path.push(name);
  }
  return path.length === 0 ? null : path.join("/");
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
