/** A world to tell stories in: a playground, the real app in this process, real git, the real workflow file and the built action. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Octokit } from "@octokit/rest";
import { createApp, type App, type AppOptions } from "../../src/app/app.ts";
import type { Settings } from "../../src/app/settings.ts";
import { EVENTS } from "../../src/app/events.ts";
import { PERMISSIONS } from "../../src/github/permissions.ts";
import { workflowFor } from "../../src/cli/workflow.ts";
import { markerOf, taskRef } from "../../src/domain/names.ts";
import { Record } from "../../src/domain/record.ts";
import type { WorkflowRun } from "../../src/playground/model/actions.ts";
import type { Issue } from "../../src/playground/model/issues.ts";
import type { Repository } from "../../src/playground/model/world.ts";
import { startPlayground, type Playground } from "../../src/playground/playground.ts";
import { findUser } from "../../src/playground/world.ts";
import { movableTime } from "./movable-time.ts";
import { redatedFetch } from "./redated-fetch.ts";

const ROOT = join(import.meta.dirname, "../..");
const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
/** Stories are about what people see; what agents run in has its own suites. */
const NO_SANDBOX = "sandbox: off\n";
const CONFIG = "agents: {default: {agent: scripted}}\nreview: {enabled: false}\n";
const WORKFLOW = ".github/workflows/gza.yml";
const where = { owner: "ada", repo: "engine" };
/** Long enough for every intent and lost dispatch to be looked for again. */
const NIGHT_MILLISECONDS = 3 * 60_000;

type Interrupt = NonNullable<AppOptions["interrupt"]>;

export interface Story {
  playground: Playground;
  repository: Repository;
  ada: Octokit;
  eve: Octokit;
  /** What the app itself holds: its private key and its webhook secret. */
  secrets: readonly string[];
  /** Starts an app with empty memory, in place of the one before. */
  begin(interrupt?: Interrupt): Promise<App>;
  /** Starts another app beside the first; both hear every webhook from now on. */
  addReplica(): Promise<void>;
  /** Drops the app as a crash would, lets three minutes pass, starts another one and has it sweep. */
  restart(): Promise<void>;
  crashed(): boolean;
  /** Opens an issue and puts the label on. */
  ask(title?: string): Promise<number>;
  say(issue: number, body: string): Promise<void>;
  push(path: string, content: string): Promise<void>;
  /** Waits until webhooks and apps have nothing to do; workflow runs may go on. */
  quiet(): Promise<void>;
  /** Waits until nothing is under way, or the app has died. */
  settle(): Promise<void>;
  /** Settles, and lets time pass as the app wants it to, until the record is so. An app that died is restarted. */
  until(issue: number, is: (record: Record) => boolean): Promise<Record>;
  /** Moves time on to the app's next timer; false: it waits for nothing. */
  passToNext(): boolean;
  record(issue: number): Record | null;
  /** Bodies of the App's comments on an issue, oldest first. */
  said(issue: number): string[];
  issue(number: number): Issue;
  runs(): WorkflowRun[];
  pass(milliseconds: number): void;
  git(...args: string[]): string;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface StoryOptions {
  config?: string;
  /** Steps of implement attempts, or steps by kind and by the attempt number from which they hold. */
  script?: unknown[] | { [kind: string]: { [from: string]: unknown[] } };
  /** 0: no workflow job ever begins; what a run brings back is made by hand (see by-hand.ts). */
  jobsAtOnce?: number;
  /** Further files of the repository. */
  files?: { [path: string]: string };
}

export async function story(options: StoryOptions = {}): Promise<Story> {
  const time = movableTime();
  let app: App | null = null;
  const replicas: App[] = [];
  let hasCrashed = false;
  let timers = time.timers();
  let crash = Promise.withResolvers<void>();
  const playground = await startPlayground({
    now: () => new Date(time.now()),
    runner: { jobsAtOnce: options.jobsAtOnce ?? 2 },
    webhookFetch: async (request) => {
      const payload: unknown = await request.json();
      for (const one of [app, ...replicas])
        one?.intake.take(request.headers.get("x-github-event") ?? "", payload);
      return new Response("ok");
    },
  });
  const { repository, ada, eve, credentials } = await furnish(playground, options);

  const settings: Settings = {
    ...credentials,
    host: "127.0.0.1",
    port: 0,
    baseUrl: `${playground.url}/api/v3`,
    logLevel: "fatal",
    logFormat: "json",
    webhookProxy: null,
    sweepMinutes: 5,
  };

  const fetch = redatedFetch((request) => playground.fetch(request), {
    privateKey: credentials.privateKey,
    seconds: () => Math.round((time.now() - Date.now()) / 1000),
  });

  function crashed(): boolean {
    return hasCrashed;
  }

  async function begin(interrupt?: Interrupt): Promise<App> {
    timers.drop();
    timers = time.timers();
    hasCrashed = false;
    crash = Promise.withResolvers();
    app = await createApp({
      settings,
      clock: timers.clock,
      fetch,
      interrupt: (point) => {
        try {
          interrupt?.(point);
        } catch (error) {
          hasCrashed = true;
          crash.resolve();
          app = null;
          timers.drop();
          throw error;
        }
      },
    });
    return app;
  }

  async function addReplica(): Promise<void> {
    const { clock } = time.timers();
    replicas.push(await createApp({ settings, clock, fetch }));
  }

  async function restart(): Promise<void> {
    app = null;
    await playground.webhooks.idle();
    time.pass(NIGHT_MILLISECONDS);
    const next = await begin();
    await next.sweep();
  }

  async function quiet(): Promise<void> {
    for (let before = -1; before !== playground.world.requests.length && !crashed();) {
      before = playground.world.requests.length;
      await playground.webhooks.idle();
      for (const one of [app, ...replicas]) {
        await one?.intake.settled();
        await one?.bases.idle();
        await one?.inbox.idle();
      }
    }
  }

  async function settle(): Promise<void> {
    for (let before = -1; before !== playground.world.requests.length && !crashed();) {
      before = playground.world.requests.length;
      // A workflow run may go on for long after the app that should have ended it died.
      await Promise.race([playground.settled(), crash.promise]);
      await quiet();
    }
  }

  async function until(issue: number, is: (record: Record) => boolean): Promise<Record> {
    for (let look = 0; look < 40; look += 1) {
      await settle();
      if (hasCrashed) {
        await restart();
        continue;
      }
      const found = record(issue);
      if (found && is(found)) return found;
      if (!timers.passToNext()) break;
    }
    const { phase, reason } = record(issue) ?? { phase: "none", reason: "none" };
    throw new Error(`#${issue} came to rest as ${phase}, ${reason}: ${said(issue).join("\n---\n")}`);
  }

  function git(...args: string[]): string {
    return execFileSync("git", ["--git-dir", repository.directory, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  }

  function record(issue: number): Record | null {
    if (git("for-each-ref", taskRef(issue)) === "") return null;
    const json = git("log", "-1", "--format=%B", taskRef(issue))
      .split("\n")
      .find((line) => line.startsWith("{"));
    return Record.parse(JSON.parse(json ?? "null"));
  }

  function said(issue: number): string[] {
    const bot = findUser(playground.world, "gza[bot]");
    return [...repository.comments.values()]
      .filter(({ issueNumber, authorId }) => issueNumber === issue && authorId === bot?.id)
      .map(({ body }) => body);
  }

  function issueOf(number: number): Issue {
    const found = repository.issues.get(number);
    if (!found) throw new Error(`there is no #${number}`);
    return found;
  }

  return {
    playground,
    repository,
    ada,
    eve,
    secrets: [credentials.privateKey, credentials.webhookSecret],
    begin,
    addReplica,
    restart,
    crashed,
    ask: async (title = "Write a note") => {
      const { data } = await ada.rest.issues.create({
        ...where,
        title,
        body: "It is missing.",
        labels: ["gza"],
      });
      return data.number;
    },
    say: async (issue, body) => {
      await ada.rest.issues.createComment({ ...where, issue_number: issue, body });
    },
    push: (path, content) => write(ada, path, content),
    quiet,
    settle,
    until,
    passToNext: () => timers.passToNext(),
    record,
    said,
    issue: issueOf,
    runs: () => repository.runs.filter(({ path }) => path === WORKFLOW),
    pass: time.pass,
    git,
    [Symbol.asyncDispose]: async () => {
      app = null;
      timers.drop();
      await playground.stop();
    },
  };
}

/** What must be true of every task that went its way: one of each, and GitHub shows what the record says. */
export function twice(from: Story, issue: number): string[] {
  const record = from.record(issue);
  const keys = [...from.said(issue), ...(record?.pull ? from.said(record.pull) : [])].map(
    (body) => markerOf(body) ?? body,
  );
  const faults = keys.filter((key, index) => keys.indexOf(key) !== index).map((key) => `said twice: ${key}`);
  const pulls = [...from.repository.issues.values()].filter(({ pull }) => pull?.headRef === record?.branch);
  if (pulls.length > 1) faults.push(`${pulls.length} pull requests`);
  if (keys.filter((key) => key === "status").length !== 1) faults.push("not one status comment");
  const labels = from.issue(issue).labels.filter((name) => name.startsWith("gza:"));
  const wanted =
    record?.phase === "parked" ? ["gza:needs-you"] : record?.phase === "ready" ? ["gza:ready"] : [];
  if (labels.join() !== wanted.join()) faults.push(`labels ${labels.join()}`);
  if (record && record.attempt === null && from.git("for-each-ref", `refs/gza/attempts/${issue}`) !== "")
    faults.push("a baton is left");
  return faults;
}

async function furnish(playground: Playground, { config = CONFIG, script, files = {} }: StoryOptions) {
  const ada = playground.createPerson({ login: "ada" });
  const eve = playground.createPerson({ login: "eve" });
  playground.createOrganization({ login: "gza-app" });
  const action = await playground.createRepository({
    owner: "gza-app",
    name: "gza",
    files: releasedAction(),
  });
  const sha = execFileSync("git", ["--git-dir", action.directory, "rev-parse", "main"], {
    encoding: "utf8",
  }).trim();
  const note = (issue: number): unknown[] => [
    { write: { path: `notes/${issue}.md`, content: `Note ${issue}\n` } },
  ];
  const kinds = (issue: number): object =>
    script === undefined || Array.isArray(script) ? { implement: { "1": script ?? note(issue) } } : script;
  const scripts = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [index + 1, kinds(index + 1)]));
  const repository = await playground.createRepository({
    owner: "ada",
    name: "engine",
    files: {
      "README.md": "# Engine\n",
      ...files,
      ".github/gza.yml": config.includes("sandbox:") ? config : `${config}${NO_SANDBOX}`,
      ".github/gza-script.yml": JSON.stringify(scripts),
      [WORKFLOW]: workflowFor(readFileSync(join(ROOT, WORKFLOW), "utf8"), {
        repository: "gza-app/gza/action",
        sha,
      }),
    },
  });
  const webhookSecret = "a secret of some length";
  const made = playground.createApp({
    name: "GZA",
    owner: "gza-app",
    permissions: PERMISSIONS,
    events: [...EVENTS],
    webhookUrl: "http://127.0.0.1:9/",
    webhookSecret,
  });
  playground.install(made.app, "ada", [repository]);
  const signedIn = (auth: string): Octokit =>
    new Octokit({
      auth,
      baseUrl: `${playground.url}/api/v3`,
      request: { fetch: playground.fetch },
      log: SILENT,
    });
  return {
    repository,
    ada: signedIn(ada.token),
    eve: signedIn(eve.token),
    credentials: { appId: made.app.id, privateKey: made.privateKey, webhookSecret },
  };
}

/** The files of a release, as `npm run build` made them. */
function releasedAction(): { [path: string]: string } {
  const inside = ["action/agents", "action/dist"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => relative(ROOT, join(parentPath, name))),
  );
  const paths = ["action/action.yml", ...inside];
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));
}

async function write(ada: Octokit, path: string, content: string): Promise<void> {
  const known = await ada.rest.repos.getContent({ ...where, path }).then(
    ({ data }) => (Array.isArray(data) ? null : data.sha),
    () => null,
  );
  await ada.rest.repos.createOrUpdateFileContents({
    ...where,
    path,
    message: `Change ${path}`,
    content: Buffer.from(content).toString("base64"),
    ...(known === null ? {} : { sha: known }),
  });
}
