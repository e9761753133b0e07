/** A clone and a home for a real agent, and its runs in them against a scripted model. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Job } from "../../src/domain/job.ts";
import type { AgentCommand, Asking } from "../../src/runner/agents/agent-spec.ts";
import {
  runAgent,
  type AgentOutcome,
  type AgentRun,
  type CutOff,
} from "../../src/runner/agents/run-agent.ts";
import type { Venue } from "../../src/runner/gateway/gateway.ts";
import { LIMITS, plainJob, run } from "../runner/task-server.ts";
import type { Answer } from "./model-server/answer.ts";
import { startModelServer, type Seen } from "./model-server/model-server.ts";
import type { Voice } from "./voices.ts";

export interface Workbench {
  root: string;
  clone: string;
  home: string;
  read(path: string): string;
  [Symbol.dispose](): void;
}

/** A repository with `README.md` and these files. */
export function createWorkbench(files: Record<string, string> = {}): Workbench {
  const root = mkdtempSync(join(tmpdir(), "gza-agent-"));
  const clone = join(root, "clone");
  const home = join(root, "home");
  for (const folder of [clone, home]) mkdirSync(folder);
  for (const [path, text] of Object.entries({ "README.md": "# Demo\n", ...files })) {
    mkdirSync(dirname(join(clone, path)), { recursive: true });
    writeFileSync(join(clone, path), text);
  }
  run(clone, "init", "--quiet", "--initial-branch=work");
  run(clone, "config", "user.name", "GZA");
  run(clone, "config", "user.email", "gza@example.com");
  run(clone, "add", "--all");
  run(clone, "commit", "--quiet", "-m", "Start");
  return {
    root,
    clone,
    home,
    read: (path) => readFileSync(join(clone, path), "utf8"),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}

export interface Run {
  voice: Voice;
  folder: string;
  answers: Answer[];
  prompt?: string;
  limits?: Partial<Job["limits"]>;
  job?: Partial<Job>;
  resume?: string;
  asking?: Asking;
  /** The base URL that the agent is given instead of the model's own. */
  url?: string;
  venue?: Venue;
  cutOff?: CutOff;
  command?: (command: AgentCommand) => AgentCommand;
  start?: AgentRun["start"];
}

export interface Ran {
  outcome: AgentOutcome;
  /** Requests for an answer of the model. */
  asked: Seen[];
  /** Other requests at the model's address. */
  others: Seen[];
  /** What the agent printed, standard error too. */
  lines: string[];
}

/** Runs the agent on the workbench; the model gives these answers, the last of them for ever. */
export async function play(bench: Workbench, how: Run): Promise<Ran> {
  await using server = await startModelServer(how.voice.dialect, how.answers);
  return {
    ...(await playAt(bench, { ...how, url: server.url })),
    asked: server.asked,
    others: server.others,
  };
}

/** Runs the agent against a model that is there already. */
export async function playAt(
  bench: Workbench,
  how: Omit<Run, "answers"> & { url: string },
): Promise<Pick<Ran, "outcome" | "lines">> {
  const { agent, protocol, model } = how.voice;
  const limits = { ...LIMITS, ...how.limits };
  const job = { ...plainJob("0".repeat(40)), agent: { name: agent.name, model, fallback: [] }, ...how.job };
  const command = agent.command({
    job: { ...job, limits },
    clone: bench.clone,
    home: bench.home,
    asking: how.asking ?? "work",
    resume: how.resume ?? null,
    installed: how.folder,
    model: { protocol, url: how.url, venue: how.venue ?? "vendor" },
  });
  const lines: string[] = [];
  const outcome = await runAgent({
    command: how.command?.(command) ?? command,
    stream: agent.stream,
    prompt: how.prompt ?? "Do it.",
    cwd: bench.clone,
    home: bench.home,
    limits,
    verify: null,
    onLine: (line) => lines.push(line),
    signal: new AbortController().signal,
    patience: { interrupt: 2000, terminate: 1000 },
    ...(how.start === undefined ? {} : { start: how.start }),
    ...(how.cutOff === undefined ? {} : { cutOff: how.cutOff }),
  });
  return { outcome, lines };
}
