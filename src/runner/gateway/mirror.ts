/** Package registries as a sandbox sees them: read-only, with addresses too short and too few to carry anything out. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Registry } from "./gateway.ts";
import { passOn, sayWhy, textOf } from "./mirror-answer.ts";
import { crateAddress, crateTemplate, isCratePath, mirroredConfig } from "./mirror-cargo.ts";
import { isIntercepted } from "./mirror-hosts.ts";
import { openLinkBook, pathBelow } from "./mirror-links.ts";
import { countMisses, type Misses } from "./mirror-misses.ts";
import { readHostWish, readWish, type Refusal, type Wish } from "./mirror-request.ts";
import { linksOf, MOST_MISSES } from "./mirror-rules.ts";
import { openMirrorUpstream, type Asked, type MirrorUpstream } from "./mirror-upstream.ts";
import type { Place } from "./place.ts";

export interface Mirror {
  /** Answers a request below `/registry/`; never throws, whatever was asked. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** The same for a client that takes the mirror for a registry's own host. */
  answerAs(host: string, request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): void;
}

/** What was given to the client; null: the answer itself. */
type Outcome = Refusal | { kind: "failure"; status: number; why: string } | null;

/** Milliseconds for one answer, however steadily it drips. */
const LONGEST = 30 * 60_000;

export function openMirror(place: Place, upstream: MirrorUpstream = openMirrorUpstream()): Mirror {
  const links = openLinkBook();
  const templates = new Map<string, string>();
  const misses = new Map<string, Misses>(
    place.registries.map(({ mount }) => [mount, countMisses(MOST_MISSES)]),
  );

  async function carryOut(
    wish: Wish | Refusal,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const left = new AbortController();
    response.on("close", () => left.abort());
    const signal = AbortSignal.any([left.signal, AbortSignal.timeout(LONGEST)]);
    try {
      const outcome = wish.kind === "wish" ? await counted(wish, response, signal) : wish;
      if (outcome?.kind === "failure") sayWhy(request, response, outcome);
      if (outcome?.kind === "refusal") {
        place.record.refused(outcome.host, outcome.why);
        sayWhy(request, response, { status: 403, why: `${outcome.host}: ${outcome.why}` });
      }
    } catch (error) {
      // A stream that has begun can only be broken off; all else is said.
      if (response.headersSent) response.destroy();
      else
        sayWhy(request, response, { status: 502, why: `the registry's answer broke off: ${String(error)}` });
    }
  }

  async function counted(wish: Wish, response: ServerResponse, signal: AbortSignal): Promise<Outcome> {
    const { host } = new URL(wish.registry.base);
    const counter = misses.get(wish.registry.mount);
    const known = counter?.known(wish.path) ?? null;
    if (known !== null) return { kind: "failure", status: known, why: `${host} answered ${known} before` };
    if (counter?.begin() === false)
      return { kind: "refusal", host, why: `${MOST_MISSES} of its addresses failed, so no more are tried` };
    let status: number | null = null;
    try {
      const outcome = await serve(wish, response, signal);
      status = outcome?.kind === "failure" ? outcome.status : null;
      return outcome;
    } finally {
      counter?.end(wish.path, status);
    }
  }

  async function serve(wish: Wish, response: ServerResponse, signal: AbortSignal): Promise<Outcome> {
    const { registry, path, method, headers, front } = wish;
    if (registry.kind === "cargo" && path === "config.json" && wish.direct === null) {
      response.setHeader("content-type", "application/json");
      response.end(mirroredConfig(front, registry.mount));
      return null;
    }
    const url = wish.direct ?? (await addressOf(wish, signal));
    if (!(url instanceof URL)) return url;
    const asked = await upstream.ask({ registry, url, method, headers, signal });
    if (asked.kind !== "answer") return unanswered(asked);
    for (const used of asked.hosts) place.record.used(used);
    const { statusCode: status = 502, headers: answered } = asked.response;
    if (status >= 400) {
      asked.response.destroy();
      return { kind: "failure", status, why: `${asked.url.host} answers ${status}` };
    }
    await passOn(asked.response, response, {
      links:
        wish.isFile || wish.direct !== null
          ? null
          : linksOf(registry.kind, path, answered["content-type"] ?? ""),
      rewrite: (link) => {
        const own = isLeft(wish, link) ? null : links.toMirror(registry, link, asked.url);
        return own === null ? null : `${front}${own}`;
      },
      isHead: method === "HEAD",
    });
    return null;
  }

  /** The address upstream. */
  async function addressOf({ registry, path, isFile }: Wish, signal: AbortSignal): Promise<URL | Outcome> {
    const { host } = new URL(registry.base);
    if (isFile)
      return links.toFile(registry, path) ?? { kind: "refusal", host, why: "it has named no such file" };
    if (!isCratePath(path)) return new URL(`${registry.base}/${path}`);
    const template = templates.get(registry.mount) ?? (await readTemplate(registry, signal));
    if (template === null)
      return { kind: "failure", status: 502, why: `${host} has no readable config.json` };
    templates.set(registry.mount, template);
    const named = crateAddress(template, path);
    return named ?? { kind: "failure", status: 502, why: `${host} does not say where its crates lie` };
  }

  async function readTemplate(registry: Registry, signal: AbortSignal): Promise<string | null> {
    const url = new URL(`${registry.base}/config.json`);
    const asked = await upstream.ask({ registry, url, method: "GET", headers: {}, signal });
    if (asked.kind !== "answer") return null;
    const text = await textOf(asked.response);
    return text === null ? null : crateTemplate(text);
  }

  return {
    answer: (request, response) => carryOut(readWish(request, place), request, response),
    answerAs: (host, request, response) => carryOut(readHostWish(request, host, place), request, response),
    close: () => upstream.close(),
  };
}

function unanswered(asked: Exclude<Asked, { kind: "answer" }>): Outcome {
  const { host, why } = asked;
  if (asked.kind === "refused") return { kind: "refusal", host, why };
  return { kind: "failure", status: 502, why: `${host} cannot be reached: ${why}` };
}

/**
 * npm and yarn 1 write a package's address into their lock files as the registry tells it. So they must be told the true one, or a mirror's
 * would end up in the repository. npm turns it to the registry that it is set to whenever it reads it (`replace-registry-host`); yarn goes
 * to that host and finds the mirror all the same.
 */
function isLeft({ registry, client }: Wish, link: string): boolean {
  const isNpm = client.startsWith("npm/") && registry.mount === "npm";
  const isYarn = client.startsWith("yarn/1.") && isIntercepted(registry);
  const url = URL.parse(link);
  return registry.kind === "npm" && (isNpm || isYarn) && url !== null && pathBelow(registry, url) !== null;
}
