/** Generated files that conflict are written anew by their own tool, after everything else. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rebased, type Story } from "./rebased.ts";

/** A manifest that both sides have added to, far apart, and a lock made of it: its lines with `@1`, in one line. */
const MANIFEST = "a\\nb\\nc\\nd\\ne\\n";
const LOCKED: Story = {
  start: `put manifest '${MANIFEST}'; put lock 'a b c d e'`,
  branch: [`put manifest 'ours\\n${MANIFEST}'; put lock 'ours a b c d e'`],
  base: [`put manifest '${MANIFEST}theirs\\n'; put lock 'a b c d e theirs'`],
};
const WRITE = "paste -sd ' ' manifest > lock";
const path = process.env["PATH"] ?? "";
let tools = "";

beforeAll(() => {
  tools = mkdtempSync(join(tmpdir(), "gza-tools-"));
  for (const [name, text] of Object.entries({
    bundle: "echo $* in $(basename $PWD) > Gemfile.lock",
    go: "[ $1.$2 = mod.tidy ] && sort -u go.sum -o go.sum && ! grep -q broken go.mod",
  })) {
    writeFileSync(join(tools, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(tools, name), 0o755);
  }
  process.env["PATH"] = `${tools}${delimiter}${path}`;
});

afterAll(() => {
  process.env["PATH"] = path;
  rmSync(tools, { recursive: true, force: true });
});

describe.concurrent("a generated file", () => {
  it("is written anew by the config's own words", async () => {
    const { raw, files, commits } = await rebased({ ...LOCKED, regenerate: { lock: WRITE } });

    expect(raw).toMatchObject({
      end: "completed",
      usage: { turns: 0, usd: 0 },
      rebase: { by: "regeneration", conflicts: [{ path: "lock", kind: "content", by: "regeneration" }] },
    });
    expect(raw.summary).toMatch(/^1 commit put on main at [0-9a-f]{7}; lock written anew by its own tool\.$/);
    expect(commits).toEqual(["Bo: Branch 1"]);
    expect(files["lock"]).toBe("ours a b c d e theirs\n");
  });

  it("may be binary, and named by a pattern", async () => {
    const start = `${LOCKED.start ?? ""}; put .gitattributes 'lock binary\\n'`;
    const { raw, files } = await rebased({ ...LOCKED, start, regenerate: { "l*k": WRITE } });

    expect(raw).toMatchObject({ end: "completed", rebase: { by: "regeneration" } });
    expect(files["lock"]).toBe("ours a b c d e theirs\n");
  });

  it("waits for what it is made of", async () => {
    const manifest = (line: string): string => `put manifest '${line}\\n'; put lock '${line}'`;
    const { raw, files, log } = await rebased({
      start: manifest("start"),
      branch: [manifest("ours")],
      base: [manifest("theirs")],
      regenerate: { lock: WRITE },
      agent: "cat lock; printf 'ours\\ntheirs\\n' > manifest; echo no > lock",
    });

    expect(raw).toMatchObject({ end: "completed", usage: { turns: 1 }, rebase: { by: "agent" } });
    expect(raw.rebase?.conflicts.map(({ path, by }) => `${path}: ${by}`)).toEqual([
      "manifest: agent",
      "lock: regeneration",
    ]);
    expect(files).toMatchObject({ manifest: "ours\ntheirs\n", lock: "ours theirs\n" });
    expect(log).toContain('"content":"theirs"');
  });

  it("is put together by the agent where its tool fails", async () => {
    const { raw, files, printed } = await rebased({
      ...LOCKED,
      regenerate: { lock: "echo no such thing; exit 3" },
      agent: "grep -c '<<<<<<< ' lock && echo by hand > lock",
    });

    expect(raw).toMatchObject({
      end: "completed",
      rebase: { by: "agent", conflicts: [{ path: "lock", by: "agent" }] },
    });
    expect(files["lock"]).toBe("by hand\n");
    expect(printed).toContain("lock could not be written anew (exit 3)");
  });

  it("is put together by the agent where its tool is not there", async () => {
    const { raw, files } = await rebased({
      ...LOCKED,
      regenerate: { lock: "no-such-tool" },
      agent: "echo by hand > lock",
    });

    expect(raw).toMatchObject({ end: "completed", rebase: { by: "agent" } });
    expect(files["lock"]).toBe("by hand\n");
  });

  it("is refused where its tool fails and it is binary", async () => {
    const start = `${LOCKED.start ?? ""}; put .gitattributes 'lock binary\\n'`;
    const { raw } = await rebased({ ...LOCKED, start, regenerate: { lock: "false" }, agent: "true" });

    expect(raw).toMatchObject({
      end: "conflict",
      usage: { turns: 0 },
      rebase: { conflicts: [{ by: "left" }] },
    });
  });

  it("takes nothing else of what its tool writes", async () => {
    const regenerate = { lock: `${WRITE}; echo other > manifest; echo new > more` };
    const { files } = await rebased({ ...LOCKED, regenerate });

    expect(files["manifest"]).toBe("ours\na\nb\nc\nd\ne\ntheirs\n");
    expect(files["more"]).toBeUndefined();
  });

  it("has a tool of its own in its own folder", async () => {
    const { raw, files } = await rebased({
      start: "put app/Gemfile.lock 1",
      branch: ["put app/Gemfile.lock 2"],
      base: ["put app/Gemfile.lock 3"],
    });

    expect(raw).toMatchObject({ end: "completed", rebase: { by: "regeneration" } });
    expect(files["app/Gemfile.lock"]).toBe("lock in app\n");
  });

  it("begins with the lines of both sides where its tool sorts them out", async () => {
    const { raw, files } = await rebased({
      start: "put go.mod 'm\\n'; put go.sum 'b\\n'",
      branch: ["put go.mod 'm\\nours\\n'; put go.sum 'b\\no\\n'"],
      base: ["put go.mod 'm\\ntheirs\\n'; put go.sum 'b\\na\\n'"],
    });

    expect(raw).toMatchObject({ end: "completed", rebase: { by: "regeneration" } });
    expect(files).toMatchObject({ "go.mod": "m\ntheirs\nours\n", "go.sum": "a\nb\no\n" });
  });

  it("is nobody's but the agent's where one side has deleted it", async () => {
    const { raw, files } = await rebased({
      start: "put Gemfile.lock 1; put b b",
      branch: ["rm Gemfile.lock; put b c"],
      base: ["put Gemfile.lock 2"],
      agent: "rm Gemfile.lock",
    });

    expect(raw).toMatchObject({ end: "completed", rebase: { by: "agent" } });
    expect(files["Gemfile.lock"]).toBeUndefined();
  });
});
