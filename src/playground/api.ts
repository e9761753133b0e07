/** What every REST file builds on: the shared hono types and the small verbs that read requests and write answers. */
import type { Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "zod";
import { maySee } from "./access.ts";
import { ApiError } from "./errors.ts";
import type { App, Token, User } from "./model/people.ts";
import type { Repository, World } from "./model/world.ts";
import { findRepository, userById } from "./world.ts";

export interface Env {
  Variables: {
    token: Token | null;
    /** The App that signed the request's JSON web token. */
    app: App | null;
    /** Set by a handler whose request created content that notifies people; kept in the request log. */
    content?: boolean;
  };
}

export interface Api {
  routes: Hono<Env>;
  world: World;
}

/** The repository of `:owner/:repo`; 404 when there is none or the caller may not see it. */
export function repositoryOf(api: Api, c: Context<Env>): Repository {
  const repository = findRepository(api.world, param(c, "owner"), param(c, "repo"));
  if (!repository || !maySee(repository, c.get("token"))) throw new ApiError(404, "Not Found");
  return repository;
}

/** The person or bot behind the token; 401 without one. */
export function actorOf(api: Api, c: Context<Env>): User {
  return userById(api.world, tokenOf(c).userId);
}

/** The token of the request; 401 without one. */
export function tokenOf(c: Context<Env>): Token {
  const token = c.get("token");
  if (token === null) throw new ApiError(401, "Requires authentication");
  return token;
}

/** Who acts and with which token, for whatever emits happenings; 401 without a token. */
export function actOf(c: Context<Env>): { actorId: number; token: Token } {
  const token = tokenOf(c);
  return { actorId: token.userId, token };
}

export function json<T>(c: Context<Env>, value: T, status: ContentfulStatusCode = 200): Response {
  c.header("Content-Type", "application/json; charset=utf-8");
  return c.body(JSON.stringify(value), status);
}

/** 204, as GitHub answers most deletions. */
export function noContent(c: Context<Env>): Response {
  return c.body(null, 204);
}

/** A path parameter, decoded. */
export function param(c: Context<Env>, name: string): string {
  const value: string | undefined = c.req.param(name);
  if (value === undefined)
    throw new Error(`the route ${c.req.path} has no parameter :${name}: name it in the route`);
  return value;
}

/** A path parameter that is a number; anything else names nothing, so 404. */
export function numberParam(c: Context<Env>, name: string): number {
  const value = param(c, name);
  if (!/^\d+$/.test(value)) throw new ApiError(404, "Not Found");
  return Number(value);
}

/** The asked page of a list (`per_page` at most 100, 30 by default), with GitHub's `Link` header on the answer. */
export function paginate<T>(c: Context<Env>, list: readonly T[]): T[] {
  const size = Math.min(positive(c.req.query("per_page"), 30), 100);
  const page = positive(c.req.query("page"), 1);
  const last = Math.max(1, Math.ceil(list.length / size));
  const links = [
    ...(page > 1 ? [link(c, page - 1, "prev")] : []),
    ...(page < last ? [link(c, page + 1, "next"), link(c, last, "last")] : []),
    ...(page > 1 ? [link(c, 1, "first")] : []),
  ];
  if (links.length > 0) c.header("Link", links.join(", "));
  return list.slice((page - 1) * size, page * size);
}

function positive(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : otherwise;
}

function link(c: Context<Env>, page: number, relation: string): string {
  const url = new URL(c.req.url);
  url.searchParams.set("page", String(page));
  return `<${url.href}>; rel="${relation}"`;
}

/**
 * The JSON body, checked. An empty body counts as `{}`, as on GitHub. 400 when it is no JSON object, 422 in the words
 * of GitHub's schema check when it does not fit.
 */
export async function body<S extends z.ZodType>(c: Context<Env>, schema: S): Promise<z.output<S>> {
  const value = parseObject(await c.req.text());
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw new ApiError(422, `Invalid request.\n\n${complaints(result.error.issues)}`);
}

function parseObject(text: string): unknown {
  if (text === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) throw new ApiError(400, "Body should be a JSON object");
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) throw new ApiError(400, "Problems parsing JSON");
    throw error;
  }
}

function complaints(issues: readonly z.core.$ZodIssue[]): string {
  const missing = issues.filter(isMissing).map((issue) => `"${issue.path.join(".")}"`);
  const wrong = issues.filter((issue) => !isMissing(issue)).map(complaint);
  const verb = missing.length > 1 ? "weren't supplied." : "wasn't supplied.";
  return [...(missing.length > 0 ? [`${missing.join(", ")} ${verb}`] : []), ...wrong].join("\n");
}

function isMissing(issue: z.core.$ZodIssue): boolean {
  return issue.input === undefined && issue.code !== "unrecognized_keys";
}

function complaint(issue: z.core.$ZodIssue): string {
  const place = issue.path.map((part) => (typeof part === "number" ? part : `properties/${String(part)}`));
  const value = issue.input === null ? "nil" : JSON.stringify(issue.input);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `"${key}" is not a permitted key.`).join("\n");
  if (issue.code === "invalid_type")
    return `For '${place.join("/")}', ${value} is not ${article(issue.expected)}.`;
  if (issue.code === "invalid_value") {
    return `For '${place.join("/")}', ${value} is not a member of ${JSON.stringify(issue.values)}.`;
  }
  return `For '${place.join("/")}', ${value} is not valid: ${issue.message}.`;
}

function article(kind: string): string {
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}
