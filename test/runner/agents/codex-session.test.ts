/** Where Codex's sessions are looked for and put. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  codexSessionFile,
  codexSessionIn,
  findCodexSession,
} from "../../../src/runner/agents/codex-session.ts";

const ID = "01a1ff1e-e31d-7400-a59f-30e46e184543";
const META = JSON.stringify({ timestamp: "x", type: "session_meta", payload: { id: ID, cwd: "/clone" } });

let home = "";
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), "gza-codex-"))));
afterEach(() => rmSync(home, { recursive: true }));

it("is found on whatever day it began", async () => {
  const file = join(home, ".codex/sessions/2026/11/21", `rollout-2026-11-21T17-15-15-${ID}.jsonl`);
  put(file);
  put(join(home, ".codex/sessions/2026/11/22/rollout-2026-11-22T00-00-00-other.jsonl"));

  expect(await findCodexSession({ home, clone: "/clone", id: ID })).toBe(file);
});

it("is found where it was put", async () => {
  put(codexSessionFile({ home, id: ID }));

  expect(await findCodexSession({ home, clone: "/clone", id: ID })).toBe(codexSessionFile({ home, id: ID }));
});

it("is not found where there is none, nor behind a link", async () => {
  expect(await findCodexSession({ home, clone: "/clone", id: ID })).toBeNull();

  const elsewhere = join(home, "elsewhere");
  put(join(elsewhere, "11/21", `rollout-x-${ID}.jsonl`));
  mkdirSync(join(home, ".codex/sessions"), { recursive: true });
  symlinkSync(elsewhere, join(home, ".codex/sessions/2026"));

  expect(await findCodexSession({ home, clone: "/clone", id: ID })).toBeNull();
});

it("throws for an id that could lead elsewhere", async () => {
  expect(() => codexSessionFile({ home, id: "../x" })).toThrow("UUID");
  await expect(findCodexSession({ home, clone: "/clone", id: "../x" })).rejects.toThrow("UUID");
});

it.each([
  [`${META}\n{"type":"event"}\n`, ID],
  ['{"type":"event"}\n', null],
  ["", null],
  ['{"type":"session_meta","payload":{"id":"../x"}}', null],
])("tells of what session the text %j is", (text, id) => {
  expect(codexSessionIn(text)).toBe(id);
});

function put(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, META);
}
