/** Saves an agent's work for the publisher: collected inside the sandbox and taken out as bytes; where that fails, by the runner itself. */
import { rm, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Job } from "../../domain/job.ts";
import { Count, Sha } from "../../domain/task.ts";
import type { Inputs } from "../inputs.ts";
import { head, plainText } from "../plain-text.ts";
import { scrubbedEnvironment, type Group, type Patience, type Program } from "../process-group.ts";
import { BUNDLE_FILE } from "../raw-report.ts";
import { bundleBytes, collectWork, type Work } from "./work.ts";

export interface SavePlace {
  inputs: Pick<Inputs, "clone" | "temp" | "handOver">;
  job: Job;
  /** Starts a program where the agent was; the file of `collectProgram` must be readable there. */
  start: (program: Program, patience?: Patience) => Group;
  home: string;
  /** Milliseconds after which the way inside is given up. */
  limit?: number;
}

/** `outside`: why the runner itself had to read the clone; null: it was read inside. */
export type SavedWork = Work & { outside: string | null };

const LIMIT = 300_000;

/** More than the publisher takes, so that it can say of a bundle that it is too big. */
const MAX_BYTES = 256 * 1024 * 1024;

const MAX_ANSWER_BYTES = 4096;

const Collected = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("work"), tip: Sha, commits: Count, bytes: Count.max(MAX_BYTES) }),
  z.strictObject({ kind: z.literal("unreadable"), why: z.string().max(2000) }),
]);
/** What the program inside answers; as many bytes of the bundle follow. */
export type Collected = z.infer<typeof Collected>;

/**
 * Writes the bundle of everything new into the hand-over folder, if there is anything. Inside, the clone's own contents can do no harm;
 * outside it is read as `collectWork` says, which is the last resort: the home may be full, or the agent may have taken its rights away.
 */
export async function saveWork(place: SavePlace): Promise<SavedWork> {
  const inside = await collectInside(place);
  if (inside.kind === "collected") {
    await keepBundle(place, inside.bundle);
    return { ...inside.work, outside: null };
  }
  return { ...(await collectOutside(place)), outside: inside.why };
}

/** An agent can take away rights, give names that are too long and break its own objects: that nothing can be read is an answer too. */
async function collectOutside(place: SavePlace): Promise<Work> {
  const { clone, temp } = place.inputs;
  try {
    const work = await collectWork({ clone, temp }, place.job);
    const hasBundle = work.kind === "work" && work.commits > 0;
    await keepBundle(place, hasBundle ? await bundleBytes(temp, place.job) : null);
    return work;
  } catch (error) {
    const why = lastLine(error instanceof Error ? error.message : String(error));
    return { kind: "unreadable", why: `What the agent left cannot be saved: ${why}` };
  }
}

/** Where the program lies that is started inside: the source while GZA runs from its sources, a bundle in the released action. */
export function collectProgram(): string {
  return fileURLToPath(new URL(`./collect-work${extname(import.meta.url)}`, import.meta.url));
}

async function keepBundle({ inputs }: SavePlace, bundle: Buffer | null): Promise<void> {
  const file = join(inputs.handOver, BUNDLE_FILE);
  await rm(file, { recursive: true, force: true });
  if (bundle !== null) await writeFile(file, bundle, { flag: "wx" });
}

type Inside =
  | { kind: "collected"; work: Work & { kind: "work" }; bundle: Buffer | null }
  | { kind: "failed"; why: string };

async function collectInside({ inputs, job, start, home, limit = LIMIT }: SavePlace): Promise<Inside> {
  const { clone } = inputs;
  const args = [collectProgram(), clone];
  const group = start({ file: process.execPath, args, cwd: clone, env: scrubbedEnvironment(home) });
  // It may end without having read the job; its exit tells.
  group.child.stdin.on("error", () => undefined);
  group.child.stdin.end(JSON.stringify(job));
  const stopped = { why: "" };
  const stop = (why: string): void => {
    stopped.why ||= why;
    void group.stop();
  };
  const output: Buffer[] = [];
  let bytes = 0;
  group.child.stdout.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_BYTES + MAX_ANSWER_BYTES) stop("it answered without end");
    else output.push(chunk);
  });
  let words = "";
  group.child.stderr.on("data", (chunk: Buffer) => {
    words = (words + chunk.toString("latin1")).slice(-4000);
  });
  const timer = setTimeout(() => stop(`it took more than ${limit / 1000} seconds`), limit);
  const exit = await group.exit;
  clearTimeout(timer);
  await group.sweep();
  if (stopped.why !== "") return { kind: "failed", why: stopped.why };
  if (exit.code !== 0) return { kind: "failed", why: lastLine(exit.failure?.message ?? words) };
  return readAnswer(Buffer.concat(output));
}

/** The answer is of a program that ran beside what the agent left: it is read as such. */
function readAnswer(output: Buffer): Inside {
  const end = output.subarray(0, MAX_ANSWER_BYTES).indexOf("\n");
  const parsed = Collected.safeParse(end === -1 ? null : parseJson(output.subarray(0, end).toString("utf8")));
  if (!parsed.success) return { kind: "failed", why: "its answer cannot be read" };
  if (parsed.data.kind === "unreadable")
    return { kind: "failed", why: head(plainText(parsed.data.why), 500) };
  const { bytes, tip, commits } = parsed.data;
  const bundle = output.subarray(end + 1);
  if (bundle.length !== bytes) return { kind: "failed", why: "its bundle is not whole" };
  return { kind: "collected", work: { kind: "work", tip, commits }, bundle: commits > 0 ? bundle : null };
}

function lastLine(words: string): string {
  const lines = plainText(words)
    .split("\n")
    .filter((line) => line.trim() !== "");
  const telling = lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1);
  return head(telling?.trim() ?? "it ended without a word", 500);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
