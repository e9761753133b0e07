/** A person follows docs/setup.md: from nothing to a merged pull request, with the programs that a person uses, on a playground. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { Octokit } from "@octokit/rest";
import { expect, onTestFinished, test } from "vitest";
import { pushFolder } from "../../src/cli/demo/push-folder.ts";
import { runApp, setupOf } from "./running-app.ts";
import { press } from "./setup-browser.ts";

const ROOT = join(import.meta.dirname, "../..");
const CLI = join(ROOT, "src/cli/main.ts");
const PROJECT = join(ROOT, "src/cli/demo/projects/slugs");
const run = promisify(execFile);
const where = { owner: "ada", repo: "slugs" };
const author = { name: "Ada", email: "ada@example.com" };

test("from nothing to a merged pull request", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gza-person-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const github = await playground();
  const ada = new Octokit({ baseUrl: `${github.url}/api/v3`, auth: github.token });
  const pushed = { server: github.url, token: github.token, author };

  // 1. Release the action; and a repository to work in.
  for (const name of ["gza", "slugs"]) await ada.repos.createForAuthenticatedUser({ name });
  const parts = ["action/action.yml", "action/agents", "action/dist"];
  const action = await pushFolder({
    ...pushed,
    repository: "ada/gza",
    message: "Release the action",
    folders: parts.map((path) => ({ from: join(ROOT, path), to: path })),
  });
  await pushFolder({
    ...pushed,
    repository: "ada/slugs",
    message: "Make slugs",
    folders: [{ from: PROJECT, to: "." }],
  });

  // 2. Make the App, on the setup's page, and install it.
  await using app = await runApp({ GHE_HOST: new URL(github.url).host, GHE_PROTOCOL: "http" });
  await app.says("?key=");
  await press(setupOf(app), { address: app.url });
  await app.says('GZA is the App \\"GZA\\", installed by 0 accounts.');
  await app.says("The App is installed nowhere: install it at ");
  const { data: slugs } = await ada.repos.get(where);
  const installed = await fetch(`${github.url}/apps/gza/installations/new`, {
    method: "POST",
    body: new URLSearchParams({ repository: String(slugs.id) }),
  });

  // 4. Workflow file and config. The agent is a script, and what it runs in has suites of its own.
  const clone = join(folder, "slugs");
  const remote = `${github.url.replace("://", `://ada:${github.token}@`)}/ada/slugs.git`;
  await run("git", ["clone", "--quiet", remote, clone]);
  const laid = await run(process.execPath, [CLI, "workflow", `ada/gza/action@${action}`, "--into", clone]);
  await appendFile(join(clone, ".github/gza.yml"), "sandbox: off\n");
  const git = ["-C", clone, "-c", `user.name=${author.name}`, "-c", `user.email=${author.email}`];
  await run("git", [...git, "add", "--all"]);
  await run("git", [...git, "commit", "--quiet", "--message", "Let GZA work here"]);
  await run("git", [...git, "push", "--quiet", "origin", "main"]);
  await ada.issues.createLabel({ ...where, name: "gza" });

  // 6. The first task.
  const { data: issue } = await ada.issues.create({ ...where, title: "Slugs begin and end with a dash" });
  const task = { ...where, issue_number: issue.number };
  const said = async (words: string): Promise<boolean> => {
    const { data: comments } = await ada.issues.listComments({ ...task, per_page: 100 });
    return comments.some(({ body }) => body?.includes(words));
  };
  await ada.issues.addLabels({ ...task, labels: ["gza"] });
  await until("GZA says that it works", () => said("Attempt 1"));
  await ada.issues.createComment({ ...task, body: "/gza status" });
  await until("the pull request can be merged", () => said("can be merged"));
  await ada.issues.createComment({ ...task, body: "/gza merge" });
  await until("the issue is closed", async () => (await ada.issues.get(task)).data.state === "closed");
  const { data: pulls } = await ada.pulls.list({ ...where, state: "closed" });
  app.process.kill("SIGTERM");
  const code = await app.ended;

  expect(installed.status).toBe(200);
  expect(laid.stdout).toContain("Wrote .github/workflows/gza.yml into ");
  expect(pulls).toMatchObject([{ merged_at: expect.any(String), user: { login: "gza[bot]" } }]);
  expect(code).toBe(0);
});

/** `gza playground`, as a process of its own. */
async function playground(): Promise<{ url: string; token: string }> {
  const child = spawn(process.execPath, [CLI, "playground", "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(async () => {
    child.kill("SIGINT");
    if (child.exitCode === null && child.signalCode === null) await once(child, "close");
  });
  let said = "";
  for await (const part of child.stdout.setEncoding("utf8")) {
    said += String(part);
    const found = /is up at (?<url>\S+), [^]*?(?<token>ghp_\w+)[^]*\/gza status/.exec(said)?.groups;
    if (found?.["url"] !== undefined && found["token"] !== undefined)
      return { url: found["url"], token: found["token"] };
  }
  throw new Error(`the playground ended and said only:\n${said}`);
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10 * 60_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`${what}: not within ten minutes`);
    await wait(500);
  }
}
