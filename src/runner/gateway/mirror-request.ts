/** Reads what a request to the mirror asks for, and refuses all that could carry something out. */
import type { IncomingMessage } from "node:http";
import type { Registry } from "./gateway.ts";
import { isCratePath } from "./mirror-cargo.ts";
import { addressAt } from "./mirror-hosts.ts";
import { pathBelow } from "./mirror-links.ts";
import { acceptFor, isPathOf, LONGEST_LINK, LONGEST_PATH } from "./mirror-rules.ts";
import { GATEWAY_PORT } from "../sandbox/sandbox.ts";
import type { Place } from "./place.ts";

/** What one request asks for, once it is known to be allowed. */
export interface Wish {
  kind: "wish";
  registry: Registry;
  method: "GET" | "HEAD";
  /** Below the registry; for a file beside it, its code and address. */
  path: string;
  isFile: boolean;
  /** What was asked for by the registry's own address; null: it was asked for by the mirror's. */
  direct: URL | null;
  /** All that goes on of the request's headers. */
  headers: Record<string, string>;
  /** As the client calls itself; it goes no further. */
  client: string;
  /** How the client reaches the gateway, for the addresses in answers; without a slash at the end. */
  front: string;
}

/** A request that is not passed on: `host` is recorded, `why` is told to whoever asked. */
export interface Refusal {
  kind: "refusal";
  host: string;
  why: string;
}

/** A link in base64, its code and the file's name once more. */
const LONGEST_FILE = 3 * LONGEST_LINK;

export function readWish(request: IncomingMessage, place: Place): Wish | Refusal {
  const address = request.url ?? "";
  const [whole = "", query] = address.split("?", 2);
  const { mount = "", files, path: below = "" } = parts(whole);
  const registry = place.registries.find((one) => one.mount === mount);
  if (registry === undefined)
    return { kind: "refusal", host: "registry", why: `there is none called ${mount}` };
  const isFile = files !== undefined;
  const path = isFile ? below : withoutFolder(registry, below);
  const { host } = new URL(registry.base);
  const why =
    refusal(request, place) ?? (isFile ? fileRefusal(path, query) : pathRefusal(registry, path, query));
  if (why !== null) return { kind: "refusal", host, why };
  return {
    kind: "wish",
    registry,
    method: request.method === "HEAD" ? "HEAD" : "GET",
    path,
    isFile,
    direct: null,
    headers: headersFor(request, registry, isFile),
    client: request.headers["user-agent"] ?? "",
    front: `http://${frontOf(request)}`,
  };
}

/** As `readWish`, of a client that takes the mirror for the registry's own host. */
export function readHostWish(request: IncomingMessage, host: string, place: Place): Wish | Refusal {
  const [whole = "", query] = (request.url ?? "").split("?", 2);
  const why = refusal(request, place) ?? (query === undefined ? null : "an address with a query is refused");
  if (why !== null) return { kind: "refusal", host, why };
  const found = addressAt(place.registries, host, whole.replace(/^\//, ""));
  if (found === null)
    return { kind: "refusal", host, why: "it has no such address that a package manager asks for" };
  const { registry, url } = found;
  return {
    kind: "wish",
    registry,
    method: request.method === "HEAD" ? "HEAD" : "GET",
    path: url.href,
    isFile: false,
    direct: url,
    headers: headersFor(request, registry, pathBelow(registry, url) === null),
    client: request.headers["user-agent"] ?? "",
    front: `http://${frontOf(request)}`,
  };
}

/** `/registry/<mount>/<path>`, or `/registry/<mount>-files/<path>` for what a registry keeps elsewhere. */
function parts(whole: string): { [name: string]: string | undefined } {
  const below =
    /^\/registry\/(?<mount>[a-z0-9]+(?:-(?!files\/)[a-z0-9]+)*)(?<files>-files)?\/(?<path>.*)$/.exec(whole);
  return below?.groups ?? {};
}

/** A client on this machine by whatever port it has; whatever else is claimed, the port that there is in a sandbox. */
function frontOf({ headers }: IncomingMessage): string {
  const own = /^(?:127\.0\.0\.1|localhost):\d{1,5}$/.exec(headers.host ?? "");
  return own === null ? `127.0.0.1:${GATEWAY_PORT}` : own[0];
}

/** npm turns an address of its lock file to the mirror by the host alone, so the registry's own folder can stand in it once more. */
function withoutFolder({ base }: Registry, path: string): string {
  const folder = new URL(base).pathname.replace(/^\/|\/$/g, "");
  return folder !== "" && path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}

function refusal({ method, headers }: IncomingMessage, place: Place): string | null {
  if (method !== "GET" && method !== "HEAD") return `${method} is refused: a registry can only be read`;
  const length = headers["content-length"];
  if ((length !== undefined && length !== "0") || headers["transfer-encoding"] !== undefined)
    return "a request with a body is refused: a registry can only be read";
  if (!place.isOpen()) return "registries are closed in this part of the attempt";
  return null;
}

function pathRefusal(registry: Registry, path: string, query: string | undefined): string | null {
  if (query !== undefined) return "an address with a query is refused";
  if (path.length > LONGEST_PATH) return `an address of more than ${LONGEST_PATH} characters is refused`;
  if (isPathOf(registry.kind, path) || (registry.kind === "cargo" && isCratePath(path))) return null;
  return `a registry of ${registry.kind} has no such address`;
}

function fileRefusal(path: string, query: string | undefined): string | null {
  if (query !== undefined) return "an address with a query is refused";
  return path.length > LONGEST_FILE ? "its address is too long" : null;
}

/** Each in the gateway's own words or of a narrow form: what a client writes could say anything. */
function headersFor(
  { headers }: IncomingMessage,
  registry: Registry,
  isFile: boolean,
): Record<string, string> {
  const kept: Record<string, string> = {
    accept: isFile ? "*/*" : acceptFor(registry.kind, headers.accept ?? ""),
  };
  const range = /^bytes=\d{0,12}-\d{0,12}$/.exec(headers.range ?? "");
  if (range !== null) kept["range"] = range[0];
  const tag = /^(?:W\/)?"[\w+/=:.-]{1,80}"$/.exec(headers["if-none-match"] ?? "");
  if (tag !== null) kept["if-none-match"] = tag[0];
  const since = Date.parse(headers["if-modified-since"] ?? "");
  if (!Number.isNaN(since)) kept["if-modified-since"] = new Date(since).toUTCString();
  // What is rewritten must be read; a file must come as it lies there.
  kept["accept-encoding"] = isFile || range !== null ? "identity" : "gzip, identity;q=0.5";
  return kept;
}
