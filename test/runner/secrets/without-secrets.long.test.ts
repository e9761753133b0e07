/** Every way in which a secret could leave with the work, and what becomes of session, log and bundle. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { prepare } from "../../../src/runner/prepare.ts";
import { withoutSecrets } from "../../../src/runner/secrets/without-secrets.ts";
import { createTaskServer, run } from "../task-server.ts";
import { BASE64, commit, DONE, handedOver, KEY, RULE, TOKEN } from "./handed-over.ts";

it.each<[string, (clone: string) => void, string]>([
  ["in a file", (clone) => commit(clone, "src/key.js", `export const key = "${KEY}";\n`), "src/key.js"],
  ["in base64", (clone) => commit(clone, "data.txt", `${BASE64}\n`), "data.txt"],
  [
    "in a commit that a later one takes back",
    (clone) => {
      commit(clone, "a.txt", KEY);
      commit(clone, "a.txt", "fine\n");
    },
    "a.txt",
  ],
  ["left uncommitted", (clone) => writeFileSync(join(clone, "left.txt"), KEY), "left.txt"],
  ["in a message", (clone) => commit(clone, "a.txt", "fine\n", `Add ${KEY}`), "(a commit's message)"],
  [
    "in an author's name",
    (clone) => {
      writeFileSync(join(clone, "a.txt"), "fine\n");
      run(clone, "add", "--all");
      run(clone, "commit", "--quiet", "-m", "Work", `--author=${KEY} <a@example.com>`);
    },
    "(a commit's message)",
  ],
  [
    "in a name",
    (clone) => commit(clone, `${KEY}.txt`, "fine\n"),
    "[secret removed: a key of this workflow run].txt",
  ],
])("keeps no bundle with a key of the run %s", async (_, work, path) => {
  using server = createTaskServer([]);

  const { raw, published, files } = await handedOver(server, { work });

  expect(raw.refused).toContainEqual({ path, rule: RULE });
  expect(files("work.bundle")).toBe(false);
  expect(published).toMatchObject({ end: "guard_refused", work: null, guard: raw.refused });
  expect(published.summary).toContain("The commits are not kept, not even as an artifact.");
  expect(JSON.stringify(published)).not.toContain(KEY);
});

it("keeps neither a session nor a log that holds a key of the run", async () => {
  using server = createTaskServer([]);
  const { handOver } = server.inputs;

  const { raw, files } = await handedOver(server, {
    work: () => {
      writeFileSync(join(handOver, "session"), `{"text":"${KEY}"}\n`);
      writeFileSync(join(handOver, "agent.log"), `${BASE64}\n`);
    },
    report: { ...DONE, end: "max_turns", commits: 0, session: true },
  });

  expect([files("session"), files("agent.log")]).toEqual([false, false]);
  expect(raw).toMatchObject({ session: false });
  expect(raw.summary).toContain("The session is not kept: it holds a secret.");
});

it("takes out of a log what only looks like a token, and keeps the rest", async () => {
  using server = createTaskServer([]);
  const { handOver } = server.inputs;

  await handedOver(server, {
    work: () => writeFileSync(join(handOver, "agent.log"), `one\n${TOKEN}\ntwo\n`),
    report: { ...DONE, commits: 0 },
  });

  expect(readFileSync(join(handOver, "agent.log"), "utf8")).toMatch(
    /^one\n\[secret removed: a GitHub token\]/,
  );
});

it("keeps no bundle that it cannot read", async () => {
  using server = createTaskServer([]);
  const { handOver } = server.inputs;
  expect(await prepare(server.inputs, server.remote)).toEqual({ kind: "ready" });
  writeFileSync(join(handOver, "work.bundle"), `# v2 git bundle\n${KEY}`);

  const raw = await withoutSecrets({ inputs: server.inputs, job: server.job }, DONE, [KEY]);

  expect(raw.refused).toEqual([{ path: "(all)", rule: "bundle_broken" }]);
  expect(existsSync(join(handOver, "work.bundle"))).toBe(false);
});

it.each<[string, (clone: string) => void, object]>([
  [
    "refuses a token in a file",
    (clone) => commit(clone, "a.js", `const t = "${TOKEN}";\n`),
    { end: "guard_refused", guard: [{ path: "a.js", rule: "secret: a GitHub token" }] },
  ],
  [
    "refuses a token in a message",
    (clone) => commit(clone, "a.js", "1\n", TOKEN),
    { end: "guard_refused", guard: [{ path: "(a commit's message)", rule: "secret: a GitHub token" }] },
  ],
  [
    "lets one stand that the config allows there",
    (clone) => commit(clone, "sample.txt", TOKEN),
    { end: "completed", guard: [] },
  ],
  [
    "lets one stand that was there before",
    (clone) => {
      expect(readFileSync(join(clone, "old.txt"), "utf8")).toContain(TOKEN);
      run(clone, "mv", "old.txt", "new.txt");
      commit(clone, "new.txt", `more\n${TOKEN}\n`);
    },
    { end: "completed", guard: [] },
  ],
])("the publisher, which knows no key, %s", async (_, work, expected) => {
  using server = createTaskServer([], { allow: ["sample.txt"] }, { "old.txt": `${TOKEN}\n` });

  const { published, files } = await handedOver(server, { work });

  expect(published).toMatchObject(expected);
  // What is refused by its looks alone can be looked at: it may be a false alarm.
  expect(files("work.bundle")).toBe(true);
});
