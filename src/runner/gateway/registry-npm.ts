/** Which registries the files of npm, yarn, pnpm and bun name. */
import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import type { Named } from "./registry-named.ts";

/** `.npmrc`: `key = value`, where the last value of a key counts. */
export function fromNpmrc(text: string): Named[] {
  const pairs = [...text.matchAll(/^\s*(?<key>@[^\s:=]+:registry|registry)\s*=\s*(?<value>\S+)\s*$/gm)];
  return lastOf(pairs.map(({ groups }) => [groups?.["key"] ?? "", unquoted(groups?.["value"] ?? "")]));
}

/** The `.yarnrc` of yarn 1: `key value`, each in quotes or not. */
export function fromYarnrc(text: string): Named[] {
  const pairs = [
    ...text.matchAll(/^\s*"?(?<key>@[^\s:"]+:registry|registry)"?\s+"?(?<value>[^\s"]+)"?\s*$/gm),
  ];
  return lastOf(pairs.map(({ groups }) => [groups?.["key"] ?? "", groups?.["value"] ?? ""]));
}

/** The `yarn.lock` of yarn 1, to which it keeps: the hosts that packages were taken from, where those are all of an address. */
export function fromYarnLock(text: string): Named[] {
  const hosts = [...text.matchAll(/^ {2}resolved "https:\/\/(?<host>[^/"]+)\//gm)];
  const named = new Set(hosts.map(({ groups }) => `https://${groups?.["host"] ?? ""}`));
  return [...named].slice(0, 5).map((url) => ({ kind: "npm", url, name: null, isDefault: false }));
}

const Yarn = z.object({
  npmRegistryServer: z.string().optional(),
  npmScopes: z.record(z.string(), z.object({ npmRegistryServer: z.string().optional() })).default({}),
});

export function fromYarnYaml(text: string): Named[] {
  const { npmRegistryServer, npmScopes } = Yarn.parse(parseYaml(text) ?? {});
  const scopes = Object.entries(npmScopes).flatMap(([scope, settings]) =>
    settings.npmRegistryServer === undefined ? [] : [named(`@${scope}`, settings.npmRegistryServer)],
  );
  return [...(npmRegistryServer === undefined ? [] : [named("default", npmRegistryServer)]), ...scopes];
}

const Pnpm = z.object({ registries: z.record(z.string(), z.string()).default({}) });

export function fromPnpmYaml(text: string): Named[] {
  return Object.entries(Pnpm.parse(parseYaml(text) ?? {}).registries).map(([name, url]) => named(name, url));
}

const BunRegistry = z.union([z.string(), z.object({ url: z.string() }).transform(({ url }) => url)]);
const Bun = z.object({
  install: z
    .object({ registry: BunRegistry.optional(), scopes: z.record(z.string(), BunRegistry).default({}) })
    .default({ scopes: {} }),
});

export function fromBunfig(text: string): Named[] {
  const { registry, scopes } = Bun.parse(parseToml(text)).install;
  return [
    ...(registry === undefined ? [] : [named("default", registry)]),
    ...Object.entries(scopes).map(([scope, url]) => named(`@${scope.replace(/^@/, "")}`, url)),
  ];
}

function lastOf(pairs: readonly (readonly [string, string])[]): Named[] {
  return [...new Map(pairs)].map(([key, url]) =>
    named(key === "registry" ? "default" : (key.split(":")[0] ?? ""), url),
  );
}

/** `name`: a scope, or `default`. */
function named(name: string, url: string): Named {
  const isDefault = name === "default";
  return { kind: "npm", url, name: isDefault ? null : name, isDefault };
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/, "$2");
}
