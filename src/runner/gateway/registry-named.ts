/** A registry as a file of the repository names it, and which of these the gateway can use. */
import { isGitHubHost, isModelHost } from "./barred-host.ts";
import type { Registry } from "./gateway.ts";

export interface Named {
  kind: Registry["kind"];
  url: string;
  /** What the package manager calls it: a scope, a source, an id; null: it has no name. */
  name: string | null;
  /** Whether it takes the place of the one that everybody uses. */
  isDefault: boolean;
}

export type Usable = { kind: "base"; base: string } | { kind: "unusable"; why: string };

/** `servers`: hosts of GitHub itself, such as a GitHub Enterprise Server. */
export function usableBase(text: string, servers: readonly string[]): Usable {
  const unusable = (why: string): Usable => ({ kind: "unusable", why });
  if (text.includes("${")) return unusable("has a variable in it, which is not filled in");
  const url = URL.parse(text.replace(/^sparse\+/, ""));
  if (url === null) return unusable("is no address");
  if (url.username !== "" || url.password !== "")
    return unusable("carries a name or a password; give its token to the workflow instead");
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname)))
    return unusable("does not begin with https://");
  if (isModelHost(url.hostname)) return unusable("is the host of a model");
  if (isGitHubHost(url.hostname, servers)) return unusable("is a host of GitHub");
  if (url.search !== "") return unusable("has a query");
  return { kind: "base", base: `${url.origin}${url.pathname}`.replace(/\/+$/, "") };
}

function isLoopback(host: string): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(host);
}
