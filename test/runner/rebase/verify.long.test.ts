/** The config's verify after a rebase: green, mended once by the agent, red for good, or not to be run. */
import { describe, expect, it } from "vitest";
import { rebased, type Story } from "./rebased.ts";

/** The base wants `ok` in each `*.part`; the branch adds one that git puts there without a conflict. */
const PARTS: Story = {
  start: "put one.part ok",
  branch: ["put two.part bad"],
  base: ["put other other"],
  job: { verify: "! grep -L ok *.part | grep ." },
};
const BOTH: Story = {
  start: "put a '1\\n'",
  branch: ["put a 'ours\\n'", "put b b"],
  base: ["put a 'theirs\\n'"],
};

describe.concurrent("verify", () => {
  it("is run on what git has put together", async () => {
    const { raw } = await rebased({ ...PARTS, job: { verify: "test -e two.part -a -e other" } });

    expect(raw).toMatchObject({ end: "completed", verify: { exit: 0 }, rebase: { by: "git" }, commits: 1 });
  });

  it("that is red has the agent make the branch fit, in a commit of its own", async () => {
    const { raw, commits, files } = await rebased({
      ...PARTS,
      agent: "echo ok > two.part; echo no > foreign",
    });

    expect(raw).toMatchObject({
      end: "completed",
      verify: { exit: 0 },
      commits: 2,
      rebase: { by: "agent", conflicts: [] },
    });
    expect(raw.summary).toContain("the agent made it fit");
    expect(commits).toEqual(["Bo: Branch 1", "GZA: Fit to main"]);
    expect(files["two.part"]).toBe("ok\n");
    expect(files["foreign"]).toBeUndefined();
  });

  it("that stays red ends the attempt, and nothing of it is kept", async () => {
    const { raw, commits } = await rebased({ ...PARTS, agent: "echo still bad > two.part" });

    expect(raw).toMatchObject({ end: "verify_red", verify: { exit: 1, tail: "two.part" }, commits: 0 });
    expect(commits).toEqual([]);
  });

  it("is not run again where the agent has changed nothing", async () => {
    const { raw } = await rebased({
      ...PARTS,
      job: { verify: 'echo x >> "$HOME/runs"; wc -l < "$HOME/runs"; false' },
      agent: "true",
    });

    expect(raw).toMatchObject({ end: "verify_red", verify: { tail: "1" } });
  });

  it("does not get green by giving the branch's change up", async () => {
    const { raw, printed } = await rebased({ ...PARTS, agent: "git reset --quiet --hard; rm -f two.part" });

    expect(raw).toMatchObject({ end: "verify_red", commits: 0 });
    expect(printed).toContain("nothing of the branch's change was left there: two.part");
  });

  it("stays red where the agent gives up", async () => {
    const agent = [{ json: { outcome: "gave_up", text: "There is no way." } }];
    const { raw } = await rebased({ ...PARTS, agent });

    expect(raw).toMatchObject({ end: "verify_red", commits: 0 });
    expect(raw.summary).toBe("The config's verify command ended with 1. There is no way.");
  });

  it("that cannot be run says nothing about the rebase", async () => {
    const { raw } = await rebased({ ...PARTS, job: { verify: "no-such-program" }, agent: "true" });

    expect(raw).toMatchObject({
      end: "infrastructure",
      verify: { exit: 127 },
      usage: { turns: 0 },
      commits: 0,
    });
  });
});

describe.concurrent("setup", () => {
  it("is not run where git needs nobody", async () => {
    const { raw } = await rebased({ ...PARTS, job: { setup: "exit 9" } });

    expect(raw).toMatchObject({ end: "completed", rebase: { by: "git" } });
  });

  it("is run before the agent on files without conflicts, and once more before verify on all commits", async () => {
    const { raw, files } = await rebased({
      ...BOTH,
      job: {
        setup: 'ls >> "$HOME/seen"; cat a >> "$HOME/seen"; echo tool > tool; echo changed > a',
        verify: 'test "$(tr "\\n" " " < "$HOME/seen")" = "a theirs a b tool both "',
      },
      agent: "test -e tool && grep -q '<<<<<<< ' a && echo both > a",
    });

    expect(raw).toMatchObject({ end: "completed", verify: { exit: 0 } });
    expect(files).toMatchObject({ a: "both\n", b: "b" });
    expect(files["tool"]).toBeUndefined();
  });

  it("that fails ends the attempt before anybody is asked", async () => {
    const { raw } = await rebased({ ...BOTH, job: { setup: "echo broken; exit 9" }, agent: "true" });

    expect(raw).toMatchObject({
      end: "infrastructure",
      last_words: "broken",
      usage: { turns: 0 },
      commits: 0,
    });
  });

  it("that leaves a file where a commit brings one is no hindrance", async () => {
    const { raw, files } = await rebased({
      ...BOTH,
      job: { setup: "echo mine > b" },
      agent: "echo both > a",
    });

    expect(raw.end).toBe("completed");
    expect(files).toMatchObject({ a: "both\n", b: "b" });
  });
});
