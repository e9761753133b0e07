/** Git over HTTP at `/<owner>/<repo>.git`: who may fetch and push, in GitHub's words, and what a push causes. */
import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "hono";
import { ArchivedError, demand, maySee } from "../access.ts";
import { param, type Api, type Env } from "../api.ts";
import { authenticate } from "../auth.ts";
import { ApiError } from "../errors.ts";
import type { Token } from "../model/people.ts";
import type { Repository, World } from "../model/world.ts";
import { objections } from "../protection.ts";
import { refMoved } from "../push.ts";
import { findByAnyName, fullName, userById } from "../world.ts";
import { FORWARD_ONLY, MOVED, REFUSED, WORKFLOW_FILES } from "./hooks.ts";
import { httpBackend } from "./http-backend.ts";
import { readPush } from "./push-commands.ts";
import { lacksWorkflows } from "./refs.ts";
import { NO_OBJECT, type RefMove } from "./transaction.ts";

/** Registered at the root of the server, not below `/api/v3`. */
export function gitRoutes(api: Api): void {
  api.routes.get("/:owner/:repo/info/refs", async (c) => {
    const service = c.req.query("service");
    if (service === "git-receive-pack") return serve(api, c, { service: "info/refs", access: "write" });
    if (service === "git-upload-pack") return serve(api, c, { service: "info/refs", access: "read" });
    return c.text("Please upgrade your git client.\n", 403);
  });
  api.routes.post("/:owner/:repo/git-upload-pack", (c) =>
    serve(api, c, { service: "git-upload-pack", access: "read" }),
  );
  api.routes.post("/:owner/:repo/git-receive-pack", (c) => receive(api, c));
}

interface Asked {
  service: string;
  access: "read" | "write";
}

async function serve(api: Api, c: Context<Env>, { service, access }: Asked): Promise<Response> {
  const visit = admit(api.world, c, access);
  if (visit instanceof Response) return visit;
  return httpBackend({
    directory: visit.repository.directory,
    service,
    request: c.req.raw,
    body: c.req.raw.body,
    login: visit.login,
    env: {},
    ended: async () => undefined,
  });
}

async function receive(api: Api, c: Context<Env>): Promise<Response> {
  const { world } = api;
  const visit = admit(world, c, "write");
  if (visit instanceof Response) return visit;
  const { repository, token, login } = visit;
  if (token === null || c.req.raw.body === null)
    return c.text("No anonymous write access.\n", 401, CHALLENGE);
  const { commands, body } = await readPush(plain(c.req.raw));
  const request = new Request(c.req.url, { method: "POST", headers: withoutEncoding(c.req.raw.headers) });
  const moved = join(world.directory, `moved-${randomUUID()}`);
  const env = { ...rules(repository, token, commands), [MOVED]: moved };
  const ended = async (): Promise<void> => {
    for (const move of await readMoved(moved)) {
      await refMoved(world, repository, { ...move, actorId: token.userId, token });
    }
  };
  return httpBackend({
    directory: repository.directory,
    service: "git-receive-pack",
    request,
    body,
    login,
    env,
    ended,
  });
}

const CHALLENGE = { "WWW-Authenticate": 'Basic realm="GitHub"' };

interface Visit {
  repository: Repository;
  token: Token | null;
  login: string;
}

/** Who may come in; otherwise the answer that git shows behind `remote:`. Without a token, what is not public is asked for one. */
function admit(world: World, c: Context<Env>, access: "read" | "write"): Visit | Response {
  let token: Token | null;
  try {
    ({ token } = authenticate(world, c.req.header("authorization")));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const words = "Invalid username or token. Password authentication is not supported for Git operations.";
    return error.status === 401 ? c.text(`${words}\n`, 401, CHALLENGE) : c.text(`${error.message}\n`, 403);
  }
  const repository = findByAnyName(world, param(c, "owner"), param(c, "repo").replace(/\.git$/, ""));
  if (!repository || !maySee(repository, token)) {
    return token === null
      ? c.text("Repository not found.\n", 401, CHALLENGE)
      : c.text("Repository not found.\n", 404);
  }
  if (token === null && access === "write") return c.text("No anonymous write access.\n", 401, CHALLENGE);
  const login = token === null ? "" : userById(world, token.userId).login;
  try {
    demand(world, token, { repository, permission: "contents", access });
  } catch (error) {
    if (error instanceof ArchivedError)
      return c.text("This repository was archived so it is read-only.\n", 403);
    if (!(error instanceof ApiError)) throw error;
    return c.text(`Permission to ${fullName(world, repository)}.git denied to ${login}.\n`, 403);
  }
  return { repository, token, login };
}

/** What the hook has to hold this push to: the answers that need no look at the new objects are given here. */
function rules(repository: Repository, token: Token, commands: RefMove[]): Record<string, string> {
  const refused: string[] = [];
  const forwardOnly: string[] = [];
  for (const { name, before, after } of commands) {
    if (!name.startsWith("refs/heads/") || before === null) continue;
    const branch = name.slice("refs/heads/".length);
    const [objection] = objections(repository, { branch, after, forced: false, token });
    const [whenForced] = objections(repository, { branch, after, forced: true, token });
    if (objection !== undefined) refused.push(`${name} ${gh006(name, objection)}`);
    else if (whenForced !== undefined) forwardOnly.push(`${name} ${gh006(name, whenForced)}`);
  }
  return {
    [REFUSED]: refused.join("\n"),
    [FORWARD_ONLY]: forwardOnly.join("\n"),
    [WORKFLOW_FILES]: lacksWorkflows(token) ? "refused" : "",
  };
}

function gh006(name: string, objection: string): string {
  return `error: GH006: Protected branch update failed for ${name}.\terror: ${objection}`;
}

/** The lines that the post-receive hook wrote; it does not run when nothing moved. */
async function readMoved(path: string): Promise<RefMove[]> {
  try {
    const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
    return lines.map((line) => {
      const [before = NO_OBJECT, after = NO_OBJECT, name = ""] = line.split(" ");
      return { name, before: orNull(before), after: orNull(after) };
    });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  } finally {
    await rm(path, { force: true });
  }
}

function orNull(oid: string): string | null {
  return oid === NO_OBJECT ? null : oid;
}

/** The body as git wrote it, however it was packed for the way. */
function plain(request: Request): AsyncIterable<Uint8Array> {
  const body = request.body ?? new ReadableStream<Uint8Array>();
  if (request.headers.get("content-encoding") !== "gzip") return body;
  return body.pipeThrough(new DecompressionStream("gzip") as ReadableWritablePair<Uint8Array, Uint8Array>);
}

function withoutEncoding(headers: Headers): Headers {
  const copy = new Headers(headers);
  copy.delete("content-encoding");
  copy.delete("content-length");
  return copy;
}
