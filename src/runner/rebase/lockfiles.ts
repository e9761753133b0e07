/** Lockfiles, and how the tool that wrote each writes it anew: the file only, from what lies beside it, running nobody's scripts. */
import { basename, dirname } from "node:path";
import { matchesGlob } from "../../domain/glob.ts";

export interface Recipe {
  /** Shell text; exit 0 means that the file is right again. */
  text: string;
  /** Where it is run, from the root of the repository. */
  folder: string;
  /** What lies there before: the base's version, which knows what landed, or the lines of both sides. */
  from: "base" | "both";
}

const NPM = "npm install --package-lock-only --ignore-scripts --no-audit --no-fund";

/** Each adds what the manifest asks for beyond what the base's file holds, and leaves the rest at its versions as far as the tool can. */
const TOOLS: { [name: string]: string | undefined } = {
  "package-lock.json": NPM,
  "npm-shrinkwrap.json": NPM,
  "pnpm-lock.yaml": "pnpm install --lockfile-only --ignore-scripts --no-frozen-lockfile",
  // Yarn since 2 writes `__metadata`; the older one can write the file only by installing.
  "yarn.lock": `if grep -q '^__metadata:' yarn.lock; then
  YARN_ENABLE_IMMUTABLE_INSTALLS=false YARN_ENABLE_SCRIPTS=false yarn install --mode=update-lockfile
else
  yarn install --ignore-scripts --non-interactive --no-progress
fi`,
  "bun.lock": "bun install --lockfile-only --ignore-scripts",
  "Cargo.lock": "cargo update --workspace",
  "go.sum": "go mod tidy",
  "go.mod": "go mod tidy",
  // Poetry before 2 moves everything to its newest version unless it is told not to.
  "poetry.lock": `case "$(poetry --version)" in
  *"version 1."*) poetry lock --no-update --no-interaction ;;
  *) poetry lock --no-interaction ;;
esac`,
  "uv.lock": "uv lock",
  "Pipfile.lock": "pipenv lock",
  "Gemfile.lock": "bundle lock",
  "composer.lock": "composer update --lock --no-install --no-scripts --no-plugins --no-interaction",
  "mix.lock": "mix deps.get",
  "pubspec.lock": `if grep -q 'sdk: flutter' pubspec.yaml; then flutter pub get; else dart pub get; fi`,
  "Podfile.lock": "pod install",
  "flake.lock": "nix --extra-experimental-features 'nix-command flakes' flake lock",
  "packages.lock.json": "dotnet restore --force-evaluate",
};

/** Both sides' lines together are what `go mod tidy` takes best: it keeps the newest of each and drops what nobody needs. */
const FROM_BOTH = new Set(["go.sum", "go.mod"]);

/** How the file is written anew; null: it is not generated, as far as the tables know. The config's own words go first, and run at the root. */
export function recipeFor(path: string, regenerate: Readonly<Record<string, string>>): Recipe | null {
  const named = Object.entries(regenerate).find(
    ([pattern]) => pattern === path || matchesGlob(path, pattern),
  );
  if (named !== undefined) return { text: named[1], folder: ".", from: "base" };
  const name = basename(path);
  const text = Object.hasOwn(TOOLS, name) ? TOOLS[name] : undefined;
  if (text === undefined) return null;
  return { text, folder: dirname(path), from: FROM_BOTH.has(name) ? "both" : "base" };
}
