/** The hourly limit on REST requests of each person, installation, App and workflow token. */
import type { Caller } from "./auth.ts";
import { ApiError } from "./errors.ts";
import type { World } from "./model/world.ts";

export interface RateWindow {
  limit: number;
  used: number;
  /** When the requests come back, in milliseconds since 1970. */
  resetAt: number;
}

/** The hours that are running, by caller. */
export type RateWindows = Map<string, RateWindow>;

const HOUR = 3_600_000;
const OF_WORKFLOWS = 1000;
const OF_NOBODY = 60;

/** The caller's hour; it begins with the first request after the last one ended. */
export function windowOf(
  world: World,
  windows: RateWindows,
  { caller, limit }: { caller: Caller; limit: number },
): RateWindow {
  const key = nameOf(caller);
  const now = world.now().getTime();
  const known = windows.get(key);
  if (known && known.resetAt > now) return known;
  const fresh = { limit: limitOf(caller, limit), used: 0, resetAt: now + HOUR };
  windows.set(key, fresh);
  return fresh;
}

export function isSpent({ limit, used }: RateWindow): boolean {
  return used >= limit;
}

/** GitHub's 403; `x-ratelimit-remaining: 0` on the answer tells it from other refusals. */
export function spentError(caller: Caller): ApiError {
  return new ApiError(403, `API rate limit exceeded for ${nameOf(caller)}.`);
}

/** The headers that every REST answer carries; the reset is in seconds. */
export function rateHeaders(window: RateWindow): Record<string, string> {
  return {
    "X-RateLimit-Limit": String(window.limit),
    "X-RateLimit-Remaining": String(remaining(window)),
    "X-RateLimit-Used": String(window.used),
    "X-RateLimit-Reset": String(Math.floor(window.resetAt / 1000)),
    "X-RateLimit-Resource": "core",
  };
}

/** The answer of `GET /rate_limit`. */
export function rateJson(window: RateWindow) {
  const core = {
    limit: window.limit,
    used: window.used,
    remaining: remaining(window),
    reset: Math.floor(window.resetAt / 1000),
  };
  return { resources: { core }, rate: core };
}

function remaining({ limit, used }: RateWindow): number {
  return Math.max(0, limit - used);
}

function nameOf({ token, app }: Caller): string {
  if (app) return `app ID ${app.id}`;
  if (token === null) return "127.0.0.1";
  if (token.kind === "installation") return `installation ID ${token.installationId}`;
  return token.kind === "workflow"
    ? `installation ID of repository ${token.repositoryIds?.join()}`
    : `user ID ${token.userId}`;
}

/** Workflow tokens share 1,000 requests an hour per repository; without a token there are 60. */
function limitOf({ token, app }: Caller, limit: number): number {
  if (token === null && app === null) return Math.min(limit, OF_NOBODY);
  return token?.kind === "workflow" ? Math.min(limit, OF_WORKFLOWS) : limit;
}
