/** Which hosts a mirror stands for, when a package manager insists on a registry's own address, and what may be asked of them. */
import type { Registry } from "./gateway.ts";
import { isPathOf, LONGEST_PATH } from "./mirror-rules.ts";

type Kind = Registry["kind"];

/** Where such registries keep their files, and how a file's path looks there. */
const FILES: Record<string, { kind: Kind; path: RegExp }> = {
  "files.pythonhosted.org": {
    kind: "pypi",
    path: /^packages\/[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{60}\/[\w.+!-]+$/,
  },
};

/** Paths on a registry's own host that lie beside the registry: packages' files, and what poetry asks the Python index. */
const BESIDE: Partial<Record<Kind, RegExp>> = {
  npm: /^[\w.~@+/-]+\.tgz$/,
  pypi: /^pypi\/[\w.-]+(?:\/[\w.+!-]+)?\/json$|^[\w.~@+!/-]+\.(?:whl|tar\.gz|zip)(?:\.metadata)?$/,
};

/** Whether a mirror stands for the registry's own host too: it does for those that are reached at the port of https. */
export function isIntercepted({ base }: Registry): boolean {
  const { protocol, port } = new URL(base);
  return protocol === "https:" && port === "";
}

/** All hosts that the mirrors of these registries stand for. */
export function hostsOf(registries: readonly Registry[]): string[] {
  const own = registries.filter(isIntercepted).map(({ base }) => new URL(base).hostname);
  const used = new Set(registries.map(({ kind }) => kind));
  const files = Object.entries(FILES).filter(([, { kind }]) => used.has(kind));
  return [...new Set([...own, ...files.map(([host]) => host)])];
}

/** The address that a path on such a host stands for, and whose registry's it is; null: there may be none such. */
export function addressAt(
  registries: readonly Registry[],
  host: string,
  path: string,
): { registry: Registry; url: URL } | null {
  const file = FILES[host];
  const owner = registries.find(({ kind }) => kind === file?.kind);
  if (file !== undefined && owner !== undefined && file.path.test(path))
    return { registry: owner, url: new URL(`https://${host}/${path}`) };
  for (const registry of registries) {
    const base = new URL(registry.base);
    if (base.hostname !== host) continue;
    const folder = base.pathname.replace(/^\//, "").replace(/\/?$/, "/").replace(/^\/$/, "");
    const below = path.startsWith(folder) ? path.slice(folder.length) : null;
    if (below !== null && isPathOf(registry.kind, below))
      return { registry, url: new URL(`${registry.base}/${below}`) };
    const isBeside = path.length <= LONGEST_PATH && !path.split("/").includes("..");
    if (isBeside && BESIDE[registry.kind]?.test(path) === true)
      return { registry, url: new URL(`${base.origin}/${path}`) };
  }
  return null;
}
