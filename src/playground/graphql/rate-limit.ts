/** The GraphQL rate limit: 5,000 points in an hour for each person or installation. */
import type { Token } from "../model/people.ts";
import type { World } from "../model/world.ts";

export interface Window {
  limit: number;
  used: number;
  /** When the points come back, in milliseconds since 1970. */
  resetAt: number;
}

const LIMIT = 5000;
const HOUR = 3_600_000;

const windows = new WeakMap<World, Map<string, Window>>();

/** The hour that the token's owner is in; it begins with the first query after the last one ended. */
export function windowOf(world: World, token: Token): Window {
  const ofWorld = windows.get(world) ?? new Map<string, Window>();
  windows.set(world, ofWorld);
  const now = world.now().getTime();
  const known = ofWorld.get(ownerOf(token));
  if (known && known.resetAt > now) return known;
  const fresh = { limit: LIMIT, used: 0, resetAt: now + HOUR };
  ofWorld.set(ownerOf(token), fresh);
  return fresh;
}

/** Takes the points, or answers false and takes none when they are spent. */
export function spend(window: Window, points: number): boolean {
  if (window.used + points > window.limit) return false;
  window.used += points;
  return true;
}

/** The headers that every GraphQL answer carries; the reset is in seconds. */
export function rateHeaders(window: Window): Record<string, string> {
  return {
    "x-ratelimit-limit": String(window.limit),
    "x-ratelimit-remaining": String(window.limit - window.used),
    "x-ratelimit-used": String(window.used),
    "x-ratelimit-reset": String(Math.floor(window.resetAt / 1000)),
    "x-ratelimit-resource": "graphql",
  };
}

function ownerOf(token: Token): string {
  if (token.kind === "installation") return `installation ${token.installationId}`;
  return token.kind === "user" ? `user ${token.userId}` : `run ${token.runId}`;
}
