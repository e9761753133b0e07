/** Which package registries a repository uses: those that its base's files name, else those that everybody uses. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { blobContents, blobSizes } from "../git/blobs.ts";
import { git } from "../git/git.ts";
import type { Registry } from "./gateway.ts";
import { fromCargoConfig, fromGemfile, fromGoEnv, fromGradle, fromMavenXml } from "./registry-compiled.ts";
import { usableBase, type Named } from "./registry-named.ts";
import {
  fromBunfig,
  fromNpmrc,
  fromPnpmYaml,
  fromYarnLock,
  fromYarnrc,
  fromYarnYaml,
} from "./registry-npm.ts";
import { fromPipConf, fromPipfile, fromPyproject, fromRequirements, fromUvToml } from "./registry-python.ts";

export interface ConfiguredRegistry extends Registry {
  /** What package managers call it: scopes of npm, names of sources, ids of repositories. */
  names: string[];
  /** Whether packages come from it when nothing else is said. */
  isDefault: boolean;
}

/** A private registry's address and the header `authorization` that it wants. */
export interface RegistryCredential {
  base: string;
  authorization: string;
}

export interface RegistriesOptions {
  /** The agent's clone; only its store is read. */
  clone: string;
  /** The base's commit. */
  base: string;
  tokens: readonly RegistryCredential[];
  /** Hosts of GitHub itself, beside github.com. */
  servers?: readonly string[];
  /** The address of npm's own default registry; null: it is not known. Asked only where npm is used. */
  npmDefault?: () => Promise<string | null>;
  /** Told what is named and cannot be used, a sentence each. */
  say?: (sentence: string) => void;
}

type Kind = Registry["kind"];

const MOST_FILES = 100;
const MOST_BYTES = 2 * 1024 * 1024;
const MOST_REGISTRIES = 24;

/** Folders that hold other people's files, or files for tests. */
const FOREIGN = /(?:^|\/)(?:node_modules|vendor|third_party|testdata|fixtures|__fixtures__)\//;

/** Files that show that a kind is used, and how those are read that name registries. */
const FILES: readonly { kind: Kind; path: RegExp; read: ((text: string) => Named[]) | null }[] = [
  { kind: "npm", path: /(?:^|\/)package\.json$/, read: null },
  { kind: "npm", path: /(?:^|\/)\.npmrc$/, read: fromNpmrc },
  { kind: "npm", path: /(?:^|\/)\.yarnrc$/, read: fromYarnrc },
  { kind: "npm", path: /(?:^|\/)yarn\.lock$/, read: fromYarnLock },
  { kind: "npm", path: /(?:^|\/)\.yarnrc\.yml$/, read: fromYarnYaml },
  { kind: "npm", path: /(?:^|\/)pnpm-workspace\.yaml$/, read: fromPnpmYaml },
  { kind: "npm", path: /(?:^|\/)bunfig\.toml$/, read: fromBunfig },
  { kind: "pypi", path: /(?:^|\/)(?:setup\.py|setup\.cfg)$/, read: null },
  { kind: "pypi", path: /(?:^|\/)pip\.(?:conf|ini)$/, read: fromPipConf },
  {
    kind: "pypi",
    path: /(?:^|\/)requirements[^/]*\.(?:txt|in)$|(?:^|\/)requirements\/[^/]+\.(?:txt|in)$/,
    read: fromRequirements,
  },
  { kind: "pypi", path: /(?:^|\/)pyproject\.toml$/, read: fromPyproject },
  { kind: "pypi", path: /(?:^|\/)uv\.toml$/, read: fromUvToml },
  { kind: "pypi", path: /(?:^|\/)Pipfile$/, read: fromPipfile },
  { kind: "go", path: /(?:^|\/)go\.(?:mod|work)$/, read: null },
  { kind: "go", path: /(?:^|\/)go\.env$/, read: fromGoEnv },
  { kind: "cargo", path: /(?:^|\/)Cargo\.toml$/, read: null },
  { kind: "cargo", path: /(?:^|\/)\.cargo\/config(?:\.toml)?$/, read: fromCargoConfig },
  { kind: "maven", path: /(?:^|\/)(?:pom|settings)\.xml$/, read: fromMavenXml },
  { kind: "maven", path: /(?:^|\/)(?:build|settings)\.gradle(?:\.kts)?$/, read: fromGradle },
  { kind: "gem", path: /(?:^|\/)[^/]+\.gemspec$/, read: null },
  { kind: "gem", path: /(?:^|\/)(?:Gemfile|gems\.rb)$/, read: fromGemfile },
];

/** Where everybody's packages lie. npm's is asked of npm itself. */
const DEFAULTS: Record<Exclude<Kind, "npm">, string> = {
  pypi: "https://pypi.org/simple",
  go: "https://proxy.golang.org",
  cargo: "https://index.crates.io",
  maven: "https://repo.maven.apache.org/maven2",
  gem: "https://rubygems.org",
};

/**
 * Reads the base's commit through git's store: the files that lie in the clone may be the agent's. Kinds of which the repository has no
 * file have no registry.
 */
export async function registriesOf(options: RegistriesOptions): Promise<ConfiguredRegistry[]> {
  const { clone, base, tokens, servers = [], npmDefault = askNpm, say = () => {} } = options;
  const files = await readFiles(join(clone, ".git"), base);
  const named = files.flatMap((file) => namedBy(file, say));
  const found: ConfiguredRegistry[] = [];
  for (const kind of new Set(files.map((file) => file.kind))) {
    const own = merged(
      named.filter((one) => one.kind === kind),
      { servers, say },
    );
    if (own.every(({ isDefault }) => !isDefault)) {
      const url = kind === "npm" ? await npmDefault() : DEFAULTS[kind];
      if (url === null) say("npm is not on this machine, so its default registry is not known.");
      else own.unshift(...merged([{ kind, url, name: null, isDefault: true }], { servers, say }));
    }
    found.push(...own.toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault)).map(mounted));
  }
  return withTokens(found.slice(0, MOST_REGISTRIES), tokens);
}

/** Each registry gets the token of the longest address which its own begins with. */
function withTokens(
  registries: readonly ConfiguredRegistry[],
  tokens: readonly RegistryCredential[],
): ConfiguredRegistry[] {
  return registries.map((registry) => {
    const fitting = tokens.filter(({ base }) =>
      `${registry.base}/`.startsWith(`${base.replace(/\/+$/, "")}/`),
    );
    const [closest] = fitting.toSorted((a, b) => b.base.length - a.base.length);
    return closest === undefined ? registry : { ...registry, authorization: closest.authorization };
  });
}

interface ReadFile {
  kind: Kind;
  path: string;
  text: string;
  read: ((text: string) => Named[]) | null;
}

/** The files nearest to the root first. */
async function readFiles(dir: string, base: string): Promise<ReadFile[]> {
  const listing = await git(["ls-tree", "-r", "-z", "--full-tree", base], { dir });
  const entries = listing.split("\0").flatMap((line) => {
    const { oid, path } = /^100\d{3} blob (?<oid>[0-9a-f]+)\t(?<path>.+)$/s.exec(line)?.groups ?? {};
    const known =
      path === undefined || FOREIGN.test(path) ? undefined : FILES.find((file) => file.path.test(path));
    return oid === undefined || path === undefined || known === undefined ? [] : [{ ...known, oid, path }];
  });
  const sorted = entries.toSorted((a, b) => a.path.split("/").length - b.path.split("/").length);
  const readable = sorted.filter(({ read }) => read !== null).slice(0, MOST_FILES);
  const sizes = await blobSizes(dir, [...new Set(readable.map(({ oid }) => oid))]);
  for (const [oid, size] of sizes) if (size > MOST_BYTES) sizes.delete(oid);
  const contents = await blobContents(dir, sizes);
  return sorted.map(({ kind, path, oid, read }) => ({
    kind,
    path,
    text: contents.get(oid)?.toString("utf8") ?? "",
    read,
  }));
}

function namedBy({ path, text, read }: ReadFile, say: (sentence: string) => void): Named[] {
  if (read === null || text === "") return [];
  try {
    return read(text);
  } catch (error) {
    const [why] = (error instanceof Error ? error.message : String(error)).split("\n");
    say(`${path} cannot be read: ${why}`);
    return [];
  }
}

/** One for each address. Of those that want to be the default the first counts; go alone asks one after the other. */
function merged(
  named: readonly Named[],
  { servers, say }: { servers: readonly string[]; say: (sentence: string) => void },
): ConfiguredRegistry[] {
  const byBase = new Map<string, ConfiguredRegistry>();
  let hasDefault = false;
  for (const { kind, url, name, isDefault } of named) {
    const usable = usableBase(url, servers);
    if (usable.kind === "unusable") {
      say(`A registry of ${kind} cannot be used: its address ${usable.why}.`);
      continue;
    }
    const known = byBase.get(usable.base);
    const one = known ?? {
      kind,
      mount: kind,
      base: usable.base,
      authorization: null,
      names: [],
      isDefault: false,
    };
    if (name !== null && !one.names.includes(name)) one.names.push(name);
    if (isDefault && (!hasDefault || kind === "go")) {
      one.isDefault = true;
      hasDefault = true;
    }
    byBase.set(usable.base, one);
  }
  return [...byBase.values()];
}

/** The default is called as its kind is: `npm`; others `npm-2` and so on. */
function mounted(registry: ConfiguredRegistry, index: number): ConfiguredRegistry {
  const isPlain = index === 0 && registry.isDefault;
  return { ...registry, mount: isPlain ? registry.kind : `${registry.kind}-${index + 1}` };
}

/** npm knows its own default, and what the machine's owner has set instead. */
async function askNpm(): Promise<string | null> {
  const { PATH = "", HOME = "/" } = process.env;
  try {
    const { stdout } = await promisify(execFile)("npm", ["config", "get", "registry"], {
      cwd: "/",
      env: { PATH, HOME },
      timeout: 60_000,
    });
    return stdout.trim();
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}
