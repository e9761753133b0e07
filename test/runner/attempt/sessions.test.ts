/** The agent's session on its way out of a home in which an agent could do what it liked, and into another. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CLAUDE } from "../../../src/runner/agents/claude.ts";
import { restoreSession, saveSession, SESSION_FILE } from "../../../src/runner/attempt/sessions.ts";

const ID = "9f15cacf-864e-4865-8e33-3f6474028397";
const TEXT = `${JSON.stringify({ type: "queue-operation", sessionId: ID })}\n`;

let root = "";
let home = "";
let handOver = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "gza-sessions-"));
  home = join(root, "home");
  handOver = join(root, "hand-over");
  for (const folder of [home, handOver]) mkdirSync(folder);
});
afterEach(() => rmSync(root, { recursive: true }));

it("is copied out, and put where the agent looks for it", async () => {
  write(fileOf(home), TEXT);
  const later = join(root, "later");
  mkdirSync(later);

  expect(await saveSession({ agent: CLAUDE, home, clone: "/c" }, ID, handOver)).toBe(true);
  expect(await restoreSession({ agent: CLAUDE, home: later, clone: "/c" }, handOver)).toBe(ID);
  expect(readFileSync(fileOf(later), "utf8")).toBe(TEXT);
});

it("is not read through a link that leads out of the home", async () => {
  const outside = join(root, "outside");
  write(join(outside, `${ID}.jsonl`), TEXT);
  mkdirSync(dirname(dirname(fileOf(home))), { recursive: true });
  symlinkSync(outside, dirname(fileOf(home)));

  expect(await saveSession({ agent: CLAUDE, home, clone: "/c" }, ID, handOver)).toBe(false);
  expect(existsSync(join(handOver, SESSION_FILE))).toBe(false);
});

it("is not kept of an agent that cannot go on with one", async () => {
  const agent = { ...CLAUDE, sessions: null };
  write(fileOf(home), TEXT);
  writeFileSync(join(handOver, SESSION_FILE), TEXT);

  expect(await saveSession({ agent, home, clone: "/c" }, ID, join(root, "other"))).toBe(false);
  expect(await restoreSession({ agent, home, clone: "/c" }, handOver)).toBeNull();
});

function fileOf(where: string): string {
  return CLAUDE.sessions?.place({ home: where, clone: "/c", id: ID }) ?? "";
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
