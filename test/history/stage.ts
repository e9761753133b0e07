/** Sets the stage for a history: a playground with the real app, the action's release and the laid out repository. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Octokit } from "@octokit/rest";
import { EVENTS } from "../../src/app/events.ts";
import { freePort, startApp } from "../../src/cli/demo/app-process.ts";
import { pushFolder } from "../../src/cli/demo/push-folder.ts";
import type { Stage } from "../../src/cli/demo/stage.ts";
import { workflowFor } from "../../src/cli/workflow.ts";
import { branchRef, WORKFLOW_PATH } from "../../src/domain/names.ts";
import { PERMISSIONS } from "../../src/github/permissions.ts";
import { startPlayground } from "../../src/playground/playground.ts";
import { bearer, git } from "../../src/runner/git/git.ts";

const ROOT = join(import.meta.dirname, "../..");
const OWNER = "ada";
const NAME = "history";

export interface HistoryStage extends Stage {
  /** Text of GZA's workflow file, with the action's release filled in. */
  workflow: string;
  /** Pushes commits of the bare repository `dir` as the person would; by branch. */
  push(dir: string, branches: { [branch: string]: string }): Promise<void>;
}

/** `directory`: for everything that the playground and the app keep. The repository is empty still. */
export async function setStage(directory: string, jobsAtOnce: number): Promise<HistoryStage> {
  const playground = await startPlayground({ directory: join(directory, "github"), runner: { jobsAtOnce } });
  const ada = playground.createPerson({ login: OWNER, name: "Ada" });
  const maker = playground.createPerson({ login: "gza-app", name: "GZA" });
  const person = new Octokit({ auth: ada.token, baseUrl: `${playground.url}/api/v3` });
  await playground.createRepository({ owner: "gza-app", name: "gza" });
  const server = playground.world.serverUrl;
  const sha = await pushFolder({
    server,
    repository: "gza-app/gza",
    token: maker.token,
    author: { name: "GZA", email: maker.user.email },
    message: "Release the action",
    folders: ["action/action.yml", "action/dist"].map((path) => ({ from: join(ROOT, path), to: path })),
  });
  const repository = await playground.createRepository({ owner: OWNER, name: NAME });
  const port = await freePort();
  const webhookSecret = randomBytes(32).toString("hex");
  const made = playground.createApp({
    name: "GZA",
    owner: "gza-app",
    permissions: PERMISSIONS,
    events: [...EVENTS],
    webhookUrl: `http://127.0.0.1:${port}/api/github/webhooks`,
    webhookSecret,
  });
  playground.install(made.app, OWNER, [repository]);
  const credentials = {
    appId: made.app.id,
    privateKey: made.privateKey,
    webhookSecret,
    github: playground.url,
  };
  const app = await startApp(credentials, { directory: join(directory, "app"), port });

  const template = await readFile(join(ROOT, WORKFLOW_PATH), "utf8");
  const url = `${server}/${OWNER}/${NAME}.git`;
  return {
    playground,
    app,
    bot: `${made.app.slug}[bot]`,
    repository,
    owner: OWNER,
    name: NAME,
    person,
    login: OWNER,
    workflow: workflowFor(template, { repository: "gza-app/gza/action", sha }),
    push: async (dir, branches) => {
      for (const [branch, commit] of Object.entries(branches)) {
        const args = ["push", "--quiet", url, `${commit}:${branchRef(branch)}`];
        await git(args, { dir, credentials: bearer(server, ada.token) });
      }
    },
    stop: async () => {
      await app.stop();
      await playground.stop();
    },
  };
}
