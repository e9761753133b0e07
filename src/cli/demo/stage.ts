/** Sets the stage: a playground with two people, the App, the action's repository and a small real project. */
import { randomBytes } from "node:crypto";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Octokit } from "@octokit/rest";
import { parse } from "yaml";
import { z } from "zod";
import { startPlayground, type Playground } from "../../playground/playground.ts";
import type { Repository } from "../../playground/model/world.ts";
import { workflowFor } from "../workflow.ts";
import { freePort, startApp, type AppProcess } from "./app-process.ts";
import { pushFolder } from "./push-folder.ts";

const ROOT = join(import.meta.dirname, "../../..");
const TEMPLATE = join(ROOT, ".github/workflows/gza.yml");

const Manifest = z.object({
  name: z.string(),
  default_permissions: z.record(z.string(), z.enum(["read", "write"])),
  default_events: z.array(z.string()),
});

export interface Stage {
  playground: Playground;
  app: AppProcess;
  /** Login of the App's bot. */
  bot: string;
  repository: Repository;
  owner: string;
  name: string;
  /** The person who asks, signed in. */
  person: Octokit;
  login: string;
  stop(): Promise<void>;
}

/** `project`: a folder of `projects`, which becomes the person's repository of that name. `isOpen`: its agents run without a sandbox. */
export async function setStage(
  directory: string,
  { project = "slugs", isOpen = false }: { project?: string; isOpen?: boolean } = {},
): Promise<Stage> {
  const playground = await startPlayground({ directory: join(directory, "github") });
  const ada = playground.createPerson({ login: "ada", name: "Ada" });
  const maker = playground.createPerson({ login: "gza-app", name: "GZA" });
  const person = new Octokit({ auth: ada.token, baseUrl: `${playground.url}/api/v3` });
  const publisher = new Octokit({ auth: maker.token, baseUrl: `${playground.url}/api/v3` });

  await publisher.repos.createForAuthenticatedUser({ name: "gza" });
  const server = playground.world.serverUrl;
  const sha = await pushFolder({
    server,
    repository: "gza-app/gza",
    token: maker.token,
    author: { name: "GZA", email: maker.user.email },
    message: "Release the action",
    folders: ["action/action.yml", "action/agents", "action/dist"].map((path) => ({
      from: join(ROOT, path),
      to: path,
    })),
  });
  await person.repos.createForAuthenticatedUser({ name: project });
  const { app, bot, repository } = await installApp(playground, { directory, project });
  await pushFolder({
    server,
    repository: `ada/${project}`,
    token: ada.token,
    author: { name: "Ada", email: ada.user.email },
    message: `Make ${project}`,
    folders: [{ from: join(import.meta.dirname, "projects", project), to: "." }],
    prepare: async (folder) => {
      const template = await readFile(TEMPLATE, "utf8");
      const workflow = workflowFor(template, { repository: "gza-app/gza/action", sha });
      await writeFile(join(folder, ".github/workflows/gza.yml"), workflow);
      if (isOpen) await appendFile(join(folder, ".github/gza.yml"), "sandbox: off\n");
    },
  });
  return {
    playground,
    app,
    bot,
    repository,
    owner: "ada",
    name: project,
    person,
    login: "ada",
    stop: async () => {
      await app.stop();
      await playground.stop();
    },
  };
}

async function installApp(
  playground: Playground,
  { directory, project }: { directory: string; project: string },
): Promise<{ app: AppProcess; bot: string; repository: Repository }> {
  const manifest = Manifest.parse(parse(await readFile(join(ROOT, "app.yml"), "utf8")));
  const port = await freePort();
  const webhookSecret = randomBytes(32).toString("hex");
  const made = playground.createApp({
    name: manifest.name,
    owner: "gza-app",
    permissions: manifest.default_permissions,
    events: manifest.default_events,
    webhookUrl: `http://127.0.0.1:${port}/api/github/webhooks`,
    webhookSecret,
  });
  const repository = [...playground.world.repositories.values()].find(({ name }) => name === project);
  if (!repository) throw new Error(`the playground lost the repository ada/${project}`);
  playground.install(made.app, "ada", [repository]);
  const credentials = {
    appId: made.app.id,
    privateKey: made.privateKey,
    webhookSecret,
    github: playground.url,
  };
  const app = await startApp(credentials, { directory: join(directory, "app"), port });
  return { app, bot: `${made.app.slug}[bot]`, repository };
}
