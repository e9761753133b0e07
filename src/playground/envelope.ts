/** What every answer of the API carries, whatever it says: who asked, limits, ETag, GitHub's headers, the request log. */
import { createHash, randomBytes } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Env } from "./api.ts";
import { authenticate } from "./auth.ts";
import { ApiError } from "./errors.ts";
import type { World } from "./model/world.ts";
import { isSpent, rateHeaders, rateJson, spentError, windowOf, type RateWindows } from "./rate-limit.ts";
import { instant, userById } from "./world.ts";

const DOCUMENTATION = "https://docs.github.com/rest";

/** Requests that create or change text which notifies people; GitHub limits them apart. */
const CONTENT = [
  /^POST \/repos\/[^/]+\/[^/]+\/(issues|pulls)$/,
  /^POST \/repos\/[^/]+\/[^/]+\/issues\/\d+\/comments$/,
  /^POST \/repos\/[^/]+\/[^/]+\/pulls\/\d+\/(reviews|comments)(\/.*)?$/,
  /^PATCH \/repos\/[^/]+\/[^/]+\/(issues|pulls)\/(comments\/)?\d+$/,
];

/** Wraps REST and GraphQL alike; GraphQL counts its own points and logs its own requests. */
export function answerEnvelope(world: World, hourlyLimit: number): MiddlewareHandler<Env> {
  const windows: RateWindows = new Map();
  return async (c, next) => {
    const path = c.req.path.replace(/^\/api(\/v3)?/, "");
    const isRest = c.req.path.startsWith("/api/v3");
    const answer = async (): Promise<void> => {
      const caller = authenticate(world, c.req.header("authorization"));
      c.set("token", caller.token);
      c.set("app", caller.app);
      if (!isRest) return next();
      const window = windowOf(world, windows, { caller, limit: hourlyLimit });
      if (path === "/rate_limit") {
        c.res = Response.json(rateJson(window));
      } else if (isSpent(window)) {
        c.res = answerError(spentError(caller), c);
      } else {
        await next();
        await conditional(c);
        if (c.res.status !== 304) window.used += 1;
      }
      setHeaders(c, rateHeaders(window));
    };
    await answer().catch((error: unknown) => {
      c.res = answerError(error, c);
    });
    setHeaders(c, githubHeaders(world));
    if (isRest) log(world, c, path);
  };
}

/** GitHub's JSON for a refusal; anything but an ApiError is a mistake of ours: 500, and printed. */
export function answerError(error: unknown, c: Context<Env>): Response {
  if (error instanceof ApiError) {
    const { status, message, errors, headers } = error;
    const content = {
      message,
      ...(errors ? { errors } : {}),
      documentation_url: DOCUMENTATION,
      status: String(status),
    };
    return c.json(content, status as ContentfulStatusCode, headers);
  }
  console.error(`the playground failed at ${c.req.method} ${c.req.path}:`, error);
  return c.json({ message: "Server Error", documentation_url: DOCUMENTATION, status: "500" }, 500);
}

/** An ETag on what was read, and 304 when the caller has it already; that is free of the limit. */
async function conditional(c: Context<Env>): Promise<void> {
  if (c.req.method !== "GET" || c.res.status !== 200) return;
  const bytes = Buffer.from(await c.res.clone().arrayBuffer());
  const tag = `W/"${createHash("sha256").update(bytes).digest("hex")}"`;
  const known = (c.req.header("if-none-match") ?? "").split(",").map((one) => one.trim().replace(/^W\//, ""));
  if (known.includes(tag.slice(2))) {
    const headers = new Headers(c.res.headers);
    headers.delete("content-type");
    c.res = new Response(null, { status: 304, headers });
  }
  c.res.headers.set("ETag", tag);
  c.res.headers.set("Cache-Control", "private, max-age=60, s-maxage=60");
}

function setHeaders(c: Context<Env>, headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
}

function githubHeaders(world: World): Record<string, string> {
  const id = randomBytes(10).toString("hex").toUpperCase();
  return {
    Date: world.now().toUTCString(),
    "X-GitHub-Request-Id": `${id.slice(0, 4)}:${id.slice(4, 10)}:${id.slice(10)}`,
    "X-GitHub-Media-Type": "github.v3; format=json",
    "X-GitHub-Enterprise-Version": "3.19.0",
  };
}

function log(world: World, c: Context<Env>, path: string): void {
  const { method } = c.req;
  const { status } = c.res;
  const token = c.get("token");
  const actor = token ? userById(world, token.userId).login : (c.get("app")?.slug ?? null);
  const creates = c.get("content") ?? CONTENT.some((pattern) => pattern.test(`${method} ${path}`));
  world.requests.push({
    at: instant(world),
    kind: "rest",
    method,
    path,
    status,
    actor,
    content: creates && status < 400,
  });
}
