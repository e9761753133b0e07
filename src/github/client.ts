/** The client of one installation: every request has a timeout, reads are tried again, writes never, limits are thrown. */
import { setTimeout as wait } from "node:timers/promises";
import { RequestError } from "@octokit/request-error";
import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { Instant } from "../domain/task.ts";
import {
  Forbidden,
  GraphqlFailure,
  GraphqlProblem,
  isUnanswered,
  RateLimited,
  statusOf,
  Unreachable,
} from "./failure.ts";
import { tokenOf, type Token } from "./grant.ts";
import { createPace } from "./pace.ts";

/** An Octokit whose requests go through `connect`. `token` null: it does not speak as an installation. */
export interface Client extends Pick<Octokit, "request" | "hook"> {
  token: Token | null;
}

/** Where a repository is found; the id decides, names can change. */
export interface RepositoryKey {
  id: number;
  owner: string;
  name: string;
}

const TIMEOUT_MILLISECONDS = 10_000;
const READS = 3;
/** When GitHub names no time (its advice: at least a minute). */
const FALLBACK_SECONDS = 60;

/**
 * Gives an Octokit GZA's manners. Its own retry and throttling plugins must be off: they repeat writes and sleep.
 * `installation`: the one that its token belongs to; null: none.
 */
export function connect(
  octokit: Pick<Octokit, "request" | "hook" | "auth">,
  installation: number | null = null,
): Client {
  // An Enterprise Server has no limits unless its administrator sets some, and then it says so as github.com does.
  const isPublic = octokit.request.endpoint.DEFAULTS.baseUrl === "https://api.github.com";
  const pace = isPublic ? createPace() : createPace(Number.POSITIVE_INFINITY);
  const token = installation === null ? null : translated(tokenOf(octokit, installation));
  octokit.hook.wrap("request", (request, options) => {
    async function once() {
      const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
      try {
        return await request({ ...options, request: { ...options.request, signal } });
      } catch (error) {
        throw translate(error, `${options.method} ${options.url}`);
      }
    }
    async function trusted() {
      try {
        return await once();
      } catch (error) {
        if (error instanceof Forbidden || statusOf(error) === 401) token?.expire();
        // A token that is refused has done nothing, so this is no repetition.
        if (token === null || statusOf(error) !== 401) throw error;
        await token.grant();
        return once();
      }
    }
    // A write that takes a new token has the turn already: its token would wait for it for ever.
    if (options.url.endsWith("/access_tokens")) return once();
    return isRead(options) ? withRetries(trusted) : pace.take(trusted);
  });
  return { request: octokit.request, hook: octokit.hook, token };
}

function translated(token: Token): Token {
  return {
    ...token,
    grant: async () => {
      try {
        return await token.grant();
      } catch (error) {
        throw translate(error, "the installation's token");
      }
    },
  };
}

/** One GraphQL request. `data` is unread, `now` GitHub's clock. Errors beside data are a failure. */
export async function graphql(
  client: Client,
  query: string,
  variables: { [name: string]: unknown },
): Promise<{ data: unknown; now: Instant }> {
  // A whole URL, not another `baseUrl`: the latter would also be where Octokit asks for the installation's token.
  const response = await client.request(`POST ${graphqlUrl(client.request.endpoint.DEFAULTS.baseUrl)}`, {
    query,
    variables,
  });
  const answer = GraphqlAnswer.parse(response.data);
  const now = instantOf(response.headers.date);
  if (answer.errors === undefined || answer.errors.length === 0) return { data: answer.data, now };
  const operation = /^\s*(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? "query";
  const failure = new GraphqlFailure(operation, answer.errors, { data: answer.data, now });
  if (answer.errors.some((problem) => problem.type === "RATE_LIMITED"))
    throw limit(response.headers, failure);
  if (!answer.errors.some((problem) => problem.type === "FORBIDDEN")) throw failure;
  client.token?.expire();
  throw new Forbidden(`GraphQL ${operation}`, failure);
}

/** GitHub's clock as an answer's `Date` header tells it: whole seconds, written as GitHub writes instants. */
export function instantOf(date: string | undefined): Instant {
  const time = date === undefined ? Number.NaN : Date.parse(date);
  return new Date(Number.isNaN(time) ? Date.now() : time).toISOString().replace(/\.\d+Z$/, "Z");
}

const GraphqlAnswer = z.looseObject({
  data: z.unknown().optional(),
  errors: z.array(GraphqlProblem).optional(),
});

/** GitHub Enterprise Server has REST under `/api/v3` and GraphQL at `/api/graphql`; github.com has both at its root. */
function graphqlUrl(baseUrl: string): string {
  return `${baseUrl.replace(/\/api\/v3\/?$/, "/api")}/graphql`;
}

function isRead(options: { method: string; url: string; query?: unknown }): boolean {
  if (options.method === "GET" || options.method === "HEAD") return true;
  return (
    options.url.endsWith("/graphql") && typeof options.query === "string" && /^\s*query\b/.test(options.query)
  );
}

async function withRetries<T>(read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await read();
    } catch (error) {
      if (attempt === READS || !isUnanswered(error)) throw error;
      await wait(250 * 2 ** attempt * (0.5 + Math.random() / 2));
    }
  }
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api: 403 or 429, with one of three signs. */
function translate(error: unknown, what: string): unknown {
  if (!(error instanceof RequestError) || error.response === undefined) return error;
  if (isCutOff(error)) return new Unreachable(error);
  if (error.status !== 403 && error.status !== 429) return error;
  const { headers } = error.response;
  const isLimited =
    error.status === 429 || headers["retry-after"] !== undefined || headers["x-ratelimit-remaining"] === "0";
  // Secondary limits may carry neither header; the same page says that only the message tells them then.
  if (isLimited || /secondary rate limit/i.test(error.message)) return limit(headers, error);
  // A missing permission has no sign of its own but these words (https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api).
  if (/resource not accessible by integration/i.test(error.message)) return new Forbidden(what, error);
  return error;
}

/** A suspended installation is told so; one that is gone has no token to give out. */
function isCutOff({ status, message, request }: RequestError): boolean {
  if (status === 403) return /installation has been suspended/i.test(message);
  return status === 404 && /\/app\/installations\/\d+\/access_tokens$/.test(request.url);
}

function limit(headers: { [name: string]: unknown }, cause: unknown): RateLimited {
  const now = Date.parse(instantOf(typeof headers.date === "string" ? headers.date : undefined));
  const after = Number(headers["retry-after"]);
  const reset = Number(headers["x-ratelimit-reset"]);
  const seconds = secondsToWait({ after, reset, now });
  return new RateLimited(new Date(now + seconds * 1000).toISOString(), seconds, cause);
}

function secondsToWait({ after, reset, now }: { after: number; reset: number; now: number }): number {
  if (after > 0) return after;
  if (reset > 0) return Math.max(1, Math.ceil(reset - now / 1000) + 1);
  return FALLBACK_SECONDS;
}
