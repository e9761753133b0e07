/** The whole playground over real sockets: a person, a repository, a push by git, an issue, a label, a signed webhook. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { Octokit } from "@octokit/rest";
import { verify } from "@octokit/webhooks-methods";
import { expect, onTestFinished, test } from "vitest";
import { startPlayground } from "../../src/playground/playground.ts";

const SECRET = "thirty-two bytes of webhook secret";

test("what a person does with git and REST reaches an App as webhooks that verify", async () => {
  const arrivals: { event: string; signature: string; text: string }[] = [];
  const hook = createServer(async (request, response) => {
    const signature = String(request.headers["x-hub-signature-256"]);
    arrivals.push({ event: String(request.headers["x-github-event"]), signature, text: await text(request) });
    response.end("ok");
  });
  const webhookUrl = `http://127.0.0.1:${await listening(hook)}/hook`;
  const playground = await startPlayground();
  onTestFinished(() => playground.stop());
  const { token } = playground.createPerson({ login: "ada" });
  const ada = new Octokit({ baseUrl: `${playground.url}/api/v3`, auth: token });
  await ada.repos.createForAuthenticatedUser({ name: "engine" });
  const [repository] = playground.world.repositories.values();
  if (!repository) throw new Error("the repository was not made");
  const { app } = playground.createApp({
    name: "Listener",
    owner: "ada",
    permissions: { issues: "write", contents: "write" },
    events: ["issues", "push"],
    webhookUrl,
    webhookSecret: SECRET,
  });
  playground.install(app, "ada", [repository]);

  const oid = await pushReadme(playground.url.replace("//", `//ada:${token}@`));
  const { data: issue } = await ada.issues.create({ owner: "ada", repo: "engine", title: "It stalls" });
  await ada.issues.addLabels({ owner: "ada", repo: "engine", issue_number: issue.number, labels: ["go"] });
  const viewer = await ada.graphql("{ viewer { login } }", { baseUrl: `${playground.url}/api` });
  await playground.settled();

  const told = arrivals.map(({ event, text: payload }) => [
    event,
    JSON.parse(payload).action ?? JSON.parse(payload).after,
  ]);
  expect(told).toEqual([
    ["installation", "created"],
    ["push", oid],
    ["issues", "opened"],
    ["issues", "labeled"],
  ]);
  const valid = await Promise.all(arrivals.map((arrival) => verify(SECRET, arrival.text, arrival.signature)));
  expect(valid).toEqual([true, true, true, true]);
  expect(playground.deliveries().every(({ status }) => status === "OK")).toBe(true);
  expect(viewer).toEqual({ viewer: { login: "ada" } });
});

test("two playgrounds of one process never give the same id, so an Octokit never mistakes their tokens", async () => {
  const [one, other] = await Promise.all([installed(), installed()]);

  expect(one.id).not.toBe(other.id);
});

async function listening(server: Server): Promise<number> {
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the hook has no port");
  return address.port;
}

/** Clones, commits and pushes with real git; gives the new commit. */
async function pushReadme(origin: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "clone-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const env = {
    PATH: process.env["PATH"],
    HOME: directory,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
  };
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(
      "git",
      ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args],
      {
        cwd: directory,
        env,
      },
    );
    return stdout.trim();
  };
  await git("clone", "--quiet", `${origin}/ada/engine.git`, ".");
  await writeFile(join(directory, "README.md"), "# Engine\n");
  await git("checkout", "--quiet", "-B", "main");
  await git("add", ".");
  await git("commit", "--quiet", "-m", "Begin");
  await git("push", "--quiet", "origin", "main");
  return git("rev-parse", "HEAD");
}

/** An App of a person of its own, installed there, in a playground of its own. */
async function installed() {
  const playground = await startPlayground({ listen: false });
  onTestFinished(() => playground.stop());
  playground.createPerson({ login: "ada" });
  const { app } = playground.createApp({
    name: "Listener",
    owner: "ada",
    permissions: {},
    events: [],
    webhookUrl: null,
    webhookSecret: SECRET,
  });
  return playground.install(app, "ada", []);
}
