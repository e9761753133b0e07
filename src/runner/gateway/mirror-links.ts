/** Turns the addresses that a registry's answers name into addresses of the mirror, and such an address back into the one it stands for. */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { Transform } from "node:stream";
import { isGitHubHost, isModelHost } from "./barred-host.ts";
import type { Registry } from "./gateway.ts";
import { isPathOf, LONGEST_LINK, type Links } from "./mirror-rules.ts";

export interface LinkBook {
  /** What the mirror calls `link`, which stands in the answer at `page`: an address below its own; null: it is left as it is. */
  toMirror(registry: Registry, link: string, page: URL): string | null;
  /** What `/registry/<mount>-files/<rest>` stands for; null: the registry has named no such address. */
  toFile(registry: Registry, rest: string): URL | null;
}

const FILE = /^(?<code>[\w-]{22})\/(?<place>[\w-]+)\/(?<name>[^/]*)$/;
const METADATA = ".metadata";

/**
 * A file's address carries a code that only this gateway can make. So nothing is remembered, and beside a registry nothing can be read but
 * what the registry itself has named.
 */
export function openLinkBook(): LinkBook {
  const key = randomBytes(32);
  const codeOf = (mount: string, url: string): string =>
    createHmac("sha256", key).update(`${mount}\n${url}`).digest("base64url").slice(0, 22);

  return {
    toMirror: (registry, link, page) => {
      const url = URL.parse(link, page.href);
      if (url === null || !isReadable(registry, url)) return null;
      const { hash } = url;
      url.hash = "";
      const below = pathBelow(registry, url);
      if (below !== null) return `/registry/${registry.mount}/${below}${hash}`;
      const name = url.pathname.split("/").at(-1) ?? "";
      // Whole, for clients write the characters of an address in their own ways. They want its last part to be the file's name.
      const place = `${codeOf(registry.mount, url.href)}/${Buffer.from(url.href).toString("base64url")}`;
      return `/registry/${registry.mount}-files/${place}/${name}${hash}`;
    },
    toFile: (registry, rest) => {
      const { code, place, name } = FILE.exec(rest)?.groups ?? {};
      if (code === undefined || place === undefined || name === undefined) return null;
      const url = URL.parse(Buffer.from(place, "base64url").toString("utf8"));
      if (url === null || !isSame(code, codeOf(registry.mount, url.href))) return null;
      // Beside each file of a Python index lies its metadata (PEP 658), whose address is not written out.
      if (name.endsWith(METADATA) && !url.pathname.endsWith(METADATA)) url.pathname += METADATA;
      return url;
    },
  };
}

/** The path of an address below its registry; null: it lies elsewhere, or is none that this kind of registry has. */
export function pathBelow(registry: Registry, url: URL): string | null {
  const base = new URL(registry.base);
  const folder = base.pathname.replace(/\/$/, "");
  if (url.origin !== base.origin || url.search !== "" || !url.pathname.startsWith(`${folder}/`)) return null;
  const path = url.pathname.slice(folder.length + 1);
  return isPathOf(registry.kind, path) ? path : null;
}

/** Rewrites every link of a text as it flows by, in memory of a few pages however long it is. `rewrite` gives null for what stays. */
export function rewriteLinks(links: Links, rewrite: (link: string) => string | null): Transform {
  let held = "";
  const rewritten = (text: string): string =>
    text.replace(links.pattern, (whole: string, link: string) => {
      const mirrored = rewrite(decoded(link, links.written));
      return mirrored === null ? whole : whole.replace(link, () => encoded(mirrored, links.written));
    });
  return new Transform({
    // One character for each byte: whatever the text's own encoding, all of it comes out as it went in.
    transform(chunk: Buffer, _, done) {
      held += chunk.toString("latin1");
      const end = endOfWhole(held, links.pattern);
      const ready = held.slice(0, end);
      held = held.slice(end);
      done(null, Buffer.from(rewritten(ready), "latin1"));
    },
    flush(done) {
      done(null, Buffer.from(rewritten(held), "latin1"));
    },
  });
}

/** Up to where no link can begin that is not yet whole. */
function endOfWhole(text: string, pattern: RegExp): number {
  const safe = Math.max(0, text.length - LONGEST_LINK - 64);
  const ends = [...text.matchAll(pattern)].map((match) => match.index + match[0].length);
  return Math.max(safe, ends.at(-1) ?? 0);
}

function isReadable(registry: Registry, url: URL): boolean {
  if (url.href.length > LONGEST_LINK || url.username !== "" || url.password !== "") return false;
  if (isModelHost(url.hostname) || isGitHubHost(url.hostname)) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && registry.base.startsWith("http:"));
}

function decoded(link: string, written: Links["written"]): string {
  if (written === "html") return link.replaceAll("&amp;", "&");
  return link.replaceAll(String.raw`\/`, "/");
}

function encoded(link: string, written: Links["written"]): string {
  return written === "html" ? link.replaceAll("&", "&amp;").replaceAll('"', "&quot;") : link;
}

function isSame(left: string, right: string): boolean {
  return left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));
}
