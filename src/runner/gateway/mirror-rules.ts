/** What may be asked of each kind of registry, and which of its answers name other addresses: tables, for an address is a way out. */
import type { Registry } from "./gateway.ts";

/** Characters of a path below its registry; a longer one could carry much more than a name and a version. */
export const LONGEST_PATH = 512;

/** Distinct paths below one registry that may fail in one attempt: failing ones can be made up without end, and each tells the registry something. */
export const MOST_MISSES = 200;

/** Bytes of one answer. */
export const LARGEST_ANSWER = 1024 ** 3;

/** The longest address that is looked for in an answer, in characters. */
export const LONGEST_LINK = 2048;

/** How an address stands in a text: its group `link`, written as `html` attributes or `json` strings are. */
export interface Links {
  pattern: RegExp;
  written: "html" | "json";
}

interface Rules {
  /** All paths that are passed on; matched without the slash at the front. */
  paths: readonly RegExp[];
  /** Of these the answers that name files; null: this one names none. */
  links(path: string, contentType: string): Links | null;
  /** What is asked for as `accept`, by a word of what the client accepts; else anything. */
  accepts: readonly string[];
}

const TARBALL: Links = { pattern: /"tarball"\s*:\s*"(?<link>[^"\s]{1,2048})"/g, written: "json" };
const HTML_LINK: Links = {
  pattern: /\bhref\s*=\s*["'](?<link>[^"'\s]{1,2048})["']/gi,
  written: "html",
};
const JSON_LINK: Links = { pattern: /"url"\s*:\s*"(?<link>[^"\s]{1,2048})"/g, written: "json" };

const NO_LINKS = (): null => null;

/** A module or artifact with its folders, as go and maven write them. */
const SEGMENTS = String.raw`[\w.!~+@-]+(?:/[\w.!~+@-]+)*`;

const RULES: Record<Registry["kind"], Rules> = {
  npm: {
    paths: [
      /^(?:@[\w.~-]+(?:\/|%2f))?[\w.~-]+(?:\/[\w.+~-]+)?$/i,
      /^(?:@[\w.~-]+(?:\/|%2f))?[\w.~-]+\/-\/(?:@[\w.~-]+\/)?[\w.+~-]+\.tgz$/i,
      /^-\/ping$/,
      /^-\/npm\/v1\/keys$/,
    ],
    links: (path) => (path.endsWith(".tgz") || path.startsWith("-/") ? null : TARBALL),
    accepts: ["application/vnd.npm.install-v1+json"],
  },
  pypi: {
    paths: [/^[\w.-]+\/?$/],
    links: (_, contentType) => (contentType.includes("json") ? JSON_LINK : HTML_LINK),
    accepts: ["application/vnd.pypi.simple.v1+json", "application/vnd.pypi.simple.v1+html", "text/html"],
  },
  go: {
    paths: [
      new RegExp(`^${SEGMENTS}/@v/(?:list|v[\\w.!+-]+\\.(?:info|mod|zip))$`),
      new RegExp(`^${SEGMENTS}/@latest$`),
      /^sumdb\/[\w.-]+\/(?:supported|latest)$/,
      new RegExp(`^sumdb/[\\w.-]+/lookup/${SEGMENTS}$`),
      /^sumdb\/[\w.-]+\/tile\/\d+\/(?:data|\d+)\/(?:x\d{3}\/)*\d{3}(?:\.p\/\d+)?$/,
    ],
    links: NO_LINKS,
    accepts: [],
  },
  cargo: {
    paths: [
      /^config\.json$/,
      /^[12]\/[\w-]{1,2}$/,
      /^3\/[\w-]\/[\w-]{3}$/,
      /^[\w-]{2}\/[\w-]{2}\/[\w-]{4,64}$/,
    ],
    links: NO_LINKS,
    accepts: [],
  },
  maven: {
    paths: [
      new RegExp(
        `^${SEGMENTS}\\.(?:pom|jar|aar|war|ear|rar|nar|hpi|klib|module|xml|zip|json|so|dll|exe|asc|md5|sha1|sha256|sha512|tar\\.gz|toml)$`,
      ),
    ],
    links: NO_LINKS,
    accepts: [],
  },
  gem: {
    paths: [
      /^(?:versions|names)$/,
      /^info\/[\w.-]+$/,
      /^gems\/[\w.-]+\.gem$/,
      /^quick\/Marshal\.4\.8\/[\w.-]+\.gemspec\.rz$/,
      /^(?:latest_|prerelease_)?specs\.4\.8\.gz$/,
    ],
    links: NO_LINKS,
    accepts: [],
  },
};

/** Whether such a path is one that this kind of registry has. */
export function isPathOf(kind: Registry["kind"], path: string): boolean {
  if (path.length > LONGEST_PATH || hasDots(path)) return false;
  return RULES[kind].paths.some((pattern) => pattern.test(path));
}

export function linksOf(kind: Registry["kind"], path: string, contentType: string): Links | null {
  return RULES[kind].links(path, contentType);
}

/** The header `accept` in the gateway's own words: what a client writes could say anything. */
export function acceptFor(kind: Registry["kind"], accept: string): string {
  const known = RULES[kind].accepts.filter((word) => accept.includes(word));
  return [...known, "*/*;q=0.1"].join(", ");
}

/** Whether a path has segments that stand for other folders. */
function hasDots(path: string): boolean {
  return path.split(/\/|%2f/i).some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
}
